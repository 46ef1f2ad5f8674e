#pragma once

#include "engine/wishes.hpp"
#include "engine/world.hpp"
#include "forge/comment_command.hpp"
#include "model/pull_request.hpp"
#include "store/deliveries.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace diorama {

/// A command in somebody's comment that was not carried out yet.
struct Order {
    DeliveryId delivery;  ///< It is settled there, in the transaction that carries it out.
    std::string sender;
    CommentCommand command;
    std::string refusal;  ///< Why it is not carried out; empty when its sender may.
    Moment moment;        ///< Whoever carries it out sets it.
};

/// Asks the forge what those who wrote `waiting` may do: each person once. Whoever may write to the
/// repository may say everything; the author of the pull request may ask why. What the forge does
/// not answer is an error, and nothing is refused for it.
Task<Result<std::vector<Order>>> judged(
    World world,
    Project project,
    PullRequest facts,
    std::vector<deliveries::Delivery> waiting,
    std::stop_token stop
);

/// What an order is carried out on, once the facts of its pull request are noted.
struct OrderPlace {
    Project project;
    PullRequest facts;
    std::span<ForgeApi* const> forges;
    const EngineSettings& settings;
};

/// Carries out `orders` in their order, by the same wishes as the API, and settles each delivery;
/// or only says there why nothing comes of it. Answers the environment where a worker has something
/// to do.
///
/// What shall come up while it is still being taken down waits, and those behind it; another look
/// is asked for then.
Result<std::optional<EnvironmentId>>
carry_out(Tx& tx, const OrderPlace& place, const std::vector<Order>& orders);

}  // namespace diorama
