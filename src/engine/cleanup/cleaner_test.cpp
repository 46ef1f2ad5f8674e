#include "engine/cleanup/attendance.hpp"
#include "engine/forge_world.hpp"
#include "store/event_log.hpp"
#include "store/log_lines.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

/// ann/shop with shorter clocks: idle after 2 hours, old after 6.
struct Shop : ForgeWorld {
    Shop()
    {
        engine_settings.cleanup.idle = hours{2};
        engine_settings.cleanup.ttl = hours{6};
    }
    /// Puts a pull request up, each from a commit of its own.
    void open(std::int64_t number, char head)
    {
        pull(number, head);
        tell_and_settle(arrival(number, "opened"));
        REQUIRE(state(number) == State::ready);
    }
    void push(std::int64_t number, char head)
    {
        pull(number, head);
        tell_and_settle(arrival(number));
    }
    void visit(std::int64_t number)
    {
        const Visit visit{preview(number)->id, scheduler.now()};
        const auto work = [=](Tx& tx) -> Result<> {
            environments::touch(tx, {visit});
            return ok();
        };
        REQUIRE(scheduler.run(store->transact(work)).has_value());
    }
    void keep(std::int64_t number, environments::Keeping keeping)
    {
        const auto work = [id = preview(number)->id, keeping, now = scheduler.now()](Tx& tx) {
            return environments::keep(tx, id, keeping, now);
        };
        REQUIRE(scheduler.run(store->transact(work)).has_value());
    }
    CleanupPlan plan() { return scheduler.run(engine().cleaner().plan()).value(); }
    std::string told(std::int64_t number)
    {
        for (const auto& comment : shop().comments)
            if (comment.number == number) return comment.text;
        return "";
    }
    bool says(std::string_view text)
    {
        return std::ranges::any_of(operator_lines, [&](const std::string& line) {
            return line.find(text) != std::string::npos;
        });
    }
};

bool holds(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("an idle preview is taken down, and its pull request is told why and the way back (H02)")
{
    Shop world;
    world.open(7, 'a');
    world.open(8, 'b');
    world.scheduler.run_for(hours{1});
    world.visit(8);
    world.scheduler.run_for(minutes{100});
    CHECK(world.state(7) == State::destroyed);
    CHECK(world.state(8) == State::ready);
    CHECK(holds(world.told(7), "**Preview destroyed**: idle for 2 h, removed after 2 h"));
    CHECK(holds(world.told(7), "diorama redeploy " + world.preview(7)->slug));
    const auto newest = [id = world.preview(7)->id](Tx& tx
                        ) -> Result<std::optional<event_log::Record>> {
        return event_log::newest(tx, id, "closed");
    };
    const auto closed = world.query(newest).value();
    REQUIRE(closed);
    CHECK(closed->actor == Actor{.type = Actor::Type::timer, .name = "idle for 2 h"});
    CHECK(world.lines.contains("its time is over: idle for 2 h"));
}

TEST_CASE(
    "what stands too long is taken down though it is used; pinned it stays (H03, complaint 10)"
)
{
    Shop world;
    for (const std::int64_t number : {7, 8, 9})
        world.open(number, static_cast<char>('a' + number - 7));
    world.keep(8, {.pinned = true});
    world.keep(9, {.until = world.scheduler.now() + hours{9}});
    for (int hour = 0; hour < 7; ++hour) {
        for (const std::int64_t number : {7, 8, 9})
            world.visit(number);
        world.scheduler.run_for(hours{1});
    }
    CHECK(world.state(7) == State::destroyed);
    CHECK(world.state(8) == State::ready);
    CHECK(world.state(9) == State::ready);
    world.scheduler.run_for(hours{3});
    CHECK(world.state(8) == State::ready);
    CHECK(world.state(9) == State::destroyed);
}

TEST_CASE("what the clock took down stays down until somebody pushes, asks, or opens it anew (H02)")
{
    Shop world;
    world.open(7, 'a');
    const auto let_it_end = [&] {
        world.wait_until([&] { return world.state(7) == State::destroyed; });
    };
    const auto rest = [&] {
        for (int i = 0; i < 3; ++i) {
            world.scheduler.run_for(minutes{20});
            world.shop().pull_requests.at(7).title = fmt::format("Another title {}", i);
        }
    };
    world.scheduler.run_for(hours{2});
    let_it_end();
    rest();
    world.tell_and_settle(world.arrival(7, "edited"));
    CHECK(world.state(7) == State::destroyed);
    CHECK(world.last_delivery().reason == "not put up again: it was idle for 2 h");

    world.push(7, 'b');
    CHECK(world.state(7) == State::ready);
    world.scheduler.run_for(hours{2});
    let_it_end();
    CHECK(world.ask_again(7).has_value());
    CHECK(world.state(7) == State::ready);
    CHECK(world.preview(7)->serving_commit == world.commit('b'));
    world.scheduler.run_for(hours{2});
    let_it_end();
    world.close(7);
    world.tell_and_settle(world.arrival(7, "closed"));
    world.shop().pull_requests.at(7).status = PullRequest::Status::open;
    world.tell_and_settle(world.arrival(7, "reopened"));
    CHECK(world.state(7) == State::ready);
}

TEST_CASE("time in which the daemon was down, or the clock leapt over, makes nothing idle (H02)")
{
    Shop world;
    for (const std::int64_t number : {7, 8, 9})
        world.open(number, static_cast<char>('a' + number - 7));
    world.scheduler.run_for(minutes{25});
    world.stop();
    world.scheduler.run_for(hours{48});
    world.start();
    world.scheduler.run_for(minutes{25});
    world.scheduler.skip(std::chrono::days{30});
    world.scheduler.run_for(minutes{20});
    for (const std::int64_t number : {7, 8, 9})
        CHECK(world.state(number) == State::ready);
    world.scheduler.run_for(hours{2});
    for (const std::int64_t number : {7, 8, 9})
        CHECK(world.state(number) == State::destroyed);
}

TEST_CASE("settings that would end many at once end none before somebody says so (DESIGN rule 5)")
{
    Shop world;
    for (std::int64_t number = 1; number <= 5; ++number)
        world.open(number, static_cast<char>('a' + number - 1));
    world.engine_settings.cleanup.idle = milliseconds{0};
    world.scheduler.run_for(hours{4});
    world.engine_settings.cleanup.ttl = minutes{7};
    world.scheduler.run_for(hours{1});
    for (std::int64_t number = 1; number <= 5; ++number)
        CHECK(world.state(number) == State::ready);
    CHECK(world.says("5 environments would end that should have ended long ago"));
    CHECK(world.plan().endings.size() == 5);
    CHECK(world.plan().endings[0].held);
    CHECK(world.scheduler.run(world.engine().cleaner().release()).value() == 5);
    world.scheduler.run_for(minutes{1});
    for (std::int64_t number = 1; number <= 5; ++number)
        CHECK(world.state(number) == State::destroyed);
    CHECK(world.scheduler.run(world.engine().cleaner().release()).value() == 0);
}

TEST_CASE("a cleanup by hand takes what was announced, and nothing else (H01, H07)")
{
    Shop world;
    world.open(7, 'a');
    world.open(8, 'b');
    world.scheduler.run_for(minutes{110});
    world.visit(8);
    world.engine_settings.cleanup.idle = minutes{100};
    const auto stranger = EnvironmentId::make(world.scheduler.now(), world.random);
    world.host.place(
        EntryType::container,
        "left",
        {
            {"diorama.managed",      "true"                                   },
            {"diorama.installation", world.engine_settings.installation.text()},
            {"diorama.environment",  stranger.text()                          }
    }
    );
    const CleanupPlan plan = world.plan();
    REQUIRE(plan.endings.size() == 1);
    CHECK(plan.endings[0].slug == world.preview(7)->slug);
    REQUIRE(plan.orphans.size() == 1);
    CHECK(plan.orphans[0].stray.name == "left");
    CHECK(plan.unknown.empty());
    CHECK(world.state(7) == State::ready);
    CHECK(world.host.find(EntryType::container, "left"));

    const auto done = world.scheduler.run(world.engine().cleaner().pass_by_hand({}));
    REQUIRE(done->endings.size() == 1);
    CHECK(done->endings[0].environment == plan.endings[0].environment);
    CHECK(done->endings[0].why == plan.endings[0].why);
    world.scheduler.run_for(minutes{1});
    CHECK(world.state(7) == State::destroyed);
    CHECK(world.state(8) == State::ready);
    CHECK_FALSE(world.host.find(EntryType::container, "left"));
    CHECK(world.plan().endings.empty());
    CHECK(world.plan().orphans.empty());
}

TEST_CASE("the cleanup asks the forge what is closed, where the poll seldom does (B20, H04)")
{
    Shop world;
    world.engine_settings.forges.poll = hours{24};
    world.open(7, 'a');
    world.close(7);  // Its webhook is lost.
    world.scheduler.run_for(minutes{45});
    CHECK(world.state(7) == State::destroyed);
}

TEST_CASE("a forge that does not answer, or lists nothing, ends nothing (SEC-70, H04)")
{
    Shop world;
    world.engine_settings.forges.poll = hours{24};
    for (std::int64_t number = 1; number <= 5; ++number)
        world.open(number, static_cast<char>('a' + number - 1));
    world.forge.lists_only = 0;
    world.scheduler.run_for(minutes{65});
    for (std::int64_t number = 1; number <= 5; ++number)
        CHECK(world.state(number) == State::ready);
}

TEST_CASE("what the host does not show is left alone, and said (DESIGN rule 5)")
{
    Shop world;
    world.open(7, 'a');
    world.driver->faults([](Verb verb, const std::string&) -> std::optional<Fault> {
        if (verb != Verb::observe) return std::nullopt;
        return Fault{
            .error = Error{Code::unavailable, "the list was cut off"}
        };
    });
    const auto plan = world.plan();
    CHECK(plan.orphans.empty());
    REQUIRE(plan.unknown.size() == 1);
    CHECK(plan.unknown[0] == "what runs: the list was cut off");
}

TEST_CASE("lines of logs go after 30 days, also of what is gone, and no others (G03, complaint 36)")
{
    Shop world;
    world.open(7, 'a');
    const auto id = world.preview(7)->id;
    const auto write = [&](std::size_t count) {
        const auto work = [=, now = world.scheduler.now()](Tx& tx) {
            std::vector<LogLine> lines(count);
            for (LogLine& line : lines)
                line.at = now;
            return log_lines::append(tx, id, std::move(lines));
        };
        REQUIRE(world.scheduler.run(world.store->transact(work)).has_value());
    };
    const auto kept = [&] {
        return world.query([=](Tx& tx) { return log_lines::page(tx, {.environment = id}); }
        )->size();
    };
    write(2500);
    world.scheduler.skip(std::chrono::days{29});
    write(3);
    world.scheduler.run_for(minutes{31});
    CHECK(world.plan().lines == 0);
    world.engine_settings.cleanup.logs = std::chrono::days{29};
    CHECK(world.plan().lines == 2500);
    world.scheduler.run_for(minutes{31});
    CHECK(world.plan().lines == 0);
    CHECK(kept() == 3);
    world.engine_settings.cleanup.logs = milliseconds{0};
    world.scheduler.skip(std::chrono::days{100});
    world.scheduler.run_for(minutes{31});
    CHECK(kept() == 3);
}

TEST_CASE("of what is long gone the outline stays: from when to when, why, and the last attempt")
{
    Shop world;
    world.open(7, 'a');
    world.push(7, 'b');
    world.close(7);
    world.tell_and_settle(world.arrival(7, "closed"));
    const auto id = world.preview(7)->id;
    const auto names = [&] {
        const auto read = [id](Tx& tx) -> Result<std::vector<event_log::Record>> {
            return event_log::list(tx, id, 0, 100);
        };
        std::vector<std::string> all;
        for (const auto& event : world.query(read).value())
            all.push_back(event.event);
        return all;
    };
    const auto attempts = [&] {
        return world.query([=](Tx& tx) { return deployments::list(tx, id, "", 10); })->items.size();
    };
    CHECK(names().size() > 6);
    CHECK(attempts() == 2);
    world.scheduler.skip(std::chrono::days{31});
    world.scheduler.run_for(minutes{31});
    CHECK(names() == std::vector<std::string>{"closed", "erased"});
    CHECK(attempts() == 1);
    CHECK(world.latest(id).commit == world.commit('b'));
    CHECK(world.plan().histories == 0);

    // It is as if nothing had been forgotten when it comes back.
    world.shop().pull_requests.at(7).status = PullRequest::Status::open;
    world.tell_and_settle(world.arrival(7, "reopened"));
    CHECK(world.state(7) == State::ready);
    CHECK(attempts() == 2);
}
