#include "base/concurrency.hpp"
#include "driver/driver_contract.hpp"
#include "driver/owner.hpp"

#include <doctest/doctest.h>

namespace diorama {

namespace {

const EnvironmentId shop{*Uuid::parse("01900000-0000-7000-8000-000000000001")};
const EnvironmentId blog{*Uuid::parse("01900000-0000-7000-8000-000000000002")};

template <class T>
std::string problem(const Result<T>& answer)
{
    return answer ? "" : answer.error().text();
}

/// A scene under construction: makes intents and entries with the names of this run.
struct Stage {
    ContractWorld& world;
    EnvironmentId environment = shop;

    Labels labels() const
    {
        return {
            {std::string(label::installation), world.installation()},
            {std::string(label::environment),  environment.text()  }
        };
    }
    std::string name(const std::string& part) const { return world.prefix() + "-" + part; }

    NetworkIntent network(const std::string& part = "net", unsigned range = 0) const
    {
        return {.name = name(part), .subnet = world.subnet(range), .labels = labels()};
    }
    VolumeIntent volume(const std::string& part) const { return {name(part), labels()}; }

    /// A container of service `part` on the network; with its name there unless hidden.
    ContainerIntent container(const std::string& part, Part plays, bool hidden = false) const
    {
        ContainerIntent intent;
        intent.name = name(part);
        intent.service.name = part;
        intent.labels = labels();
        intent.attachments = {
            {name("net"), {}}
        };
        if (!hidden) intent.attachments.front().aliases = {part};
        world.cast(intent, plays);
        return intent;
    }
    Entry entry(const std::string& part, EntryType type = EntryType::container) const
    {
        Entry entry;
        entry.environment = environment;
        entry.type = type;
        entry.name = name(part);
        entry.service = part;
        return entry;
    }

    Task<Made> make(Intent intent) const
    {
        auto made = co_await world.driver().apply(std::move(intent), {});
        REQUIRE_MESSAGE(made.has_value(), problem(made));
        co_return *made;
    }
    Task<> remove(std::string part, EntryType type) const
    {
        const auto removed = co_await world.driver().remove(entry(part, type));
        CHECK_MESSAGE(removed.has_value(), problem(removed));
    }
    /// Takes containers, then the network, away, and looks that nothing is left.
    Task<> strike(std::vector<std::string> containers) const
    {
        for (const std::string& part : containers)
            co_await remove(part, EntryType::container);
        co_await remove("net", EntryType::network);
        const auto left = co_await world.driver().observe(environment);
        REQUIRE(left.has_value());
        CHECK(left->empty());
    }
};

Gate tcp_gate(milliseconds limit = seconds{20})
{
    return {.port = 8080, .limit = limit};
}

Task<> applying_twice_is_once(ContractWorld& world)
{
    const Stage stage{world};
    const Made net = co_await stage.make(stage.network());
    const Made same_net = co_await stage.make(stage.network());
    CHECK(net.external_id == same_net.external_id);
    const Made data = co_await stage.make(stage.volume("data"));
    const Made same_data = co_await stage.make(stage.volume("data"));
    CHECK(data.external_id == same_data.external_id);
    const Made web = co_await stage.make(stage.container("web", Part::server));
    const Made same_web = co_await stage.make(stage.container("web", Part::server));
    CHECK(web.external_id == same_web.external_id);
    CHECK(web.address == same_web.address);
    CHECK(!web.address.empty());

    const auto seen = co_await world.driver().observe(shop);
    REQUIRE(seen.has_value());
    CHECK(seen->size() == 3);
    co_await stage.remove("web", EntryType::container);
    co_await stage.remove("data", EntryType::volume);
    co_await stage.strike({});
}

Task<> a_finished_job_is_not_run_again(ContractWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    co_await stage.make(stage.container("job", Part::job));
    const auto code = co_await world.driver().wait_exit(stage.entry("job"), {});
    REQUIRE(code.has_value());
    CHECK(*code == 0);
    co_await stage.make(stage.container("job", Part::job));
    std::vector<std::string> said;
    const auto read = [&](const OutputLine& line) { said.push_back(line.text); };
    const auto followed = co_await world.driver().follow(stage.entry("job"), {}, read, {});
    CHECK(followed.has_value());
    CHECK(said == std::vector<std::string>{"done"});
    co_await stage.strike({"job"});
}

Task<> a_stranger_is_left_alone(ContractWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    using enum EntryType;
    for (const EntryType type : {network, volume, container}) {
        const std::string part = fmt::format("their-{}", name(type));
        co_await world.place_foreign(type, stage.name(part));
        Intent intent = stage.volume(part);
        if (type == network) intent = stage.network(part, 1);
        if (type == container) intent = stage.container(part, Part::server);
        const auto made = co_await world.driver().apply(intent, {});
        REQUIRE(made.has_error());
        CHECK(made.error().code == Code::conflict);
        co_await stage.remove(part, type);
        const bool there = co_await world.foreign_exists(type, stage.name(part));
        CHECK(there);
    }
    co_await stage.strike({});
}

Task<> a_taken_range_is_a_conflict(ContractWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    const auto made = co_await world.driver().apply(stage.network("other", 0), {});
    REQUIRE(made.has_error());
    CHECK(made.error().code == Code::conflict);
    co_await stage.strike({});
}

Task<> a_missing_image_is_named(ContractWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    ContainerIntent intent = stage.container("web", Part::server);
    intent.image = "diorama-contract/nowhere:none";
    const auto made = co_await world.driver().apply(intent, {});
    REQUIRE(made.has_error());
    CHECK(made.error().code == Code::not_found);
    CHECK(made.error().message.find("diorama-contract/nowhere:none") != std::string::npos);
    co_await stage.strike({});
}

Task<> removing_twice_is_once(ContractWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    co_await stage.make(stage.volume("data"));
    co_await stage.make(stage.container("web", Part::server));
    const auto too_early = co_await world.driver().remove(stage.entry("net", EntryType::network));
    REQUIRE(too_early.has_error());
    CHECK(is_retryable(too_early.error().code));
    for (int time = 0; time < 2; ++time) {
        co_await stage.remove("web", EntryType::container);
        co_await stage.remove("data", EntryType::volume);
        co_await stage.remove("net", EntryType::network);
    }
    co_await stage.strike({});
}

Task<> observe_shows_ours_and_whose(ContractWorld& world)
{
    const Stage ours{world};
    const Stage others{world, blog};
    co_await ours.make(ours.network());
    co_await others.make(others.network("blog-net", 1));
    co_await ours.make(ours.container("web", Part::server));

    const auto of_shop = co_await world.driver().observe(shop);
    REQUIRE(of_shop.has_value());
    CHECK(of_shop->size() == 2);
    for (const Found& found : *of_shop) {
        CHECK(label::value(found.labels, label::environment) == shop.text());
        CHECK(!found.external_id.empty());
        if (found.type == EntryType::container) CHECK(found.running == Running::running);
    }
    const auto of_all = co_await world.driver().observe(std::nullopt);
    REQUIRE(of_all.has_value());
    CHECK(of_all->size() == 3);
    co_await others.remove("blog-net", EntryType::network);
    co_await ours.strike({"web"});
}

Task<> a_hidden_container_has_no_name_until_promoted(ContractWorld& world)
{
    const Stage stage{world};
    Driver& driver = world.driver();
    co_await stage.make(stage.network());
    co_await stage.make(stage.container("client", Part::server));
    const Made hidden = co_await stage.make(stage.container("web", Part::server, true));
    const auto well = co_await driver.wait_healthy(stage.entry("web"), tcp_gate(), {});
    REQUIRE_MESSAGE(well.has_value(), problem(well));
    const auto before = co_await world.resolve(stage.entry("client"), "web");
    CHECK(before.empty());

    co_await world.connect(stage.entry("web"));
    for (int time = 0; time < 2; ++time) {
        const auto promoted = co_await driver.promote(
            stage.entry("web"),
            {
                {stage.name("net"), {"web", "www"}}
        }
        );
        REQUIRE_MESSAGE(promoted.has_value(), problem(promoted));
    }
    const auto by_name = co_await world.resolve(stage.entry("client"), "web");
    CHECK(by_name == std::vector{hidden.address});
    const auto by_alias = co_await world.resolve(stage.entry("client"), "www");
    CHECK(by_alias == std::vector{hidden.address});
    const bool connected = co_await world.still_connected();
    CHECK(connected);
    co_await stage.strike({"web", "client"});
}

Task<> it_stops_and_starts_again(ContractWorld& world)
{
    const Stage stage{world};
    Driver& driver = world.driver();
    co_await stage.make(stage.network());
    co_await stage.make(stage.container("web", Part::server));
    for (int time = 0; time < 2; ++time) {
        const auto stopped = co_await driver.stop(stage.entry("web"));
        CHECK_MESSAGE(stopped.has_value(), problem(stopped));
    }
    const auto while_stopped = co_await driver.observe(shop);
    REQUIRE(while_stopped.has_value());
    for (const Found& found : *while_stopped) {
        if (found.type == EntryType::container) CHECK(found.running == Running::exited);
    }
    for (int time = 0; time < 2; ++time) {
        const auto started = co_await driver.start(stage.entry("web"));
        CHECK_MESSAGE(started.has_value(), problem(started));
    }
    const auto well = co_await driver.wait_healthy(stage.entry("web"), tcp_gate(), {});
    CHECK_MESSAGE(well.has_value(), problem(well));
    co_await stage.strike({"web"});
}

Task<> it_freezes_and_thaws(ContractWorld& world)
{
    const Stage stage{world};
    Driver& driver = world.driver();
    co_await stage.make(stage.network());
    co_await stage.make(stage.container("web", Part::server));
    co_await world.connect(stage.entry("web"));
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

const std::vector<Promise>& driver_contract()
{
    static const std::vector<Promise> promises{
        {"applying twice is applying once (A05)",                               applying_twice_is_once         },
        {"a finished job is not run again",                                     a_finished_job_is_not_run_again},
        {"an object that somebody else made is left alone",                     a_stranger_is_left_alone       },
        {"a range that is taken is a conflict",                                 a_taken_range_is_a_conflict    },
        {"an image the engine does not have is named",                          a_missing_image_is_named       },
        {"removing twice is removing once (A05)",                               removing_twice_is_once         },
        {"observe shows ours, and whose they are",                              observe_shows_ours_and_whose   },
        {"a hidden container has no name until it is promoted",
         a_hidden_container_has_no_name_until_promoted                                                         },
        {"a container stops and starts again (E02)",                            it_stops_and_starts_again      },
        {"a container freezes and thaws with its connections",                  it_freezes_and_thaws           },
        {"a service that ends is told with its exit code and last words (A20)",
         an_ended_service_is_told_with_its_last_words                                                          },
        {"a service that never listens runs out of time (A20)",
         a_service_that_never_listens_runs_out_of_time                                                         },
        {"waiting can be cancelled",                                            waiting_can_be_cancelled       },
        {"a job answers its exit code",                                         a_job_answers_its_exit_code    },
        {"a container is counted and runs commands (E11)",                      it_counts_and_runs_commands    },
        {"what is gone is said so",                                             what_is_gone_is_said_so        },
    };
    return promises;
}

}  // namespace diorama
