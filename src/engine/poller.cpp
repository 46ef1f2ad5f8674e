#include "engine/poller.hpp"

#include "engine/accident.hpp"
#include "engine/decision.hpp"
#include "engine/forges.hpp"
#include "store/environments.hpp"
#include "store/projects.hpp"

#include <algorithm>

namespace diorama {

namespace {

/// Whether a look may find something that the last one did not. Its time alone says little: every
/// comment moves it.
bool differs(const PullRequest& now, const pull_requests::Record& known)
{
    PullRequest then = known.facts;
    then.updated_at = now.updated_at;
    return !known.read_at || !(then == now);
}

/// As far as the rules can be asked without its files and words: these never end a preview.
bool is_unwanted(const Rules& rules, const PullRequest& it)
{
    return judge(rules, it, {}).answer == Judgement::Answer::unwanted;
}

bool is_up(Tx& tx, TenantId tenant, const Leaver& it)
{
    const auto environment =
        environments::find(tx, tenant, pull_request_identity(it.project, it.number));
    return environment && !is_going(environment->state);
}

bool would_take_too_many(Tx& tx, TenantId tenant, const std::vector<Leaver>& leavers)
{
    const auto lost =
        std::ranges::count_if(leavers, [&](const Leaver& each) { return is_up(tx, tenant, each); });
    const auto standing = environments::count(
        tx, {.tenant = tenant}, {.kind = Kind::pull_request, .with_destroyed = false}
    );
    return too_many_at_once(static_cast<std::size_t>(lost), standing.value());
}

}  // namespace

Task<> Poller::run(std::stop_token stop)
{
    for (;;) {
        const auto done = co_await caught(pass(stop));
        if (!done && !stop.stop_requested())
            world_.log.warn(
                "the pull requests could not all be compared",
                {
                    {"why", done.error()}
            }
            );
        const bool slept = co_await sleep(world_.scheduler, world_.settings.forges.poll, stop);
        if (!slept) co_return;
    }
}

/// Has somebody look at what is new or different; answers those that may have to leave.
std::vector<Leaver> Poller::ask_about(Tx& tx, const Listed& listed, Instant now) const
{
    const Rules& rules = rules_for(world_.settings.rules, listed.project.name);
    const std::string mark = mark_of(rules);
    std::vector<Leaver> leavers;
    std::map<std::int64_t, pull_requests::Record> known;
    for (auto& record : pull_requests::list(tx, listed.project.id, true))
        known.emplace(record.facts.number, std::move(record));
    for (const PullRequest& each : listed.open) {
        const auto before = known.extract(each.number);
        const bool differs_now = before.empty() || differs(each, before.mapped());
        const bool other_rules = !before.empty() && before.mapped().rules != mark;
        if (!differs_now && other_rules && is_unwanted(rules, each))
            leavers.push_back({listed.project.id, each.number, Leaver::Why::unwanted});
        else if (differs_now || other_rules)
            pull_requests::ask(tx, listed.project.id, each.number, now);
    }
    for (const auto& [number, record] : known)
        leavers.push_back({listed.project.id, number, Leaver::Why::unlisted});
    return leavers;
}

Task<Result<>> Poller::pass(std::stop_token stop)
{
    const auto read = [tenant = world_.settings.tenant](Tx& tx) -> Result<std::vector<Project>> {
        return projects::list(tx, tenant);
    };
    const auto projects = co_await world_.store.read(read);
    if (!projects) co_return projects.error();
    std::vector<Listed> lists;
    Result<> outcome = ok();
    for (const Project& project : *projects) {
        auto listed = co_await list(project, stop);
        if (stop.stop_requested()) co_return ok();
        if (!listed) outcome = listed.error().during(project.name);  // The others go on.
        if (listed && *listed) lists.push_back(**std::move(listed));
    }
    const auto compared = co_await compare(std::move(lists), outcome.has_value());
    if (!compared) co_return compared.error();
    co_return outcome;
}

/// What is open now; nothing when no forge is asked. A forge that says that nothing changed is
/// taken at its word, and compared all the same: what is known here may have changed since.
Task<Result<std::optional<Poller::Listed>>> Poller::list(Project project, std::stop_token stop)
{
    ForgeApi* forge = forge_named(world_.forges, project.forge);
    if (!forge) co_return std::optional<Listed>{};
    Listed& last = lists_[project.id];
    auto answer = co_await forge->open_pull_requests(repository_of(project), last.validator, stop);
    if (!answer) co_return answer.error();
    if (!answer->unchanged) last = {project, std::move(answer->list), std::move(answer->validator)};
    co_return last;
}

Task<Result<>> Poller::compare(std::vector<Listed> lists, bool complete)
{
    const auto now = world_.scheduler.now();
    const auto work = [=, this](Tx& tx) -> Result<std::optional<Brake>> {
        std::vector<Leaver> leavers;
        for (const Listed& listed : lists)
            std::ranges::copy(ask_about(tx, listed, now), std::back_inserter(leavers));
        const auto held = brake::read(tx);
        if (held && !complete) return held;  // Half of the lists lets go of nothing.
        if (would_take_too_many(tx, world_.settings.tenant, leavers)) {
            const Brake hold{held ? held->at : now, leavers};
            brake::hold(tx, hold);
            return hold;
        }
        if (held) brake::let_go(tx);
        for (const Leaver& each : leavers)
            pull_requests::ask(tx, each.project, each.number, now);
        return std::optional<Brake>{};
    };
    const auto held = co_await world_.store.transact(work);
    if (!held) co_return held.error();
    if (*held && (*held)->at == now)
        world_.log.warn(
            "the brake holds",
            {
                {"why", brake::sentence(**held)}
        }
        );
    intake_.nudge();
    co_return ok();
}

Task<Result<std::size_t>> Poller::release()
{
    const auto work = [now = world_.scheduler.now()](Tx& tx) -> Result<std::size_t> {
        const auto held = brake::read(tx);
        if (!held) return Error{Code::not_found, "the brake holds nothing back"};
        brake::let_go(tx);
        for (const Leaver& each : held->leavers)
            pull_requests::ask(tx, each.project, each.number, now);
        return held->leavers.size();
    };
    const auto released = co_await world_.store.transact(work);
    if (released) intake_.nudge();
    co_return released;
}

}  // namespace diorama
