#pragma once

#include "simulation/people.hpp"

namespace diorama::simulation {

/// What goes wrong on the machine and around it, and who runs it.
class Mishaps {
public:
    Mishaps(House& house, People& people);

    /// Something breaks.
    void strike();
    /// Whoever may runs a command.
    void command();
    /// Whoever may takes it down.
    void take_down(const Environment& environment);
    /// Names of what it puts there that no store ever knew begin so.
    static constexpr std::string_view unknown = "pr-99-";

    /// Nothing lies any more.
    void end();

private:
    std::optional<Environment> preview(std::int64_t number);
    std::optional<Environment> some_preview();
    const FakeHost::Object* some_container();

    void approve();
    void redeploy();
    void put_up_by_number();
    void take_down();
    void put_to_sleep();
    void wake();
    void pin();
    void keep();
    std::optional<Deployment> under_way(std::int64_t number);
    void cancel();

    void docker_goes_away();
    void disk_fills_up();
    void forge_breaks();
    void forge_lies();
    void forge_wants_quiet();
    void container_vanishes();
    void container_crashes();
    void orphan_appears();
    void daemon_restarts();
    void rules_change();
    void settings_change();
    void clock_jumps();
    void memory_runs_short();

    House& house_;
    People& people_;
    int orphans_ = 0;
};

}  // namespace diorama::simulation
