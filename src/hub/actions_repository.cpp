#include "base/text.hpp"
#include "hub/actions.hpp"

#include <fmt/format.h>

namespace diorama::hub {

namespace {

struct FullName {
    std::string owner;
    std::string name;
};

Result<FullName> parse_name(std::string_view text)
{
    const auto parts = split(text, '/');
    const auto plain = [](std::string_view part) {
        const auto fits = [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
        };
        return !part.empty() && part.front() != '.' && std::ranges::all_of(part, fits);
    };
    if (parts.size() == 2 && plain(parts[0]) && plain(parts[1]))
        return FullName{std::string(parts[0]), std::string(parts[1])};
    return Error{Code::invalid, fmt::format("\"{}\" is no owner/name", text)};
}

}  // namespace

Result<Repository*> Actions::repository(std::string_view name)
{
    const auto wanted = parse_name(name);
    if (!wanted) return wanted.error();
    if (Repository* found = state_.find(wanted->owner, wanted->name)) return found;
    return Error{Code::not_found, fmt::format("there is no repository {}", name)};
}

Task<Result<Number>> Actions::create(NewRepository wanted)
{
    const auto named = parse_name(wanted.name);
    if (!named) co_return named.error();
    if (state_.find(named->owner, named->name))
        co_return Error{Code::conflict, fmt::format("{} is there already", wanted.name)};
    const Instant now = scheduler_.now();
    state_.user(named->owner, now);
    const Number id = state_.next_id();
    state_.moved.erase(lower(wanted.name));
    state_.repositories[id] = {
        .id = id,
        .owner = named->owner,
        .name = named->name,
        .is_private = wanted.is_private,
        .default_branch = wanted.default_branch,
        .created = now,
        .pushed = now,
    };
    const auto made = co_await bare_.create(id, wanted.default_branch);
    if (!made) co_return made.error();
    if (wanted.files.empty()) co_return id;
    NewCommit first{.branch = wanted.default_branch, .message = "Begin"};
    for (auto& [path, content] : wanted.files)
        first.files.emplace(path, std::move(content));
    const auto pushed = co_await push(wanted.name, std::move(first), named->owner);
    if (!pushed) co_return pushed.error();
    co_return id;
}

Task<Result<Number>> Actions::make_fork(std::string name, std::string owner)
{
    const auto parent = repository(name);
    if (!parent) co_return parent.error();
    const Repository& origin = **parent;
    if (state_.find(owner, origin.name))
        co_return Error{Code::conflict, fmt::format("{} has a {} already", owner, origin.name)};
    const Instant now = scheduler_.now();
    state_.user(owner, now);
    const Number id = state_.next_id();
    Repository& fork = state_.repositories[id];
    fork = {
        .id = id,
        .owner = owner,
        .name = origin.name,
        .is_private = origin.is_private,
        .default_branch = origin.default_branch,
        .parent = origin.id,
        .created = now,
        .pushed = now,
    };
    const auto made = co_await bare_.copy(origin.id, id, origin.default_branch);
    if (!made) co_return made.error();
    auto branches = co_await bare_.branches(id);
    if (!branches) co_return branches.error();
    fork.branches = *std::move(branches);
    co_return id;
}

Result<> Actions::rename(std::string_view name, std::string_view to, std::string_view by)
{
    const auto found = repository(name);
    if (!found) return found.error();
    const auto wanted = parse_name(to);
    if (!wanted) return wanted.error();
    if (state_.find(wanted->owner, wanted->name))
        return Error{Code::conflict, fmt::format("{} is there already", to)};
    Repository& repository = **found;
    const std::string from_name = repository.name;
    const std::string from_owner = repository.owner;
    state_.user(wanted->owner, scheduler_.now());
    state_.moved.insert_or_assign(lower(name), repository.id);
    state_.moved.erase(lower(to));
    repository.owner = wanted->owner;
    repository.name = wanted->name;
    const bool transferred = lower(from_owner) != lower(wanted->owner);
    Node changes = Node::Map{
        {"repository", Node::Map{{"name", Node::Map{{"from", from_name}}}}}
    };
    if (transferred)
        changes = Node::Map{
            {"owner", Node::Map{{"from", Node::Map{{"user", shapes_.user(from_owner)}}}}}
        };
    hooks_.tell(
        repository,
        "repository",
        Node::Map{
            {"action",     transferred ? "transferred" : "renamed"      },
            {"changes",    std::move(changes)                           },
            {"repository", shapes_.repository(repository)               },
            {"sender",     shapes_.user(by.empty() ? wanted->owner : by)},
    }
    );
    return ok();
}

Result<> Actions::remove(std::string_view name)
{
    const auto found = repository(name);
    if (!found) return found.error();
    (*found)->deleted = true;
    for (auto& [id, repository] : state_.repositories) {
        for (auto& [number, pull] : repository.pulls) {
            if (pull.head.repository == (*found)->id) pull.head.repository = 0;
        }
    }
    return ok();
}

Result<> Actions::permit(std::string_view name, std::string_view login, std::string permission)
{
    const auto found = repository(name);
    if (!found) return found.error();
    if (permission != "none" && permission != "read" && !may_write(permission))
        return Error{Code::invalid, "a permission is admin, write, read or none"};
    state_.user(login, scheduler_.now());
    (*found)->permissions.insert_or_assign(lower(login), std::move(permission));
    return ok();
}

Result<Number>
Actions::hook(std::string_view name, std::string url, Secret secret, std::set<std::string> events)
{
    const auto found = repository(name);
    if (!found) return found.error();
    Repository& repository = **found;
    const Hook& hook = repository.hooks.emplace_back(
        state_.next_id(), std::move(url), std::move(secret), std::move(events)
    );
    Node::List wanted;
    for (const auto& event : hook.events)
        wanted.emplace_back(event);
    if (wanted.empty()) wanted.emplace_back("*");
    const std::string self = fmt::format("{}/hooks/{}", shapes_.api_of(repository), hook.id);
    const std::string now = stamp(scheduler_.now());
    const Node::Map config{
        {"content_type", "json"    },
        {"insecure_ssl", "0"       },
        {"secret",       "********"},
        {"url",          hook.url  }
    };
    Node::Map described{
        {"type",       "Repository"   },
        {"id",         hook.id        },
        {"name",       "web"          },
        {"active",     true           },
        {"events",     wanted         },
        {"config",     config         },
        {"updated_at", now            },
        {"created_at", now            },
        {"url",        self           },
        {"ping_url",   self + "/pings"},
    };
    hooks_.tell(
        repository,
        hook,
        "ping",
        Node::Map{
            {"zen",        "Keep it logically awesome."  },
            {"hook_id",    hook.id                       },
            {"hook",       std::move(described)          },
            {"repository", shapes_.repository(repository)},
            {"sender",     shapes_.user(repository.owner)},
    }
    );
    return hook.id;
}

Task<Result<std::string>> Actions::push(std::string name, NewCommit commit, std::string by)
{
    const auto found = repository(name);
    if (!found) co_return found.error();
    const Number id = (*found)->id;
    auto made = co_await bare_.write(id, std::move(commit));
    if (!made) co_return made.error();
    const auto noticed = co_await notice_push(id, std::move(by));
    if (!noticed) co_return noticed.error();
    co_return made;
}

Task<Result<>> Actions::remove_branch(std::string name, std::string branch, std::string by)
{
    const auto found = repository(name);
    if (!found) co_return found.error();
    const Number id = (*found)->id;
    const auto gone = co_await bare_.remove_branch(id, std::move(branch));
    if (!gone) co_return gone.error();
    co_return co_await notice_push(id, std::move(by));
}

Task<Result<>> Actions::notice_push(Number id, std::string by)
{
    const auto turn = co_await turn_.acquire();
    Repository* repository = state_.find(id);
    if (!repository) co_return Error{Code::not_found, "the repository is gone"};
    auto branches = co_await bare_.branches(id);
    if (!branches) co_return branches.error();
    const auto before = std::exchange(repository->branches, *std::move(branches));
    std::map<std::string, std::string> changed;  // Name to the commit before.
    for (const auto& [name, sha] : repository->branches) {
        const auto old = before.find(name);
        if (old == before.end() || old->second != sha)
            changed.emplace(name, old == before.end() ? std::string(40, '0') : old->second);
    }
    for (const auto& [name, sha] : before) {
        if (!repository->branches.contains(name)) changed.emplace(name, sha);
    }
    if (!changed.empty()) repository->pushed = scheduler_.now();
    for (const auto& [name, old] : changed) {
        const auto told = co_await moved(id, name, old, by);
        if (!told) co_return told.error();
    }
    co_return ok();
}

}  // namespace diorama::hub
