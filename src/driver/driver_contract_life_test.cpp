#include "base/concurrency.hpp"
#include "driver/stage.hpp"

namespace diorama {

namespace {

Task<> it_stops_and_starts_again(ContractWorld& world)
{
    const Stage stage{world};
    Driver& driver = world.driver();
    co_await stage.make(stage.network());
    const Made web = co_await stage.make(stage.container("web", Part::server));
    co_await stage.make(stage.container("other", Part::server));
    for (int time = 0; time < 2; ++time) {
        const auto stopped = co_await driver.stop(stage.entry("web"));
        CHECK_MESSAGE(stopped.has_value(), problem(stopped));
    }
    const auto while_stopped = co_await driver.observe(shop);
    REQUIRE(while_stopped.has_value());
    for (const Found& found : *while_stopped) {
        if (found.name != stage.name("web")) continue;
        CHECK(found.running == Running::exited);
        CHECK(found.address == web.address);
    }
    for (int time = 0; time < 2; ++time) {
        const auto started = co_await driver.start(stage.entry("web"));
        CHECK_MESSAGE(started.has_value(), problem(started));
    }
    const auto well = co_await driver.wait_healthy(stage.entry("web"), tcp_gate(), {});
    CHECK_MESSAGE(well.has_value(), problem(well));
    co_await world.connect(stage.entry("web"), web.address);
    co_await stage.strike({"web", "other"});
}

Task<> it_freezes_and_thaws(ContractWorld& world)
{
    const Stage stage{world};
    Driver& driver = world.driver();
    co_await stage.make(stage.network());
    const Made web = co_await stage.make(stage.container("web", Part::server));
    co_await world.connect(stage.entry("web"), web.address);
    for (int time = 0; time < 2; ++time) {
        const auto frozen = co_await driver.freeze(stage.entry("web"));
        CHECK_MESSAGE(frozen.has_value(), problem(frozen));
    }
    const auto seen = co_await driver.observe(shop);
    REQUIRE(seen.has_value());
    for (const Found& found : *seen) {
        if (found.type == EntryType::container) CHECK(found.running == Running::frozen);
    }
    for (int time = 0; time < 2; ++time) {
        const auto thawed = co_await driver.thaw(stage.entry("web"));
        CHECK_MESSAGE(thawed.has_value(), problem(thawed));
    }
    const bool connected = co_await world.still_connected();
    CHECK(connected);
    const auto frozen_again = co_await driver.freeze(stage.entry("web"));
    CHECK(frozen_again.has_value());
    co_await stage.strike({"web"});  // A frozen container can be removed.
}

Task<> what_ended_is_started_not_thawed(ContractWorld& world)
{
    const Stage stage{world};
    Driver& driver = world.driver();
    co_await stage.make(stage.network());
    const Made web = co_await stage.make(stage.container("web", Part::server));
    const auto awake = co_await driver.thaw(stage.entry("web"));
    CHECK_MESSAGE(awake.has_value(), problem(awake));
    const auto frozen = co_await driver.freeze(stage.entry("web"));
    CHECK_MESSAGE(frozen.has_value(), problem(frozen));
    const auto started = co_await driver.start(stage.entry("web"));
    CHECK_MESSAGE(started.has_value(), problem(started));
    const auto well = co_await driver.wait_healthy(stage.entry("web"), tcp_gate(), {});
    CHECK_MESSAGE(well.has_value(), problem(well));
    const auto frozen_again = co_await driver.freeze(stage.entry("web"));
    CHECK_MESSAGE(frozen_again.has_value(), problem(frozen_again));
    const auto stopped = co_await driver.stop(stage.entry("web"));
    CHECK_MESSAGE(stopped.has_value(), problem(stopped));
    const auto thawed = co_await driver.thaw(stage.entry("web"));
    CHECK(thawed.error().code == Code::conflict);
    const auto refrozen = co_await driver.freeze(stage.entry("web"));
    CHECK(refrozen.error().code == Code::conflict);
    co_await stage.strike({"web"});
}

Task<> an_ended_service_is_told_with_its_last_words(ContractWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    co_await stage.make(stage.container("api", Part::broken));
    const auto well =
        co_await world.driver().wait_healthy(stage.entry("api"), tcp_gate(minutes{10}), {});
    REQUIRE(well.has_error());
    CHECK(well.error().code == Code::invalid);
    CHECK(well.error().message.find("api exited with code 3") != std::string::npos);
    CHECK(well.error().message.find("cannot read the configuration") != std::string::npos);
    CHECK(!well.error().mend.empty());
    co_await stage.strike({"api"});
}

Task<> a_service_that_never_listens_runs_out_of_time(ContractWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    co_await stage.make(stage.container("api", Part::deaf));
    const auto well =
        co_await world.driver().wait_healthy(stage.entry("api"), tcp_gate(seconds{1}), {});
    REQUIRE(well.has_error());
    CHECK(well.error().code == Code::invalid);
    CHECK(well.error().message.find("api was not well within 1 s") != std::string::npos);
    co_await stage.strike({"api"});
}

Task<> stop_after(Scheduler& scheduler, milliseconds delay, std::stop_source& source)
{
    co_await sleep(scheduler, delay);
    source.request_stop();
}

Task<> waiting_can_be_cancelled(ContractWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    co_await stage.make(stage.container("api", Part::deaf));
    std::stop_source stopping;
    TaskGroup group(world.scheduler());
    group.spawn(stop_after(world.scheduler(), milliseconds{300}, stopping));
    const auto well = co_await world.driver().wait_healthy(
        stage.entry("api"), tcp_gate(minutes{10}), stopping.get_token()
    );
    const auto code = co_await world.driver().wait_exit(stage.entry("api"), stopping.get_token());
    const auto followed = co_await world.driver().follow(
        stage.entry("api"), {}, [](const OutputLine&) {}, stopping.get_token()
    );
    co_await group.join();
    CHECK(well.error().code == Code::cancelled);
    CHECK(code.error().code == Code::cancelled);
    CHECK(followed.error().code == Code::cancelled);
    co_await stage.strike({"api"});
}

Task<> a_job_answers_its_exit_code(ContractWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    co_await stage.make(stage.container("migrate", Part::broken));
    const auto code = co_await world.driver().wait_exit(stage.entry("migrate"), {});
    REQUIRE(code.has_value());
    CHECK(*code == 3);
    const auto seen = co_await world.driver().observe(shop);
    REQUIRE(seen.has_value());
    const auto job = std::ranges::find(*seen, EntryType::container, &Found::type);
    REQUIRE(job != seen->end());
    CHECK(job->running == Running::exited);
    CHECK(job->exit_code == 3);
    co_await stage.strike({"migrate"});
}

Task<> it_counts_and_runs_commands(ContractWorld& world)
{
    const Stage stage{world};
    Driver& driver = world.driver();
    co_await stage.make(stage.network());
    co_await stage.make(stage.container("web", Part::server));
    const auto stats = co_await driver.stats(stage.entry("web"));
    REQUIRE_MESSAGE(stats.has_value(), problem(stats));
    CHECK(stats->pids > 0);
    CHECK(stats->memory > 0);
    const auto written = co_await driver.written();
    REQUIRE_MESSAGE(written.has_value(), problem(written));
    CHECK(written->contains(shop));

    std::vector<std::string> said;
    const auto read = [&](const OutputLine& line) {
        said.push_back(line.stream + ": " + line.text);
    };
    const auto echo =
        co_await driver.exec(stage.entry("web"), {"echo", "good $(morning)"}, read, {});
    REQUIRE_MESSAGE(echo.has_value(), problem(echo));
    CHECK(*echo == 0);
    CHECK(said == std::vector<std::string>{"stdout: good $(morning)"});
    const auto fails = co_await driver.exec(stage.entry("web"), {"false"}, read, {});
    REQUIRE_MESSAGE(fails.has_value(), problem(fails));
    CHECK(*fails == 1);
    co_await stage.strike({"web"});
}

Task<> what_is_gone_is_said_so(ContractWorld& world)
{
    const Stage stage{world};
    Driver& driver = world.driver();
    const auto started = co_await driver.start(stage.entry("ghost"));
    CHECK(started.error().code == Code::not_found);
    const auto well = co_await driver.wait_healthy(stage.entry("ghost"), tcp_gate(), {});
    CHECK(well.error().code == Code::not_found);
    const auto code = co_await driver.wait_exit(stage.entry("ghost"), {});
    CHECK(code.error().code == Code::not_found);
}

}  // namespace

std::vector<Promise> promises_about_life()
{
    return {
        {"a container stops and starts again at its address (E02)",                  it_stops_and_starts_again  },
        {"a container freezes and thaws with its connections",                       it_freezes_and_thaws       },
        {"a frozen container can be started and stopped, an ended one only started",
         what_ended_is_started_not_thawed                                                                       },
        {"a service that ends is told with its exit code and last words (A20)",
         an_ended_service_is_told_with_its_last_words                                                           },
        {"a service that never listens runs out of time (A20)",
         a_service_that_never_listens_runs_out_of_time                                                          },
        {"waiting can be cancelled",                                                 waiting_can_be_cancelled   },
        {"a job answers its exit code",                                              a_job_answers_its_exit_code},
        {"a container is counted and runs commands (E11)",                           it_counts_and_runs_commands},
        {"what is gone is said so",                                                  what_is_gone_is_said_so    },
    };
}

}  // namespace diorama
