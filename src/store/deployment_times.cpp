#include "store/deployments.hpp"

namespace diorama::deployments {

namespace {

constexpr auto recent_sql = R"sql(
    SELECT environments.project,
        deployments.completed_at - COALESCE(deployments.admitted_at, deployments.started_at) AS took
    FROM deployments JOIN environments ON environments.id = deployments.environment
    WHERE deployments.completed_at > :since AND deployments.status = 'success'
        AND deployments.started_at IS NOT NULL
    ORDER BY deployments.completed_at DESC LIMIT :limit
)sql";

}  // namespace

std::vector<Took> recent(Tx& tx, Instant since, std::size_t limit)
{
    const auto read_took = [](const Row& row) {
        return Took{row.id<ProjectId>("project"), milliseconds{row.integer("took")}};
    };
    return tx.all(
        recent_sql,
        read_took,
        {
            {"since", since},
            {"limit", limit}
    }
    );
}

}  // namespace diorama::deployments
