#pragma once

#include "base/fake_scheduler.hpp"
#include "build/fake.hpp"
#include "driver/fake.hpp"
#include "engine/engine.hpp"
#include "routing/fake.hpp"
#include "source/commits_fake.hpp"
#include "store/deployments.hpp"
#include "store/environments.hpp"
#include "store/instances.hpp"
#include "store/inventory.hpp"
#include "store/settings.hpp"
#include "store/tenants.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace diorama {

/// A whole small world in memory for the engine's tests: virtual time, one thread. The engine can
/// be stopped and another started on the same store and host.
class TestWorld {
public:
    TestWorld()
    {
        store = *Store::open(scheduler, random, ":memory:");
        const auto read = [](Tx& tx) -> Result<std::pair<InstallationId, TenantId>> {
            return std::pair{settings::installation(tx), tenants::standard(tx)};
        };
        const auto ids = scheduler.run(store->transact(read));
        engine_settings.installation = ids->first;
        engine_settings.tenant = ids->second;
        // Tests of other things take their time.
        engine_settings.sleep.frozen_after = engine_settings.sleep.stopped_after =
            engine_settings.sleep.archived_after = milliseconds{0};
        driver = std::make_unique<FakeDriver>(host, ids->first.text());
    }
    ~TestWorld() { stop(); }

    struct Lines final : LogSink {
        void write(LogLine line) override { all.push_back(std::move(line)); }
        /// The one secret of this world is "sesame".
        std::string redact(EnvironmentId, std::string_view text) override
        {
            std::string shown(text);
            if (const auto at = shown.find("sesame"); at != std::string::npos)
                shown.replace(at, 6, "[secret]");
            return shown;
        }
        bool contains(std::string_view text) const
        {
            return std::ranges::any_of(all, [&](const LogLine& line) {
                return line.message.find(text) != std::string::npos;
            });
        }
        std::vector<LogLine> all;
    };

    FakeScheduler scheduler;
    SeededRandom random{7};
    FakeCommits commits;
    FakeBuilder builder{scheduler};
    FakeHost host{scheduler};
    FakeRouter router{scheduler};
    Lines lines;
    LogSink* sink = &lines;  ///< Where the engine's words go.
    EngineSettings engine_settings;
    std::vector<ForgeApi*> forges;            ///< None, unless a test brings one.
    MemoryGauge* memory = nullptr;            ///< Likewise.
    std::vector<std::string> operator_lines;  ///< What the daemon's own log says.
    Log log{Log::Level::info, [this](std::string_view line) { operator_lines.emplace_back(line); }};
    std::unique_ptr<Store> store;
    std::unique_ptr<FakeDriver> driver;

    static constexpr std::string_view repository = "/srv/git/shop.git";

    /// Pushes a commit, named by one letter, to branch `main`.
    void push(char commit, FakeCommits::Content content)
    {
        commits.push(
            std::string(repository), "refs/heads/main", std::string(40, commit), std::move(content)
        );
    }
    void push_compose(char commit, std::string compose)
    {
        push(
            commit,
            {
                {"compose.yaml", std::move(compose)}
        }
        );
    }

    Caller admin() const
    {
        return {
            .actor = {.type = Actor::Type::token, .name = "test"},
            .grants = {.list = {{.role = Role::admin, .reach = Installation{}}}}
        };
    }
    DeployRequest request() const
    {
        return {
            .repository = std::string(repository),
            .name = "corner/shop",
            .kind = Kind::branch,
            .key = "main"
        };
    }

    World world()
    {
        return {
            scheduler,
            random,
            *store,
            commits,
            builder,
            *driver,
            router,
            *sink,
            engine_settings,
            log,
            forges,
            memory
        };
    }

    void start()
    {
        if (engine_) return;
        stopping_ = std::stop_source();
        engine_ = std::make_unique<Engine>(world());
        group_ = std::make_unique<TaskGroup>(scheduler);
        group_->spawn(keep_running());
    }
    void stop()
    {
        if (!engine_) return;
        stopping_.request_stop();
        scheduler.run(group_->join());
        group_.reset();
        engine_.reset();
    }

    Environment deploy()
    {
        start();
        return *scheduler.run(engine_->commands().deploy(admin(), request()));
    }
    Environment redeploy(EnvironmentId id)
    {
        return *scheduler.run(engine_->commands().redeploy(admin(), id));
    }
    Environment destroy(EnvironmentId id)
    {
        return *scheduler.run(engine_->commands().destroy(admin(), id));
    }
    Engine& engine() { return *engine_; }

    template <class Read>
    auto query(Read read)
    {
        return scheduler.run(store->read(read));
    }
    /// Lets time pass until `holds()`; throws after an hour.
    template <class Condition>
    void wait_until(Condition holds)
    {
        for (int i = 0; i < 36'000 && !holds(); ++i)
            scheduler.run_for(milliseconds{100});
        if (!holds()) throw std::logic_error("an hour passed and it did not happen");
    }
    /// Until the newest wish has been met, or failed for good.
    Environment settle(EnvironmentId id)
    {
        wait_until([&] {
            const auto latest = query([=](Tx& tx) { return deployments::latest(tx, id); });
            const State state = find(id).state;
            if (state == State::destroyed) return true;
            return latest && is_final(latest->status) && state != State::destroying &&
                   latest->generation == find(id).wanted.generation;
        });
        scheduler.run_for(seconds{1});
        return find(id);
    }

    Environment find(EnvironmentId id)
    {
        return *query([=](Tx& tx) { return environments::find(tx, id); });
    }
    Deployment latest(EnvironmentId id)
    {
        return *query([=](Tx& tx) { return deployments::latest(tx, id); });
    }
    std::vector<Entry> inventory(EnvironmentId id)
    {
        return *query([=](Tx& tx) -> Result<std::vector<Entry>> {
            return inventory::of_environment(tx, id);
        });
    }
    std::vector<Instance> instances(EnvironmentId id)
    {
        return *query([=](Tx& tx) -> Result<std::vector<Instance>> {
            return instances::list(tx, id);
        });
    }

    /// The container that serves `service`; null when none does.
    FakeHost::Object* serving(EnvironmentId id, std::string_view service)
    {
        for (const Instance& instance : instances(id)) {
            if (instance.service != service) continue;
            for (const Entry& entry : inventory(id)) {
                if (entry.id == instance.container)
                    return host.find(EntryType::container, entry.name);
            }
        }
        return nullptr;
    }
    std::size_t count(EntryType type) const
    {
        return static_cast<std::size_t>(std::ranges::count_if(
            host.objects(), [&](const FakeHost::Object* object) { return object->type == type; }
        ));
    }

private:
    Task<> keep_running()
    {
        const auto ended = co_await engine_->run(stopping_.get_token());
        if (!ended && !stopping_.stop_requested()) throw std::logic_error(ended.error().text());
    }

    std::unique_ptr<Engine> engine_;
    std::unique_ptr<TaskGroup> group_;
    std::stop_source stopping_;
};

}  // namespace diorama
