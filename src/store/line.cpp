#include "store/line.hpp"

#include "store/jobs.hpp"

#include <algorithm>
#include <deque>
#include <tuple>

namespace diorama::jobs {

namespace {

// As `claim_sql` reckons it.
constexpr auto waiting_sql = R"sql(
    SELECT jobs.environment, environments.project, jobs.due,
        COALESCE(environments.owner_id, environments.project) AS author,
        CASE WHEN :now - jobs.due >= jobs.priority * 300000 THEN 0
            ELSE jobs.priority - (:now - jobs.due) / 300000 END AS rank,
        EXISTS (
            SELECT 1 FROM deployments WHERE deployments.environment = jobs.environment
                AND deployments.status IN ('queued', 'in_progress')
        ) AS deploys
    FROM jobs JOIN environments ON environments.id = jobs.environment
    WHERE jobs.due <= :now AND jobs.lease_until <= :now
)sql";

constexpr auto held_sql = R"sql(
    SELECT jobs.environment, environments.project, jobs.claimed_at,
        EXISTS (
            SELECT 1 FROM deployments WHERE deployments.environment = jobs.environment
                AND deployments.status IN ('queued', 'in_progress')
        ) AS deploys
    FROM jobs JOIN environments ON environments.id = jobs.environment
    WHERE jobs.lease_until > :now
)sql";

constexpr auto busy_sql = R"sql(
    SELECT environments.project,
        COALESCE(environments.owner_id, environments.project) AS author
    FROM jobs JOIN environments ON environments.id = jobs.environment
    WHERE jobs.lease_until > :now OR (jobs.claimed_at > :recent AND jobs.priority < 2)
)sql";

Waiting read_waiting(const Row& row)
{
    return {
        .environment = row.id<EnvironmentId>("environment"),
        .project = row.id<ProjectId>("project"),
        .author = row.text("author"),
        .rank = row.count("rank"),
        .due = row.instant("due"),
        .deploys = row.flag("deploys"),
    };
}

Held read_held(const Row& row)
{
    return {
        .environment = row.id<EnvironmentId>("environment"),
        .project = row.id<ProjectId>("project"),
        .since = row.instant("claimed_at"),
        .deploys = row.flag("deploys"),
    };
}

Shares shares(Tx& tx, Instant now)
{
    Shares found;
    const auto count = [&](const Row& row) {
        ++found.projects[row.id<ProjectId>("project")];
        return ++found.authors[row.text("author")];
    };
    tx.all(
        busy_sql,
        count,
        {
            {"now",    now         },
            {"recent", now - recent}
    }
    );
    return found;
}

/// Jobs of the same rank, project and author: among them only the time decides.
using Group = std::tuple<std::uint64_t, ProjectId, std::string>;

}  // namespace

std::vector<Waiting> in_turn(std::vector<Waiting> waiting, Shares shares)
{
    std::ranges::sort(waiting, {}, [](const Waiting& each) {
        return std::tuple(each.due, each.environment);
    });
    std::map<Group, std::deque<Waiting>> groups;
    for (Waiting& each : waiting)
        groups[{each.rank, each.project, each.author}].push_back(std::move(each));
    const auto turn = [&](const auto& group) {
        const Waiting& first = group.second.front();
        const auto share = shares.projects[first.project] + shares.authors[first.author];
        return std::tuple(first.rank, share, first.due, first.environment);
    };
    std::vector<Waiting> order;
    while (!groups.empty()) {
        const auto next = std::ranges::min_element(groups, {}, turn);
        order.push_back(std::move(next->second.front()));
        next->second.pop_front();
        if (next->second.empty()) groups.erase(next);
        ++shares.projects[order.back().project];
        ++shares.authors[order.back().author];
    }
    return order;
}

std::vector<Waiting> line(Tx& tx, Instant now)
{
    auto waiting = tx.all(
        waiting_sql,
        read_waiting,
        {
            {"now", now}
    }
    );
    if (waiting.size() < 2) return waiting;
    return in_turn(std::move(waiting), shares(tx, now));
}

std::vector<Held> held(Tx& tx, Instant now)
{
    return tx.all(
        held_sql,
        read_held,
        {
            {"now", now}
    }
    );
}

}  // namespace diorama::jobs
