#pragma once

#include "engine/due_loop.hpp"
#include "engine/report.hpp"

namespace diorama {

/// Tells forges how the previews of their pull requests stand. What changed is marked in the
/// transaction that changed it (store/feedback.hpp); this loop takes what is due, one round at a
/// time for each environment. Holds no truth: killed anywhere, it goes on from what was written.
class Reporter {
public:
    explicit Reporter(World world)
        : world_(world),
          loop_(world, 4, feedback::pause, [this](const auto& due, std::stop_token stop) {
              return tell(due, std::move(stop));
          })
    {}

    /// Tells what is due until `stop` is asked.
    /// Whatever is marked is due after a pause: who looks once in each pause is never late.
    Task<> run(std::stop_token stop) { return loop_.run(std::move(stop)); }

private:
    struct Rows {
        using Due = feedback::Due;
        using Key = EnvironmentId;
        static Key key(const Due& row) { return row.environment; }
        static constexpr auto due = feedback::due;
        static constexpr auto next_due = feedback::next_due;
    };
    Task<Result<>> tell(feedback::Due due, std::stop_token stop);
    Task<Result<>> settle(feedback::Due due, Briefing briefing, Result<> outcome);

    World world_;
    DueLoop<Rows> loop_;
};

}  // namespace diorama
