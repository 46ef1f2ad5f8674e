// Against the real Docker Engine of this machine.
#include "base/concurrency.hpp"
#include "build/builder_world_test.hpp"

using namespace diorama;

namespace {

/// Until a build for `owner` waits for others; where it stands then.
Task<std::optional<std::size_t>> place_of(BuilderWorld& world, std::string owner)
{
    for (int i = 0; i < 1000 && !world.builder.position(owner); ++i)
        co_await sleep(world.loop, milliseconds{10});
    co_return world.builder.position(owner);
}

Task<> keep(Task<Result<Image>> build, BuilderWorld& world)
{
    const auto image = co_await build;
    if (image) world.made.push_back(image->reference);
    CHECK(image.has_value());
}

/// Starts a long build, then two that have to wait for it, and sees in which order.
Task<> crowd(BuilderWorld& world, Files& slow, Files& quick)
{
    const auto order = [&](const char* owner) {
        auto made = world.order({.args = {{"A", owner}}});
        made.service = owner;
        made.owner = owner;
        return made;
    };
    TaskGroup group(world.loop);
    group.spawn(keep(world.builder.build(order("first"), slow, world.sink(), {}), world));
    for (int i = 0; i < 1000 && !world.logged("Running in"); ++i)
        co_await sleep(world.loop, milliseconds{10});
    group.spawn(keep(world.builder.build(order("second"), quick, world.sink(), {}), world));
    const auto second = co_await place_of(world, "second");
    CHECK(second == 1);
    group.spawn(keep(world.builder.build(order("third"), quick, world.sink(), {}), world));
    const auto third = co_await place_of(world, "third");
    CHECK(third == 2);
    CHECK_FALSE(world.builder.position("first"));
    co_await group.join();
    CHECK_FALSE(world.builder.position("third"));
}

}  // namespace

TEST_CASE("a build that is stopped is gone from the Engine")
{
    BuilderWorld world;
    auto files = commit({
        {"Dockerfile", dockerfile(R"(RUN ["/bin/busybox", "sleep", "600"])")}
    });
    std::stop_source source;
    std::string container;
    const auto watch = [&](const std::string& line) {
        const auto at = line.find("Running in ");
        if (at == std::string::npos) return;
        container = line.substr(at + 11);
        source.request_stop();
    };
    const auto image =
        world.loop.run(world.builder.build(world.order(), files, watch, source.get_token()));
    REQUIRE(image.has_error());
    CHECK(image.error().code == Code::cancelled);
    REQUIRE_FALSE(container.empty());
    const auto seen = world.loop.run(world.engine.inspect_container(container));
    REQUIRE(seen.has_error());
    CHECK(seen.error().code == Code::not_found);
}

TEST_CASE("a build that is stopped before it began asks nothing of the Engine")
{
    BuilderWorld world;
    auto files = commit({
        {"Dockerfile", dockerfile("")}
    });
    std::stop_source source;
    source.request_stop();
    const auto image = world.build(world.order(), files, source.get_token());
    REQUIRE(image.has_error());
    CHECK(image.error().code == Code::cancelled);
    CHECK(world.lines.empty());
}

TEST_CASE("who waits for a build that is stopped builds by himself")
{
    BuilderWorld world;
    auto files = commit({
        {"Dockerfile", dockerfile(R"(RUN ["/bin/busybox", "sleep", "1"])")}
    });
    std::stop_source source;
    const auto watch = [&](const std::string& line) {
        if (line.contains("Running in ")) source.request_stop();
    };
    std::vector<Task<Result<Image>>> tasks;
    tasks.push_back(world.builder.build(world.order(), files, watch, source.get_token()));
    tasks.push_back(world.builder.build(world.order(), files, world.sink(), {}));
    const auto images = world.loop.run(all(world.loop, std::move(tasks)));
    REQUIRE(images[0].has_error());
    CHECK(images[0].error().code == Code::cancelled);
    if (!images[1]) FAIL(images[1].error().text());
    CHECK(images[1]->fresh);
    world.made.push_back(images[1]->reference);
}

TEST_CASE("C02 services build side by side, and two builds of one key are one")
{
    BuilderWorld world;
    auto files = commit({
        {"Dockerfile", dockerfile(R"(RUN ["/bin/busybox", "sleep", "1"])")}
    });
    std::vector<Task<Result<Image>>> tasks;
    for (int i = 0; i < 2; ++i)
        tasks.push_back(world.builder.build(world.order(), files, world.sink(), {}));
    auto other = world.order({.args = {{"A", "b"}}});
    other.service = "worker";
    tasks.push_back(world.builder.build(other, files, world.sink(), {}));
    const auto images = world.loop.run(all(world.loop, std::move(tasks)));
    for (const auto& image : images) {
        if (!image) FAIL(image.error().text());
        world.made.push_back(image->reference);
    }
    CHECK(images[0]->id == images[1]->id);
    CHECK(images[0]->fresh != images[1]->fresh);
    CHECK(images[2]->fresh);
    CHECK(images[2]->reference.contains("/worker:"));
}

TEST_CASE("services that were built side by side find their own layers again")
{
    BuilderWorld world;
    const auto text = dockerfile("COPY note /");
    const auto order = [&](const std::string& service) {
        auto made = world.order({.dockerfile = service + ".Dockerfile"});
        made.service = service;
        return made;
    };
    const auto commit_with = [&](const std::string& note) {
        return commit({
            {"a.Dockerfile", text},
            {"b.Dockerfile", text},
            {"note",         note}
        });
    };
    auto files = commit_with("one");
    std::vector<Task<Result<Image>>> tasks;
    for (const char* service : {"a", "b"})
        tasks.push_back(world.builder.build(order(service), files, world.sink(), {}));
    for (const auto& image : world.loop.run(all(world.loop, std::move(tasks)))) {
        if (!image) FAIL(image.error().text());
        world.made.push_back(image->reference);
    }
    auto next = commit_with("two");
    for (const char* service : {"a", "b"}) {
        CAPTURE(service);
        CHECK(world.build(order(service), next).has_value());
        CHECK(world.logged("Using cache"));
    }
}

TEST_CASE("no more builds run at once than the settings say, and who waits can be stopped")
{
    BuildSettings settings;
    settings.parallel = 1;
    BuilderWorld world(std::move(settings));
    auto files = commit({
        {"Dockerfile", dockerfile(R"(RUN ["/bin/busybox", "true"])")}
    });
    // Whichever comes first stops the other.
    std::array<std::stop_source, 2> stops;
    std::array<std::vector<std::string>, 2> lines;
    std::vector<Task<Result<Image>>> tasks;
    for (std::size_t i = 0; i < 2; ++i) {
        const auto watch = [&, i](std::string line) {
            if (line.contains("Running in ")) stops[1 - i].request_stop();
            lines[i].push_back(std::move(line));
        };
        auto order = world.order({.args = {{"A", std::to_string(i)}}});
        tasks.push_back(world.builder.build(order, files, watch, stops[i].get_token()));
    }
    const auto images = world.loop.run(all(world.loop, std::move(tasks)));
    const std::size_t first = images[0].has_value() ? 0 : 1;
    if (!images[first]) FAIL(images[first].error().text());
    world.made.push_back(images[first]->reference);
    REQUIRE(images[1 - first].has_error());
    CHECK(images[1 - first].error().code == Code::cancelled);
    CHECK(lines[1 - first].empty());
}

TEST_CASE("whose build has to wait for others knows its place in the queue (B14)")
{
    BuildSettings settings;
    settings.parallel = 1;
    BuilderWorld world(std::move(settings));
    auto slow = commit({
        {"Dockerfile", dockerfile(R"(RUN ["/bin/busybox", "sleep", "5"])")}
    });
    auto quick = commit({
        {"Dockerfile", dockerfile("")}
    });
    world.loop.run(crowd(world, slow, quick));
}

TEST_CASE("a build's limit counts its own work, not the wait for a place, and says its key")
{
    BuildSettings settings;
    settings.parallel = 1;
    BuilderWorld world(std::move(settings));
    const auto sleeper = [](int seconds) {
        return commit({
            {"Dockerfile",
             dockerfile(fmt::format(R"(RUN ["/bin/busybox", "sleep", "{}"])", seconds))}
        });
    };
    auto slow = sleeper(11), quick = sleeper(0), hanging = sleeper(600);
    auto limited = world.order();
    limited.service = "worker";
    limited.limit = seconds{10};
    std::vector<Task<Result<Image>>> tasks;
    tasks.push_back(world.builder.build(world.order(), slow, world.sink(), {}));
    tasks.push_back(world.builder.build(limited, quick, world.sink(), {}));
    const auto images = world.loop.run(all(world.loop, std::move(tasks)));
    for (const auto& image : images) {
        if (!image) FAIL(image.error().text());
        world.made.push_back(image->reference);
    }

    limited.limit = seconds{2};
    const auto never = world.build(limited, hanging);
    REQUIRE(never.has_error());
    CHECK(never.error().code == Code::refused);
    CHECK(never.error().message.contains("worker was not built within 2s"));
    CHECK(never.error().mend.contains("deadlines.build"));
}

TEST_CASE("installations on one engine do not take each other's images away")
{
    BuilderWorld world;
    auto files = commit({
        {"Dockerfile", dockerfile("ENV A=b")}
    });
    auto theirs = world.order();
    theirs.scope = "fork";  // Of another installation, that is.
    const auto mine = world.build(files);
    const auto other = world.build(theirs, files);
    REQUIRE(mine.has_value());
    REQUIRE(other.has_value());
    CHECK(mine->reference != other->reference);
    CHECK(world.loop.run(world.builder.remove(other->reference)));
    CHECK_FALSE(world.build(files)->fresh);
}
