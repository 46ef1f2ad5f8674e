#include "base/text.hpp"
#include "hub/api.hpp"
#include "hub/api_limits.hpp"

#include <algorithm>

/// What the API tells of repositories, people, commits and pull requests.
namespace diorama::hub::api {

Task<Response> show_user(World& world, Call call)
{
    co_return answer(world.shapes.own_user(call.login));
}

Task<Response> show_rate_limit(World& world, Call call)
{
    const Node core = rate(world, call.login);
    const Node search = Node::Map{
        {"limit",     30                 },
        {"used",      0                  },
        {"remaining", 30                 },
        {"reset",     *core.find("reset")}
    };
    co_return answer(Node::Map{
        {"resources", Node::Map{{"core", core}, {"search", search}}},
        {"rate",      core                                         }
    });
}

Task<Response> show_repository(World& world, Call call)
{
    co_return answer(world.shapes.full_repository(*call.repository));
}

Task<Response> show_permission(World& world, Call call)
{
    const std::string login = call.request.params.at("login");
    if (!may_write(world.state.permission(*call.repository, call.login)))
        co_return problem(403, "Must have push access to view collaborator permission.");
    if (!world.state.users.contains(lower(login))) co_return problem(404, login + " is not a user");
    co_return answer(world.shapes.collaborator(*call.repository, login));
}

Task<Response> show_commit(World& world, Call call)
{
    const std::string sha = call.request.params.at("sha");
    const auto found = co_await world.bare.commit(call.repository->id, sha);
    if (!found) co_return problem(422, "No commit found for SHA: " + sha);
    co_return answer(world.shapes.commit(*call.repository, *found));
}

Task<Response> list_pulls(World& world, Call call)
{
    const auto asked = [&](std::string_view name, std::string_view standard) {
        return std::string(call.request.query_value(name).value_or(standard));
    };
    const std::string state = asked("state", "open");
    const std::string base = asked("base", "");
    const std::string head = asked("head", "");
    if (state != "open" && state != "closed" && state != "all")
        co_return unprocessable("PullRequest", "state", "invalid");
    std::vector<const Pull*> found;
    for (const auto& [number, pull] : call.repository->pulls) {
        const bool wanted = (state == "all" || (state == "open") == pull.open) &&
                            (base.empty() || base == pull.base.ref) &&
                            (head.empty() || head == pull.head.owner + ":" + pull.head.ref);
        if (wanted) found.push_back(&pull);
    }
    const std::string sort = asked("sort", "created");
    const bool ascending = asked("direction", sort == "created" ? "desc" : "asc") == "asc";
    if (sort == "updated") std::ranges::sort(found, {}, &Pull::updated);
    if (!ascending) std::ranges::reverse(found);
    Node::List list;
    for (const Pull* pull : found)
        list.push_back(world.shapes.pull(*call.repository, *pull));
    co_return page(world, call, std::move(list));
}

Task<Response> show_pull(World& world, Call call)
{
    const Pull* pull = call.pull();
    if (!pull) co_return not_found();
    co_return answer(world.shapes.full_pull(*call.repository, *pull));
}

Task<Response> list_files(World& world, Call call)
{
    const Pull* pull = call.pull();
    if (!pull) co_return not_found();
    const std::string head = pull->head.sha;
    const auto changes = co_await world.bare.changes(call.repository->id, pull->base.sha, head);
    if (!changes) co_return problem(500, "Server Error");
    Node::List list;
    // GitHub lists the first 3000 files and says nothing about the rest.
    for (const FileChange& change : *changes) {
        if (list.size() < 3000) list.push_back(world.shapes.file(*call.repository, head, change));
    }
    co_return page(world, call, std::move(list));
}

}  // namespace diorama::hub::api
