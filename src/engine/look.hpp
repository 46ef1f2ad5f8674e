#pragma once

#include "engine/bell.hpp"
#include "engine/decision.hpp"
#include "engine/wishes.hpp"
#include "engine/world.hpp"
#include "store/deliveries.hpp"

namespace diorama {

/// One look at one pull request: ask the forge, decide, wish. The order in which webhooks came does
/// not matter, since each look ends at what the forge says now. What the forge did not answer is
/// unknown, and unknown changes nothing (DESIGN rule 5).
class Look {
public:
    Look(World world, Bell& bell) : world_(world), bell_(bell) {}

    /// Ends with the row noted, or put off to a later time. An error says that our own store did
    /// not answer.
    Task<Result<>> at(pull_requests::Due due, std::stop_token stop);

private:
    struct Known {
        Project project;
        pull_requests::Record record;
        std::vector<deliveries::Delivery> approvals;  ///< Comments that want to let it run.
    };
    Task<Result<Known>> read(pull_requests::Due due);
    Task<Result<ForgeFacts>> ask(Known known, std::stop_token stop);
    Task<Result<PushFacts>> ask_about_push(Known known, PullRequest facts, std::stop_token stop);
    Task<Result<std::string>>
    refusal(Known known, PullRequest facts, deliveries::Delivery comment, std::stop_token stop);
    Task<Result<std::optional<pull_requests::Approval>>>
    approval(Known known, PullRequest facts, std::stop_token stop);
    Task<Result<>> settle(
        Known known,
        ForgeFacts facts,
        std::optional<pull_requests::Approval> approval,
        pull_requests::Due due,
        Instant asked_at
    );
    Task<Result<>> put_off(Known known, Error problem);

    World world_;
    Bell& bell_;
};

}  // namespace diorama
