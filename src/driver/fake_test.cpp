#include "base/fake_scheduler.hpp"
#include "driver/driver_contract.hpp"
#include "driver/fake.hpp"
#include "driver/owner.hpp"
#include "driver/unwell.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

class FakeWorld final : public ContractWorld {
public:
    FakeWorld()
    {
        host_.behave("server", {.ports = {8080}, .says = {"listening"}, .exec = run_command});
        host_.behave("job", {.says = {"done"}, .exits = 0});
        host_.behave("broken", {.says = {"cannot read the configuration"}, .exits = 3});
        host_.behave("deaf", {.well = false});
        host_.lose_image("diorama-contract/nowhere:none");
    }

    Driver& driver() override { return driver_; }
    Scheduler& scheduler() override { return scheduler_; }
    std::string installation() override { return "fake"; }
    std::string prefix() override { return "contract"; }
    std::string subnet(unsigned index) override { return fmt::format("10.90.{}.0/26", index); }
    void run(Task<> task) override { scheduler_.run(std::move(task)); }

    void cast(ContainerIntent& intent, Part part) override
    {
        switch (part) {
            case Part::server: intent.image = "server"; return;
            case Part::job: intent.image = "job"; return;
            case Part::broken: intent.image = "broken"; return;
            case Part::deaf: intent.image = "deaf"; return;
        }
    }
    Task<> place_foreign(EntryType type, std::string name) override
    {
        host_.place(type, name);
        co_return;
    }
    Task<bool> foreign_exists(EntryType type, std::string name) override
    {
        co_return host_.find(type, name) != nullptr;
    }
    Task<std::vector<std::string>> resolve(Entry from, std::string name) override
    {
        co_return host_.resolve(from.name, name);
    }
    Task<> connect(Entry to, std::string address) override
    {
        const auto& there = host_.find(EntryType::container, to.name)->container;
        CHECK(there.addresses.begin()->second == address);
        connected_to_ = to.name;
        connection_ = there.connection;
        co_return;
    }
    Task<bool> still_connected() override
    {
        const auto& there = host_.find(EntryType::container, connected_to_)->container;
        co_return there.connection == connection_&& there.running == Running::running;
    }

private:
    static std::int64_t
    run_command(std::vector<std::string> argv, std::function<void(OutputLine)> line)
    {
        if (argv.front() == "echo") line({"stdout", argv.back(), {}});
        return argv.front() == "false" ? 1 : 0;
    }

    FakeScheduler scheduler_;
    FakeHost host_{scheduler_};
    FakeDriver driver_{host_, "fake"};
    std::string connected_to_;
    unsigned connection_ = 0;
};

/// A host with one container, web, that listens.
struct Scene {
    FakeScheduler scheduler;
    FakeHost host{scheduler};
    FakeDriver driver{host, "here"};
    const EnvironmentId environment{*Uuid::parse("01900000-0000-7000-8000-000000000001")};
    const Labels labels{
        {"diorama.installation", "here"            },
        {"diorama.environment",  environment.text()}
    };
    Entry web;

    Scene()
    {
        web.environment = environment;
        web.name = web.service = "web";
    }
    Result<Made> apply(std::vector<Content> contents = {})
    {
        ContainerIntent intent{.name = "web", .image = "web", .labels = labels};
        intent.contents = std::move(contents);
        return scheduler.run(driver.apply(intent, {}));
    }
};

Content content(std::string target, std::string volume, int& opened)
{
    const auto open = [&opened]() -> Chunks {
        ++opened;
        auto left = std::make_shared<std::vector<std::string>>(std::vector<std::string>{"b", "a"});
        return [left] {
            return [](std::shared_ptr<std::vector<std::string>> chunks
                   ) -> Task<Result<std::optional<std::string>>> {
                if (chunks->empty()) co_return std::optional<std::string>{};
                std::optional<std::string> chunk = chunks->back();
                chunks->pop_back();
                co_return chunk;
            }(left);
        };
    };
    return {.target = std::move(target), .volume = std::move(volume), .open = open};
}

}  // namespace

TEST_CASE("the fake driver keeps the contract")
{
    for (const Promise& promise : driver_contract()) {
        SUBCASE(promise.sentence)
        {
            FakeWorld world;
            world.run(promise.hold(world));
        }
    }
}

TEST_CASE("a fault before the effect changes nothing, one after it loses only the answer")
{
    Scene scene;
    const Error down{Code::unavailable, "the engine does not answer"};
    scene.driver.fail_next(Verb::apply, {.error = down});
    CHECK(scene.apply().error() == down);
    CHECK(scene.host.objects().empty());

    scene.driver.fail_next(Verb::apply, {.error = down, .after = true});
    CHECK(scene.apply().error() == down);
    CHECK(scene.host.objects().size() == 1);
    CHECK(scene.apply().has_value());
    CHECK(scene.host.objects().size() == 1);
    CHECK(scene.host.find(EntryType::container, "web")->container.starts == 1);
}

TEST_CASE("a slow call takes the scheduler's time and can be cancelled")
{
    Scene scene;
    scene.driver.fail_next(Verb::apply, {.delay = hours{1}});
    const Instant before = scene.scheduler.now();
    CHECK(scene.apply().has_value());
    CHECK(scene.scheduler.now() - before >= hours{1});
}

TEST_CASE("unknown is an error, never an empty answer")
{
    Scene scene;
    REQUIRE(scene.apply().has_value());
    scene.driver.faults([](Verb verb, const std::string&) -> std::optional<Fault> {
        if (verb != Verb::observe) return std::nullopt;
        return Fault{
            .error = Error{Code::unavailable, "no answer"}
        };
    });
    const auto seen = scene.scheduler.run(scene.driver.observe(std::nullopt));
    CHECK(seen.has_error());
}

TEST_CASE("a new daemon on the same host finds what the killed one left")
{
    Scene scene;
    REQUIRE(scene.apply().has_value());
    FakeDriver reborn{scene.host, "here"};
    const auto found = scene.scheduler.run(reborn.observe(scene.environment));
    REQUIRE(found.has_value());
    CHECK(found->size() == 1);
    FakeDriver stranger{scene.host, "there"};
    const auto theirs = scene.scheduler.run(stranger.observe(std::nullopt));
    REQUIRE(theirs.has_value());
    CHECK(theirs->empty());
}

TEST_CASE("content is laid into the container, and seeds a volume only while it is new")
{
    Scene scene;
    int opened = 0;
    scene.scheduler.run(scene.driver.apply(VolumeIntent{"data", scene.labels}, {}));
    REQUIRE(
        scene.apply({content("/etc/web", "", opened), content("/data", "data", opened)}).has_value()
    );
    auto& container = scene.host.find(EntryType::container, "web")->container;
    CHECK(
        container.contents ==
        std::map<std::string, std::string>{
            {"/etc/web", "ab"}
    }
    );
    CHECK(scene.host.find(EntryType::volume, "data")->seed == "ab");
    CHECK(opened == 2);
}

TEST_CASE("a container that runs out of memory is told so (A20)")
{
    Scene scene;
    scene.host.behave(
        "web", {.well = false, .exits = 137, .exits_after = seconds{2}, .out_of_memory = true}
    );
    REQUIRE(scene.apply().has_value());
    const auto well = scene.scheduler.run(scene.driver.wait_healthy(scene.web, {}, {}));
    REQUIRE(well.has_error());
    CHECK(well.error().message.find("more memory than its limit") != std::string::npos);
    CHECK(well.error().mend.find("mem_limit") != std::string::npos);
}

TEST_CASE("only the last fifteen lines of a failed service are shown")
{
    Scene scene;
    scene.host.behave("web", {.well = false});
    REQUIRE(scene.apply().has_value());
    for (int i = 1; i <= 20; ++i)
        scene.host.say("web", fmt::format("line {}.", i));
    scene.host.crash("web", 1);
    const auto well = scene.scheduler.run(scene.driver.wait_healthy(scene.web, {}, {}));
    REQUIRE(well.has_error());
    CHECK(well.error().message.find("line 6.") != std::string::npos);
    CHECK(well.error().message.find("line 5.") == std::string::npos);
}
