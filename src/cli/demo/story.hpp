#pragma once

#include "cli/cli.hpp"
#include "cli/progress.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace diorama::cli {

/// How a demo is told: a line for each step with the time it took, and what was seen.
///
///      3.20 s  put the scene up        http://shop-branch-main.localhost:8080/
class DemoStory {
public:
    DemoStory(const CliWorld& world, Scheduler& scheduler);

    /// A step begins; a terminal shows what is being done until it is done.
    void begin(std::string doing);
    /// The step that began is over.
    void done(std::string_view what, std::string_view seen);
    /// More that was seen in the step told last.
    void also(std::string_view seen);
    /// A line between steps.
    void say(std::string_view line);
    /// No step runs any more, whatever became of it.
    void interrupt() { progress_.reset(); }

    /// "0.25 s".
    static std::string took(milliseconds time);

private:
    const CliWorld& world_;
    Scheduler& scheduler_;
    Instant begun_{};
    std::optional<Progress> progress_;
};

}  // namespace diorama::cli
