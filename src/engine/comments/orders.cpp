#include "engine/comments/orders.hpp"

#include "base/unicode.hpp"
#include "engine/forges.hpp"

#include <map>

namespace diorama {

namespace {

using Verb = CommentCommand::Verb;

Order order_of(const deliveries::Delivery& delivery)
{
    Order order{.delivery = delivery.id, .sender = delivery.sender};
    const auto command = command_in(delivery.command);
    if (command && *command)
        order.command = **command;
    else
        order.refusal = fmt::format("'{}' is no command here", display(delivery.command, 64));
    return order;
}

std::string refusal(const Order& order, const PullRequest& facts, Permission permission)
{
    if (permission == Permission::write) return "";
    if (order.command.verb == Verb::why && order.sender == facts.author) return "";
    return fmt::format("{} may not write to the repository", display(order.sender, 60));
}

}  // namespace

Task<Result<std::vector<Order>>> judged(
    World world,
    Project project,
    PullRequest facts,
    std::vector<deliveries::Delivery> waiting,
    std::stop_token stop
)
{
    ForgeApi* forge = forge_named(world.forges, project.forge);
    std::map<std::string, Permission> known;
    std::vector<Order> orders;
    for (const deliveries::Delivery& delivery : waiting) {
        Order order = order_of(delivery);
        if (!forge) {
            order.refusal =
                "without a forge token nobody's permission can be asked; use the command line";
        } else if (order.refusal.empty()) {
            if (!known.contains(order.sender)) {
                const auto may =
                    co_await forge->permission(repository_of(project), order.sender, stop);
                if (!may) co_return may.error();
                known.emplace(order.sender, *may);
            }
            order.refusal = refusal(order, facts, known.at(order.sender));
        }
        orders.push_back(std::move(order));
    }
    co_return orders;
}

}  // namespace diorama
