#include "logs/logs.hpp"
#include "store/fixture.hpp"
#include "store/log_lines.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

/// Logs over a real store, and one environment.
struct World {
    explicit World(LogLimits limits = {}) : logs(at.scheduler, *at.store, limits) {}
    ~World() { at.scheduler.run(logs.stop()); }

    void write(std::string message, LogType type = LogType::container, std::string service = "web")
    {
        logs.write({
            .environment = scene.id,
            .type = type,
            .service = std::move(service),
            .stream = "stdout",
            .message = std::move(message),
            .at = at.now(),
        });
    }
    std::vector<LogLine> stored()
    {
        return at.scheduler.run(logs.page({.environment = scene.id, .limit = 1000})).value();
    }
    std::vector<std::string> texts()
    {
        std::vector<std::string> out;
        for (const auto& line : stored())
            out.push_back(line.message);
        return out;
    }
    void settle() { at.scheduler.run_for(seconds{2}); }

    StoreFixture at;
    Environment scene = at.environment(at.project());
    Logs logs;
};

using All = std::vector<std::string>;

/// Follows until `count` lines came, or `stop`.
Task<>
collect(Follower follower, std::size_t count, std::vector<LogLine>& seen, std::stop_token stop)
{
    while (seen.size() < count) {
        auto line = co_await follower.next(stop);
        REQUIRE(line.has_value());
        if (!*line) co_return;
        seen.push_back(std::move(**line));
    }
}

void check_consecutive(const std::vector<LogLine>& lines)
{
    for (std::size_t i = 1; i < lines.size(); ++i)
        REQUIRE(lines[i].sequence == lines[i - 1].sequence + 1);
}

}  // namespace

TEST_CASE("G01 G06: lines are stored within the delay, in their order")
{
    World world;
    for (int i = 0; i < 10; ++i)
        world.write(fmt::format("line {}", i));
    CHECK(world.stored().empty());
    world.at.scheduler.run_for(milliseconds{100});
    const auto lines = world.stored();
    REQUIRE(lines.size() == 10);
    CHECK(lines[0].message == "line 0");
    CHECK(lines[9].message == "line 9");
    CHECK(lines[0].service == "web");
    CHECK(lines[0].stream == "stdout");
    check_consecutive(lines);
}

TEST_CASE("a full batch does not wait for the delay, and shares a transaction")
{
    World world({.batch = 100});
    const auto before = world.at.store->statistics().works;
    for (int i = 0; i < 250; ++i)
        world.write("x");
    world.at.scheduler.run_ready();
    CHECK(world.stored().size() == 250);
    CHECK(world.at.store->statistics().works - before == 3);
}

TEST_CASE("SEC-60 G13: no secret reaches the store, whatever way it is written")
{
    const std::string secret = "S3nt/nel p@ss";
    World world;
    world.logs.know(
        world.scene.id,
        {
            {"DB_PASSWORD", Secret(secret)}
    }
    );
    world.logs.know_everywhere({
        {"TOKEN", Secret("dio_everywhere")}
    });
    for (const auto type :
         {LogType::build, LogType::deploy, LogType::container, LogType::database, LogType::system
         }) {
        world.write("plain " + secret, type);
        world.write("base64 UzNudC9uZWwgcEBzcw==", type);
        world.write("url S3nt%2Fnel%20p%40ss", type);
        world.write("hex 53336e742f6e656c2070407373", type);
        world.write("json {\"a\":\"S3nt\\/nel p@ss\"}", type);
        world.write("token dio_everywhere", type);
        world.write("split S3nt/", type);
        world.write("nel p@ss", type);
    }
    world.settle();
    const auto texts = world.texts();
    REQUIRE(texts.size() == 40);
    for (const auto& text : texts) {
        CAPTURE(text);
        for (const std::string_view piece :
             {"nel p@ss", "nel%20p", "656c2070", "C9uZWwg", "dio_everywhere", "S3nt"})
            CHECK(text.find(piece) == std::string::npos);
    }
    CHECK(
        world.logs.redact(world.scene.id, "cannot log in with " + secret) ==
        "cannot log in with [secret DB_PASSWORD]"
    );
}

TEST_CASE("SEC-60: one environment's secrets are not looked for in another's log")
{
    World world;
    const auto other = world.at.environment(world.at.project("blog"), 8);
    world.logs.know(
        other.id,
        {
            {"OTHER", Secret("ordinary")}
    }
    );
    CHECK(world.logs.redact(world.scene.id, "an ordinary word") == "an ordinary word");
    CHECK(world.logs.redact(other.id, "an ordinary word") == "an [secret OTHER] word");
}

TEST_CASE("G05: a follower sees what was there and what comes, each line once and in order")
{
    World world;
    for (int i = 0; i < 30; ++i)
        world.write("before");
    world.settle();
    std::vector<LogLine> seen;
    TaskGroup group(world.at.scheduler);
    group.spawn(
        collect(world.logs.follow({.environment = world.scene.id, .after = 0}), 80, seen, {})
    );
    for (int i = 0; i < 50; ++i) {
        world.write("after");
        if (i % 7 == 0) world.at.scheduler.run_ready();
        if (i % 11 == 0) world.at.scheduler.run_for(milliseconds{60});
    }
    world.at.scheduler.run(group.join());
    REQUIRE(seen.size() == 80);
    CHECK(seen.front().sequence == 1);
    check_consecutive(seen);
}

TEST_CASE("G05: a new follower gets the last lines first")
{
    World world;
    for (int i = 0; i < 300; ++i)
        world.write(std::to_string(i));
    world.settle();
    std::vector<LogLine> seen;
    TaskGroup group(world.at.scheduler);
    group.spawn(
        collect(world.logs.follow({.environment = world.scene.id, .limit = 100}), 101, seen, {})
    );
    world.at.scheduler.run_ready();
    CHECK(seen.size() == 100);
    CHECK(seen.front().message == "200");
    world.write("new");
    world.at.scheduler.run(group.join());
    CHECK(seen.back().message == "new");
}

TEST_CASE("G05: a follower that was cut off resumes where it was, at any place")
{
    World world;
    for (int i = 0; i < 100; ++i)
        world.write(std::to_string(i));
    world.settle();
    for (std::uint64_t after = 0; after < 100; after += 9) {
        std::vector<LogLine> seen;
        TaskGroup group(world.at.scheduler);
        group.spawn(collect(
            world.logs.follow({.environment = world.scene.id, .after = after, .limit = 10}),
            100 - after,
            seen,
            {}
        ));
        world.at.scheduler.run(group.join());
        CHECK(seen.front().sequence == after + 1);
        check_consecutive(seen);
    }
}

TEST_CASE("a follower slower than the log misses nothing, and the others do not wait for it")
{
    World world;
    auto slow = world.logs.follow({.environment = world.scene.id, .after = 0, .limit = 50});
    std::vector<LogLine> quick;
    TaskGroup group(world.at.scheduler);
    group.spawn(
        collect(world.logs.follow({.environment = world.scene.id, .after = 0}), 5000, quick, {})
    );
    for (int i = 0; i < 50; ++i) {
        for (int j = 0; j < 100; ++j)
            world.write("x");
        world.at.scheduler.run_for(milliseconds{100});
        const auto line = world.at.scheduler.run(slow.next({}));
        CHECK((**line).sequence == static_cast<std::uint64_t>(i) + 1);
    }
    world.at.scheduler.run(group.join());
    check_consecutive(quick);
    std::vector<LogLine> rest;
    TaskGroup late(world.at.scheduler);
    late.spawn(collect(std::move(slow), 4950, rest, {}));
    world.at.scheduler.run(late.join());
    CHECK(rest.front().sequence == 51);
    check_consecutive(rest);
}

TEST_CASE("G02: a follower may ask for some types, services or words only")
{
    World world;
    std::vector<LogLine> seen;
    TaskGroup group(world.at.scheduler);
    log_lines::Query query{.environment = world.scene.id, .after = 0};
    query.types = {LogType::build, LogType::deploy};
    query.service = "api";
    query.search = "ERR";
    group.spawn(collect(world.logs.follow(query), 4, seen, {}));
    const auto write_some = [&] {
        world.write("err 1", LogType::build, "api");
        world.write("err", LogType::container, "api");
        world.write("err", LogType::build, "web");
        world.write("fine", LogType::build, "api");
        world.write("Err 2", LogType::deploy, "api");
        world.write("tail", LogType::container, "web");
    };
    write_some();
    world.settle();
    CHECK(seen.size() == 2);
    write_some();
    world.at.scheduler.run(group.join());
    CHECK(seen[0].message == "err 1");
    CHECK(seen[1].message == "Err 2");
    CHECK(seen[3].message == "Err 2");
    CHECK(seen[3].sequence == 11);
}

TEST_CASE("a follower whose watcher left ends at once")
{
    World world;
    std::stop_source source;
    std::vector<LogLine> seen;
    TaskGroup group(world.at.scheduler);
    group.spawn(collect(
        world.logs.follow({.environment = world.scene.id, .after = 0}), 1, seen, source.get_token()
    ));
    world.at.scheduler.run_ready();
    source.request_stop();
    world.at.scheduler.run(group.join());
    CHECK(seen.empty());
}

TEST_CASE("a search that is too long is an answer, not a stream")
{
    World world;
    auto follower =
        world.logs.follow({.environment = world.scene.id, .search = std::string(1000, 'x')});
    const auto line = world.at.scheduler.run(follower.next({}));
    CHECK(line.error().code == Code::invalid);
}

TEST_CASE("G08: a deployment's lines are found by it")
{
    World world;
    const auto deployment = world.at.make_id<DeploymentId>();
    world.write("other");
    world.logs.write(
        {.environment = world.scene.id,
         .deployment = deployment,
         .type = LogType::build,
         .message = "mine"}
    );
    world.settle();
    const auto lines = world.at.scheduler.run(
        world.logs.page({.environment = world.scene.id, .deployment = deployment})
    );
    REQUIRE(lines->size() == 1);
    CHECK(lines->front().message == "mine");
}

TEST_CASE("stopping stores what was queued and what was held back")
{
    World world;
    world.logs.know(
        world.scene.id,
        {
            {"KEY", Secret("0123456789")}
    }
    );
    world.write("queued");
    world.write("held 01234");
    world.at.scheduler.run(world.logs.stop());
    CHECK(world.texts() == All{"queued", "held 01234"});
}

TEST_CASE("an environment that is gone gives its secrets back, and its last lines are kept")
{
    World world;
    world.logs.know(
        world.scene.id,
        {
            {"KEY", Secret("0123456789")}
    }
    );
    world.write("last 01234");
    world.logs.forget(world.scene.id);
    world.settle();
    CHECK(world.texts() == All{"last 01234"});
    CHECK(world.logs.redact(world.scene.id, "0123456789") == "0123456789");
}

TEST_CASE("lines of an environment nobody knows are dropped, the others are stored")
{
    World world;
    world.logs.write({.environment = world.at.make_id<EnvironmentId>(), .message = "lost"});
    world.write("kept");
    world.settle();
    CHECK(world.texts() == All{"kept"});
}

TEST_CASE("only the newest lines of an environment are kept")
{
    World world({.lines_at_once = 1e9, .bytes_at_once = 1e9, .keep = 100});
    for (int i = 0; i < 10'200; ++i)
        world.write(std::to_string(i));
    world.settle();
    const auto lines = world.stored();
    CHECK(lines.size() < 1000);
    CHECK(lines.size() >= 100);
    CHECK(lines.back().message == "10199");
}

TEST_CASE("SEC-41: a flood in one environment leaves the others their log")
{
    World world({.lines_per_second = 10, .lines_at_once = 100});
    const auto other = world.at.environment(world.at.project("blog"), 8);
    for (int i = 0; i < 100'000; ++i)
        world.write("flood");
    world.logs.write({.environment = other.id, .message = "here"});
    world.settle();
    const auto lines = world.at.scheduler.run(world.logs.page({.environment = other.id}));
    REQUIRE(lines->size() == 1);
    CHECK(lines->front().message == "here");
    const auto texts = world.texts();
    CHECK(texts.size() == 101);
    CHECK(texts.back().starts_with("99900 lines dropped"));
}
