#pragma once

#include "base/fake_scheduler.hpp"
#include "build/fake.hpp"
#include "engine/engine.hpp"
#include "forge/fake_api.hpp"
#include "routing/visits.hpp"
#include "simulation/forge_border.hpp"
#include "source/commits_fake.hpp"

#include <memory>

namespace diorama::simulation {

/// What the machine says about its memory.
struct Gauge final : MemoryGauge {
    MemoryState state;
    MemoryState read() override { return state; }
};

/// The real engine and the real store in a world of one seed. The daemon dies and is started again
/// on the same store; the world outlives it.
class House {
public:
    House(std::uint64_t seed, bool detailed);
    ~House();

    // The world as it is, for those who live in it.

    FakeScheduler scheduler;
    Dice dice;
    Trace trace{scheduler};
    Fate fate{scheduler, dice, trace};
    FakeCommits commits;
    FakeBuilder builder{scheduler};
    FakeHost host{scheduler};
    FakeRouter router{scheduler};
    FakeForgeApi forge{scheduler};
    Gauge memory;
    std::vector<std::string> violations;  ///< Found while it ran.

    /// Lets time pass; a daemon that died meanwhile is buried and another one started.
    void live(milliseconds time);
    /// Ends the daemon as an administrator does, and starts another one, with other settings.
    void restart(const std::function<void(EngineSettings&)>& change = {});
    /// The wall clock is set forward; nothing ran meanwhile.
    void skip(milliseconds time);
    /// How far it was set forward between two moments.
    milliseconds skipped(Instant from, Instant to) const;

    Engine& engine() { return *engine_; }
    /// Commands of a process beside the daemon: it is not told of them, it has to find out.
    Commands& elsewhere() { return *elsewhere_; }
    EngineSettings& settings() { return settings_; }
    const EngineSettings& settings() const { return settings_; }
    bool has_passed(const std::string& container) const
    {
        return docker_.passed.contains(container);
    }

    /// What `read(tx)` answers from the store.
    template <class Read>
    auto ask(Read read)
    {
        for (;;) {
            const auto answer = scheduler.run(store_->read(read));
            if (answer) return *answer;
            live(milliseconds{0});  // The daemon died while we asked.
        }
    }
    /// Writes into the store, once.
    template <class Work>
    void write(Work work)
    {
        [[maybe_unused]] const auto written = scheduler.run(store_->transact(work));
    }
    /// The same for whoever judges this world: nothing fails them, and nobody dies of it.
    template <class Read>
    auto peek(Read read)
    {
        judged_ = true;
        auto answer = scheduler.run(store_->read(read));
        judged_ = false;
        return *std::move(answer);
    }
    /// Runs a command to its end, or to the daemon's.
    template <class T>
    T run(Task<T> command)
    {
        return scheduler.run(std::move(command));
    }

private:
    Border border(Place place) { return {scheduler, fate, place}; }
    void draw_hands();
    void start();
    void stop();
    Task<> keep_running(std::stop_token stop);
    void check_routes(const RouteSnapshot& table);
    void check_freeze(const std::string& container);

    SeededRandom ids_;
    std::unique_ptr<Store> store_;
    EngineSettings settings_;
    FakeDriver driver_;
    DriverBorder docker_;
    BuilderBorder builds_;
    CommitsBorder git_;
    RouterBorder gateway_;
    ForgeBorder api_;
    std::vector<ForgeApi*> apis_{&api_};
    Logs logs_{trace};
    Log log_{Log::Level::info, [](std::string_view) {}};
    std::vector<std::pair<Instant, milliseconds>> skips_;  ///< When, and how far.
    std::stop_source stopping_;
    std::unique_ptr<Engine> engine_;
    std::unique_ptr<VisitRecorder> visits_;
    Bell unheard_{scheduler};
    std::unique_ptr<Commands> elsewhere_;
    bool judged_ = false;
    std::unique_ptr<TaskGroup> group_;
};

}  // namespace diorama::simulation
