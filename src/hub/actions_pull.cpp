#include "base/text.hpp"
#include "hub/actions.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace diorama::hub {

namespace {

const std::string no_commit(40, '0');

Error closed(const Pull& pull)
{
    return {Code::conflict, fmt::format("pull request {} is closed", pull.number)};
}

}  // namespace

Result<Actions::Place> Actions::place(const At& at)
{
    const auto found = repository(at.repository);
    if (!found) return found.error();
    const auto pull = (*found)->pulls.find(at.number);
    if (pull == (*found)->pulls.end()) {
        return Error{
            Code::not_found, fmt::format("{} has no pull request {}", at.repository, at.number)
        };
    }
    std::string by = at.by.empty() ? pull->second.author : at.by;
    state_.user(by, scheduler_.now());
    pull->second.updated = scheduler_.now();
    return Place{**found, pull->second, std::move(by)};
}

void Actions::tell(const Place& place, std::string_view action, Node::Map more)
{
    Node payload = Node::Map{
        {"action", action},
        {"number", place.pull.number},
        {"pull_request", shapes_.full_pull(place.repository, place.pull)},
    };
    for (auto& entry : more)
        payload.set(entry.key, std::move(entry.value));
    payload.set("repository", shapes_.repository(place.repository));
    payload.set("sender", shapes_.user(place.by));
    hooks_.tell(place.repository, "pull_request", std::move(payload));
}

Task<Result<>> Actions::take_head(Repository& repository, Pull& pull)
{
    const auto brought = co_await bare_.point(
        repository.id,
        fmt::format("refs/pull/{}/head", pull.number),
        pull.head.sha,
        pull.head.repository
    );
    if (!brought) co_return brought.error();
    const std::string base = pull.base.sha;
    const std::string head = pull.head.sha;
    const auto commits = co_await bare_.commits(repository.id, base, head);
    if (!commits) co_return commits.error();
    const auto files = co_await bare_.changes(repository.id, base, head);
    if (!files) co_return files.error();
    pull.commits = static_cast<Number>(commits->size());
    pull.changed_files = static_cast<Number>(files->size());
    pull.additions = 0;
    pull.deletions = 0;
    for (const FileChange& file : *files) {
        pull.additions += file.additions;
        pull.deletions += file.deletions;
    }
    co_return ok();
}

Task<Result<Number>> Actions::open(NewPull wanted)
{
    const auto found = repository(wanted.repository);
    if (!found) co_return found.error();
    Repository& base = **found;
    Repository* head = &base;
    std::string branch = wanted.head;
    if (const auto colon = wanted.head.find(':'); colon != std::string::npos) {
        head = state_.find(wanted.head.substr(0, colon), base.name);
        branch = wanted.head.substr(colon + 1);
    }
    const std::string target = wanted.base.empty() ? base.default_branch : wanted.base;
    if (!head || !head->branches.contains(branch) || !base.branches.contains(target)) {
        co_return Error{
            Code::invalid, fmt::format("there is no branch {} or no branch {}", wanted.head, target)
        };
    }
    const Instant now = scheduler_.now();
    const Number number = ++base.last_number;
    Pull& pull = base.pulls[number];
    pull = {
        .id = state_.next_id(),
        .number = number,
        .author = state_.user(wanted.author.empty() ? base.owner : wanted.author, now).login,
        .title = wanted.title.empty() ? branch : wanted.title,
        .body = wanted.body,
        .draft = wanted.draft,
        .labels = wanted.labels,
        .head = {head->id, head->owner, branch, head->branches.at(branch)},
        .base = {base.id,  base.owner,  target, base.branches.at(target) },
        .created = now,
        .updated = now,
    };
    const auto taken = co_await take_head(base, pull);
    if (!taken) co_return taken.error();
    tell({base, pull, pull.author}, "opened");
    co_return number;
}

void Actions::close(const Place& place)
{
    place.pull.open = false;
    place.pull.closed = scheduler_.now();
    tell(place, "closed");
}

Result<> Actions::close(At at)
{
    const auto found = place(at);
    if (!found) return found.error();
    if (!found->pull.open) return closed(found->pull);
    close(*found);
    return ok();
}

Task<Result<>> Actions::reopen(At at)
{
    const auto found = place(at);
    if (!found) co_return found.error();
    Pull& pull = found->pull;
    const Repository* head = state_.find(pull.head.repository);
    if (pull.open || pull.merged || !head || !head->branches.contains(pull.head.ref))
        co_return Error{Code::conflict, "it is open, merged, or its branch is gone"};
    pull.open = true;
    pull.closed.reset();
    pull.head.sha = head->branches.at(pull.head.ref);
    const auto taken = co_await take_head(found->repository, pull);
    if (!taken) co_return taken.error();
    tell(*found, "reopened");
    co_return ok();
}

Task<Result<>> Actions::merge(At at)
{
    const auto found = place(at);
    if (!found) co_return found.error();
    Pull& pull = found->pull;
    if (!pull.open) co_return closed(pull);
    auto merged = co_await bare_.merge(
        found->repository.id,
        pull.base.ref,
        pull.head.sha,
        fmt::format(
            "Merge pull request #{} from {}/{}", pull.number, pull.head.owner, pull.head.ref
        )
    );
    if (!merged) co_return merged.error();
    pull.merged = scheduler_.now();
    pull.merged_by = found->by;
    pull.merge_commit = *std::move(merged);
    close(*found);
    co_return co_await notice_push(found->repository.id, found->by);
}

Result<> Actions::label(At at, std::string name)
{
    const auto found = place(at);
    if (!found) return found.error();
    auto& labels = found->pull.labels;
    if (std::ranges::find(labels, name) != labels.end()) return ok();
    labels.push_back(name);
    tell(
        *found,
        "labeled",
        {
            {"label", shapes_.label(found->repository, name)}
    }
    );
    return ok();
}

Result<> Actions::unlabel(At at, std::string name)
{
    const auto found = place(at);
    if (!found) return found.error();
    if (std::erase(found->pull.labels, name) == 0)
        return Error{Code::not_found, "it has no label " + name};
    tell(
        *found,
        "unlabeled",
        {
            {"label", shapes_.label(found->repository, name)}
    }
    );
    return ok();
}

Result<> Actions::set_draft(At at, bool draft)
{
    const auto found = place(at);
    if (!found) return found.error();
    if (found->pull.draft == draft) return ok();
    found->pull.draft = draft;
    tell(*found, draft ? "converted_to_draft" : "ready_for_review");
    return ok();
}

Result<> Actions::set_title(At at, std::string title)
{
    const auto found = place(at);
    if (!found) return found.error();
    Node was = Node::Map{
        {"from", std::exchange(found->pull.title, std::move(title))}
    };
    tell(
        *found,
        "edited",
        {
            {"changes", Node::Map{{"title", std::move(was)}}}
    }
    );
    return ok();
}

Task<Result<>> Actions::retarget(At at, std::string base)
{
    const auto found = place(at);
    if (!found) co_return found.error();
    const auto branch = found->repository.branches.find(base);
    if (branch == found->repository.branches.end())
        co_return Error{Code::invalid, "there is no branch " + base};
    const Side was = std::exchange(
        found->pull.base, {found->repository.id, found->repository.owner, base, branch->second}
    );
    const auto taken = co_await take_head(found->repository, found->pull);
    if (!taken) co_return taken.error();
    Node changes = Node::Map{
        {"base",
         Node::Map{
             {"ref", Node::Map{{"from", was.ref}}},
             {"sha", Node::Map{{"from", was.sha}}},
         }}
    };
    tell(
        *found,
        "edited",
        {
            {"changes", std::move(changes)}
    }
    );
    co_return ok();
}

Task<Result<>> Actions::moved(Number id, std::string branch, std::string before, std::string by)
{
    Repository* pushed = state_.find(id);
    if (!pushed) co_return ok();
    const auto now = pushed->branches.find(branch);
    const std::string after = now == pushed->branches.end() ? no_commit : now->second;
    hooks_.tell(
        *pushed,
        "push",
        Node::Map{
            {"ref", "refs/heads/" + branch},
            {"before", before},
            {"after", after},
            {"created", before == no_commit},
            {"deleted", after == no_commit},
            {"forced", false},
            {"base_ref", nullptr},
            {"compare", fmt::format("{}/compare/{}...{}", shapes_.web_of(*pushed), before, after)},
            {"commits", Node::List{}},
            {"head_commit", nullptr},
            {"pusher", Node::Map{{"name", by}}},
            {"repository", shapes_.repository(*pushed)},
            {"sender", shapes_.user(by)},
    }
    );
    for (auto& [base_id, base] : state_.repositories) {
        for (auto& [number, pull] : base.pulls) {
            if (base.deleted || !pull.open) continue;
            const Place place{base, pull, by};
            const bool is_head = pull.head.repository == id && pull.head.ref == branch;
            if (!is_head || pull.head.sha == after) continue;
            pull.updated = scheduler_.now();
            if (after == no_commit) {
                close(place);
                continue;
            }
            const std::string old = std::exchange(pull.head.sha, after);
            const auto taken = co_await take_head(base, pull);
            if (!taken) co_return taken.error();
            tell(
                place,
                "synchronize",
                {
                    {"before", old  },
                    {"after",  after}
            }
            );
        }
    }
    co_return ok();
}

Result<Number> Actions::comment(At at, std::string body)
{
    const auto found = place(at);
    if (!found) return found.error();
    const Instant now = scheduler_.now();
    const Number id = state_.next_id();
    const Comment& made = found->repository.comments[id] = {
        .id = id,
        .pull = at.number,
        .author = found->by,
        .body = std::move(body),
        .created = now,
        .updated = now,
    };
    tell_comment(found->repository, made, "created", found->by);
    return id;
}

Result<> Actions::edit_comment(Repository& repository, Number id, std::string body, std::string by)
{
    const auto found = repository.comments.find(id);
    if (found == repository.comments.end())
        return Error{Code::not_found, "there is no such comment"};
    Comment& comment = found->second;
    Node was = Node::Map{
        {"from", std::exchange(comment.body, std::move(body))}
    };
    comment.updated = scheduler_.now();
    tell_comment(
        repository,
        comment,
        "edited",
        by,
        {
            {"changes", Node::Map{{"body", std::move(was)}}}
    }
    );
    return ok();
}

Result<> Actions::delete_comment(Repository& repository, Number id, std::string by)
{
    const auto found = repository.comments.find(id);
    if (found == repository.comments.end())
        return Error{Code::not_found, "there is no such comment"};
    const Comment gone = std::move(found->second);
    repository.comments.erase(found);
    tell_comment(repository, gone, "deleted", by);
    return ok();
}

void Actions::tell_comment(
    Repository& repository,
    const Comment& comment,
    std::string_view action,
    std::string_view by,
    Node::Map more
)
{
    const Pull& pull = repository.pulls.at(comment.pull);
    Node payload = Node::Map{
        {"action", action},
        {"issue", shapes_.issue(repository, pull)},
        {"comment", shapes_.comment(repository, comment)},
    };
    for (auto& entry : more)
        payload.set(entry.key, std::move(entry.value));
    payload.set("repository", shapes_.repository(repository));
    payload.set("sender", shapes_.user(by));
    hooks_.tell(repository, "issue_comment", std::move(payload));
}

}  // namespace diorama::hub
