#pragma once

#include "base/scheduler.hpp"
#include "cli/cli.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace diorama::cli {

/// What the command line says on stderr while something takes its time. On a terminal its last
/// line moves; elsewhere only finished lines are written.
class Progress {
public:
    Progress(const CliWorld& world, Scheduler& scheduler, std::string doing);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// A finished line, above the moving one.
    void say(std::string_view line);
    /// What is being done now, in a few words.
    void now(std::string doing) { doing_ = std::move(doing); }

private:
    void draw();
    void clear();

    const CliWorld& world_;
    Scheduler& scheduler_;
    std::string doing_;
    Instant begun_;
    std::size_t turn_ = 0;
    bool drawn_ = false;
    std::unique_ptr<Scheduler::Timer> timer_;
};

/// Whether colours are wanted on a stream: a terminal, no NO_COLOR (no-color.org), not a dumb one.
bool wants_colour(const CliWorld& world, bool is_terminal);

}  // namespace diorama::cli
