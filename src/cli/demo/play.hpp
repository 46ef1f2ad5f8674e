#pragma once

#include "cli/demo/stage.hpp"

#include <string>

namespace diorama::cli {

/// The demo from its first act to its last, and what is to be done when one fails.
class DemoPlay {
public:
    DemoPlay(const CliWorld& world, Loop& loop, DemoOptions options)
        : stage_(world, loop, std::move(options))
    {}

    Task<Result<>> play();
    /// Takes down what stands, and ends the daemon and the forge.
    Task<> clear();
    /// Ends what runs now: a step fails, or the stay is over.
    void interrupt() { stage_.stop.request_stop(); }
    /// The ends of the logs, for people who wonder why it failed; known after `clear`.
    const std::string& last_lines() const { return last_lines_; }

private:
    Task<Result<>> clear_scenes();
    Task<std::string> scene_lines(std::string environment);

    DemoStage stage_;
    std::string last_lines_;
};

}  // namespace diorama::cli
