#pragma once

#include "engine/sleep/ladder.hpp"

namespace diorama {

/// Compares what shall be with what is and takes the next step (DESIGN rule 1). Webhook, command,
/// timer and restart all end here; run twice, the second time changes nothing.
class Reconciler {
public:
    explicit Reconciler(Workshop& shop) : shop_(shop) {}

    /// Brings one environment to its wish. Ok when it is there, or failed to get there for good. A
    /// retryable error asks for another try; `superseded` says that a newer wish came.
    Task<Result<>> converge(EnvironmentId environment, std::stop_token stop);

private:
    struct Facts {
        Environment environment;
        Project project;
        std::optional<Deployment> deployment;  ///< The newest attempt.
        std::vector<Instance> serving;
        std::size_t failures = 0;  ///< Deployments in a row that failed by what may pass.
    };
    Task<Result<Facts>> read(EnvironmentId environment);
    Task<Result<std::vector<Found>>> observe(EnvironmentId id, std::stop_token stop);
    Task<Result<>> sweep(EnvironmentId id, std::stop_token stop);
    Task<Result<>> wake(Facts facts, std::stop_token stop);
    Task<Result<>> rest(Facts facts, std::stop_token stop);
    Task<Result<>> look_after(Facts facts, std::stop_token stop);
    Task<Result<>> make_whole(Facts facts);
    Task<Result<>> try_again(Facts facts);
    Task<Result<>> clear_up(Facts facts, std::vector<Entry> entries, std::stop_token stop);
    static bool is_incomplete(const Remains& remains);

    Workshop& shop_;
};

}  // namespace diorama
