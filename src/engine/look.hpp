#pragma once

#include "engine/bell.hpp"
#include "engine/comments/orders.hpp"
#include "engine/decision.hpp"
#include "engine/wishes.hpp"
#include "engine/world.hpp"
#include "store/deliveries.hpp"

namespace diorama {

/// One look at one pull request: ask the forge, decide, wish. The order in which webhooks came does
/// not matter, since each look ends at what the forge says now. What the forge did not answer is
/// unknown, and unknown changes nothing (DESIGN rule 5). What people ask for in comments is carried
/// out in the same transaction, after what the facts lead to: all of it once, or nothing.
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
        std::vector<deliveries::Delivery> commands;  ///< In comments; not carried out yet.
    };
    Task<Result<Known>> read(pull_requests::Due due);
    Task<Result<ForgeFacts>> ask(Known known, std::stop_token stop);
    Task<Result<PushFacts>> ask_about_push(Known known, PullRequest facts, std::stop_token stop);
    Task<Result<>> settle(
        Known known,
        ForgeFacts facts,
        std::vector<Order> orders,
        pull_requests::Due due,
        Instant asked_at
    );
    Task<Result<>> put_off(Known known, Error problem);

    World world_;
    Bell& bell_;
};

}  // namespace diorama
