#include "store/occupants.hpp"

#include "store/deployments.hpp"
#include "store/environment_row.hpp"
#include "store/environments.hpp"

namespace diorama {

namespace {

// What serves, as long as its memory is held; what was admitted and has not ended.
constexpr auto occupants_sql = R"sql(
    SELECT environments.*,
        MAX(deployments.memory) AS memory, MAX(deployments.cpu_millis) AS cpu_millis,
        MAX(CASE WHEN deployments.status = 'in_progress' THEN 1 ELSE 0 END) AS rising
    FROM environments JOIN deployments ON deployments.environment = environments.id
    WHERE environments.state NOT IN ('destroying', 'destroyed')
        AND ((deployments.generation = environments.serving
                AND environments.presence IN ('awake', 'frozen'))
            OR (deployments.status = 'in_progress' AND deployments.admitted_at IS NOT NULL))
    GROUP BY environments.id
    ORDER BY environments.id
)sql";

constexpr auto waiting_sql = R"sql(
    SELECT deployments.id
    FROM deployments JOIN environments ON environments.id = deployments.environment
    WHERE deployments.waits > '' AND deployments.status = 'in_progress'
    ORDER BY environments.wanted_untrusted, deployments.created_at, deployments.id
)sql";

Occupant read_occupant(const Row& row)
{
    return {
        .environment = environments::read(row),
        .needs = {.memory = row.count("memory"), .cpu_millis = row.integer("cpu_millis")},
        .rising = row.flag("rising"),
    };
}

}  // namespace

std::vector<Waiter> waiters(Tx& tx)
{
    std::vector<Waiter> waiting;
    const auto read_id = [](const Row& row) { return row.id<DeploymentId>("id"); };
    for (const DeploymentId id : tx.all(waiting_sql, read_id)) {
        const auto deployment = deployments::find(tx, id).value();
        const auto environment = environments::find(tx, deployment.environment).value();
        if (!is_going(environment.state)) waiting.push_back({environment, deployment});
    }
    return waiting;
}

Occupancy read_occupancy(Tx& tx)
{
    return {tx.all(occupants_sql, read_occupant), waiters(tx)};
}

}  // namespace diorama
