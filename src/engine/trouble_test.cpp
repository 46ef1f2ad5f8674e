#include "engine/test_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

std::string web(std::string_view image)
{
    return fmt::format("services:\n  web:\n    image: {}\n    ports: ['8080']\n", image);
}

/// The answer of `verb` for every container of `service`.
auto fault_of(Verb verb, std::string service, Fault fault)
{
    return [=](Verb asked, const std::string& name) -> std::optional<Fault> {
        if (asked != verb || name.find("-" + service + "-") == std::string::npos)
            return std::nullopt;
        return fault;
    };
}

}  // namespace

TEST_CASE("an accident while a service is brought up fails the deployment and leaves nothing")
{
    TestWorld world;
    world.push_compose(
        'a',
        "services:\n"
        "  web:\n    image: web:1\n    ports: ['8080']\n    depends_on: [db]\n"
        "  db:\n    image: db:1\n    expose: ['5432']\n"
        "  cache:\n    image: cache:1\n    expose: ['6379']\n"
    );
    world.driver->faults([](Verb verb, const std::string& name) -> std::optional<Fault> {
        if (verb == Verb::apply && name.find("-db-") != std::string::npos)
            throw std::runtime_error("a bug");
        return std::nullopt;
    });
    const auto id = world.deploy().id;
    const auto failed = world.settle(id);
    CHECK(failed.state == State::failed);
    CHECK(failed.cause.find("a bug") != std::string::npos);
    CHECK(world.count(EntryType::container) == 0);
}

TEST_CASE("a repository that does not answer in time fails the deployment, and says so")
{
    TestWorld world;
    world.engine_settings.deadlines.fetch = seconds{2};
    world.push_compose('a', web("web:1"));
    world.commits.fault = Error{Code::unavailable, "no answer"};
    const auto id = world.deploy().id;
    const auto failed = world.settle(id);
    CHECK(failed.state == State::failed);
    CHECK(failed.cause.find("within 2s") != std::string::npos);
}

TEST_CASE("what a failed start left half made goes at once, not with the next resync")
{
    TestWorld world;
    world.start();
    world.scheduler.run_for(seconds{1});
    world.push_compose('a', web("web:1"));
    world.driver->faults(fault_of(
        Verb::apply,
        "web",
        {
            .error = Error{Code::invalid, "OCI runtime create failed"},
              .after = true
    }
    ));
    const auto id = world.deploy().id;
    world.wait_until([&] { return is_final(world.latest(id).status); });
    CHECK(world.count(EntryType::container) == 0);
    for (const Entry& entry : world.inventory(id))
        CHECK(entry.type != EntryType::container);
}

TEST_CASE("a job that was done for the old version is not done again when the new one fails")
{
    TestWorld world;
    const auto with_job = [](std::string_view job, std::string_view page) {
        return fmt::format(
            "services:\n"
            "  web:\n    image: {}\n    ports: ['8080']\n"
            "    depends_on: {{migrate: {{condition: service_completed_successfully}}}}\n"
            "  migrate:\n    image: {}\n",
            page,
            job
        );
    };
    world.host.behave("migrate:1", {.exits = 0});
    world.push_compose('a', with_job("migrate:1", "web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    const std::string old = world.serving(id, "migrate")->name;

    world.push_compose('b', with_job("migrate:1", "web:2"));
    world.deploy();
    world.settle(id);
    CHECK(world.serving(id, "migrate")->name == old);
    CHECK(world.serving(id, "migrate")->container.starts == 1);

    world.host.behave("migrate:2", {.exits = 4});
    world.push_compose('c', with_job("migrate:2", "web:2"));
    world.deploy();
    world.settle(id);
    REQUIRE(world.serving(id, "migrate") != nullptr);
    CHECK(world.serving(id, "migrate")->name == old);
    CHECK(world.serving(id, "migrate")->container.starts == 1);
}

TEST_CASE("an engine that does not answer once, at whatever step, fails no deployment (A19)")
{
    for (const Verb verb : {Verb::promote, Verb::wait_healthy, Verb::stop, Verb::start}) {
        CAPTURE(static_cast<int>(verb));
        TestWorld world;
        const auto pair = [](int version) {
            return fmt::format(
                "services:\n  web:\n    image: web:{0}\n    ports: ['8080']\n"
                "  mail:\n    image: mail:{0}\n",
                version
            );
        };
        world.push_compose('a', pair(1));
        const auto id = world.deploy().id;
        world.settle(id);
        world.driver->fail_next(
            verb,
            {
                .error = Error{Code::unavailable, "reset"}
        }
        );
        world.push_compose('b', pair(2));
        world.deploy();
        CHECK(world.settle(id).serving == 2);
    }
}

TEST_CASE("a container that is started again is heard again")
{
    TestWorld world;
    world.push_compose('a', web("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    const std::string name = world.serving(id, "web")->name;
    world.host.crash(name, 1);
    world.scheduler.run_for(seconds{1});
    world.push_compose('b', web("web:1"));
    world.deploy();
    world.settle(id);
    CHECK(world.serving(id, "web")->name == name);
    world.host.say(name, "back again");
    world.scheduler.run_for(milliseconds{10});
    CHECK(world.lines.contains("back again"));
}

namespace {

std::string subnet_of(TestWorld& world, EnvironmentId id)
{
    for (const Entry& entry : world.inventory(id)) {
        if (entry.type == EntryType::network) return entry.address;
    }
    return "";
}

}  // namespace

TEST_CASE("a scene's network steps over what the machine routes elsewhere, whenever that came")
{
    TestWorld world;
    world.host.routes = {*Subnet::parse("10.213.0.0/25"), *Subnet::parse("10.0.0.0/8")};
    world.push_compose('a', web("web:1"));
    const auto id = world.deploy().id;
    CHECK(world.settle(id).state == State::ready);
    CHECK(subnet_of(world, id) == "10.213.0.128/26");
}

TEST_CASE("a range that somebody else took on the engine leads to the next one, not to a failure")
{
    TestWorld world;
    world.host.place(EntryType::network, "strangers").subnet = "10.213.0.0/25";
    world.push_compose('a', web("web:1"));
    const auto id = world.deploy().id;
    CHECK(world.settle(id).state == State::ready);
    CHECK(subnet_of(world, id) == "10.213.0.128/26");
}

TEST_CASE(
    "a range that strangers hold as a whole fails the deployment, and says what to do (complaint 7)"
)
{
    TestWorld world;
    world.host.place(EntryType::network, "strangers").subnet = "10.213.0.0/16";
    world.push_compose('a', web("web:1"));
    const auto failed = world.settle(world.deploy().id);
    CHECK(failed.state == State::failed);
    CHECK(failed.cause.find("overlaps") != std::string::npos);
}

TEST_CASE("a network that is closed later takes effect with the next push, beside the old (SEC-40)")
{
    const auto with = [](std::string_view option) {
        return fmt::format(
            "services:\n  web:\n    image: web:1\n    ports: ['8080']\n    networks: [back]\n"
            "networks:\n  back:\n    internal: {}\n",
            option
        );
    };
    TestWorld world;
    world.push_compose('a', with("false"));
    const auto id = world.deploy().id;
    REQUIRE(world.settle(id).state == State::ready);
    const std::string open = world.serving(id, "web")->container.attachments.at(0).network;
    world.push_compose('b', with("true"));
    world.deploy();
    REQUIRE(world.settle(id).state == State::ready);
    CHECK(world.serving(id, "web")->container.attachments.at(0).network != open);
    CHECK(world.host.find(EntryType::network, open) == nullptr);
    CHECK(world.count(EntryType::network) == 1);
    CHECK(world.count(EntryType::container) == 1);
}

TEST_CASE("an object that the host does not remove in time is owed, and removed later")
{
    TestWorld world;
    world.engine_settings.deadlines.removal = seconds{5};
    world.push_compose('a', web("web:1"));
    const auto id = world.deploy().id;
    REQUIRE(world.settle(id).state == State::ready);
    world.driver->fail_next(Verb::remove, {.delay = hours{1}});
    world.destroy(id);
    world.wait_until([&] {
        const auto left = world.inventory(id);
        return std::ranges::any_of(left, [](const Entry& each) {
            return each.status == EntryStatus::owed &&
                   each.problem.find("not gone within 5s") != std::string::npos;
        });
    });
    CHECK(world.settle(id).state == State::destroyed);
    CHECK(world.host.objects().empty());
}

TEST_CASE("a build that takes too long fails the deployment, and says which key to raise")
{
    TestWorld world;
    world.engine_settings.deadlines.build = seconds{30};
    world.builder.build_time = minutes{1};
    world.push(
        'a',
        {
            {"Dockerfile", "FROM scratch"}
    }
    );
    const auto failed = world.settle(world.deploy().id);
    CHECK(failed.state == State::failed);
    CHECK(failed.cause.find("not built within 30s") != std::string::npos);
    CHECK(failed.cause.find("deadlines.build") != std::string::npos);
}

TEST_CASE("what failed because a peer was away is tried again by itself, more and more seldom (A19)"
)
{
    TestWorld world;
    world.push_compose('a', web("web:1"));
    bool away = true;
    std::size_t tries = 0;
    world.driver->faults([&](Verb verb, const std::string&) -> std::optional<Fault> {
        if (!away || verb != Verb::apply) return std::nullopt;
        ++tries;
        return Fault{
            .error = Error{Code::unavailable, "the engine does not answer"}
        };
    });
    const auto id = world.deploy().id;
    CHECK(world.settle(id).state == State::failed);
    CHECK(world.latest(id).code == Code::unavailable);
    tries = 0;
    world.scheduler.run_for(minutes{20});
    CHECK(tries >= 4 * 3);  // After 1, 2, 4 and 8 minutes, thrice each.
    CHECK(tries <= 5 * 3);
    away = false;
    world.wait_until([&] { return world.find(id).state == State::ready; });
}

TEST_CASE("what a person has to mend is not tried again by itself (A19)")
{
    TestWorld world;
    world.host.behave("web:1", {.well = false});
    world.push_compose('a', web("web:1"));
    const auto id = world.deploy().id;
    CHECK(world.settle(id).state == State::failed);
    const auto generation = world.find(id).wanted.generation;
    world.scheduler.run_for(hours{3});
    CHECK(world.find(id).wanted.generation == generation);
}

TEST_CASE("a container that somebody removes while it is started is started anew")
{
    TestWorld world;
    world.host.behave("web:1", {.well_after = seconds{20}});
    world.push_compose('a', web("web:1"));
    const auto id = world.deploy().id;
    world.wait_until([&] { return world.count(EntryType::container) == 1; });
    world.host.vanish(EntryType::container, world.host.objects().front()->name);
    world.wait_until([&] { return world.find(id).state == State::ready; });
}
