#include "store/feedback.hpp"

namespace diorama::feedback {

namespace {

constexpr auto ask_sql = R"sql(
    INSERT INTO feedback (
        environment, comment, comment_intended, comments_made, comment_hash, status_commit,
        status_hash, deployment, deployment_commit, deployment_hash, due, asked, attempt, problem
    ) VALUES (:environment, '', 0, 0, '', '', '', '', '', '', :due, 1, 0, '')
    ON CONFLICT (environment) DO UPDATE SET
        due = CASE WHEN feedback.due < :due THEN feedback.due ELSE :due END,
        asked = feedback.asked + 1
)sql";

constexpr auto is_told_sql = R"sql(
    SELECT environments.id FROM environments JOIN projects ON projects.id = environments.project
    WHERE environments.id = :id AND environments.pull_request IS NOT NULL
        AND projects.forge IS NOT NULL
)sql";

constexpr auto due_sql = R"sql(
    SELECT environment, asked FROM feedback WHERE due IS NOT NULL AND due <= :now
    ORDER BY due, environment LIMIT :limit
)sql";

constexpr auto next_due_sql = "SELECT MIN(due) AS due FROM feedback WHERE due IS NOT NULL";
constexpr auto find_sql = "SELECT * FROM feedback WHERE environment = :environment";

constexpr auto put_sql = R"sql(
    INSERT INTO feedback (
        environment, comment, comment_intended, comments_made, comment_hash, status_commit,
        status_hash, deployment, deployment_commit, deployment_hash, deployment_live, due, asked,
        attempt, problem
    ) VALUES (
        :environment, :comment, :comment_intended, :comments_made, :comment_hash, :status_commit,
        :status_hash, :deployment, :deployment_commit, :deployment_hash, :deployment_live, NULL, 0,
        :attempt, :problem
    ) ON CONFLICT (environment) DO UPDATE SET
        comment = :comment, comment_intended = :comment_intended, comments_made = :comments_made,
        comment_hash = :comment_hash, status_commit = :status_commit, status_hash = :status_hash,
        deployment = :deployment, deployment_commit = :deployment_commit,
        deployment_hash = :deployment_hash, deployment_live = :deployment_live,
        attempt = :attempt, problem = :problem
)sql";

constexpr auto settle_sql = R"sql(
    UPDATE feedback
    SET attempt = 0, problem = '', due = CASE WHEN asked = :seen THEN NULL ELSE :next END
    WHERE environment = :environment
)sql";

constexpr auto put_off_sql = R"sql(
    UPDATE feedback SET attempt = attempt + 1, problem = :problem, due = :due
    WHERE environment = :environment
)sql";

Record read(const Row& row)
{
    return {
        .environment = row.id<EnvironmentId>("environment"),
        .comment = row.text("comment"),
        .comment_intended = row.flag("comment_intended"),
        .comments_made = row.count("comments_made"),
        .comment_hash = row.text("comment_hash"),
        .status_commit = row.text("status_commit"),
        .status_hash = row.text("status_hash"),
        .deployment = row.text("deployment"),
        .deployment_commit = row.text("deployment_commit"),
        .deployment_hash = row.text("deployment_hash"),
        .deployment_live = row.text("deployment_live"),
        .attempt = row.count("attempt"),
        .problem = row.text("problem"),
    };
}

Due read_due(const Row& row)
{
    return {row.id<EnvironmentId>("environment"), row.count("asked")};
}

}  // namespace

void ask(Tx& tx, EnvironmentId environment, Instant due)
{
    tx.execute(
        ask_sql,
        {
            {"environment", environment},
            {"due",         due        }
    }
    );
}

void changed(Tx& tx, EnvironmentId environment, Instant now)
{
    const auto told = tx.one(
        is_told_sql,
        [](const Row& row) {
            return row.id<EnvironmentId>("id");
    },
        {{"id", environment}}
    );
    if (told) ask(tx, environment, now + pause);
}

std::vector<Due> due(Tx& tx, Instant now, std::size_t limit)
{
    return tx.all(
        due_sql,
        read_due,
        {
            {"now",   now  },
            {"limit", limit}
    }
    );
}

std::optional<Instant> next_due(Tx& tx)
{
    const auto read = [](const Row& row) { return row.optional_instant("due"); };
    return tx.one(next_due_sql, read).value_or(std::nullopt);
}

Record find(Tx& tx, EnvironmentId environment)
{
    const auto found = tx.one(
        find_sql,
        read,
        {
            {"environment", environment}
    }
    );
    return found.value_or(Record{.environment = environment});
}

void put(Tx& tx, const Record& it)
{
    tx.execute(
        put_sql,
        {
            {"environment",       it.environment      },
            {"comment",           it.comment          },
            {"comment_intended",  it.comment_intended },
            {"comments_made",     it.comments_made    },
            {"comment_hash",      it.comment_hash     },
            {"status_commit",     it.status_commit    },
            {"status_hash",       it.status_hash      },
            {"deployment",        it.deployment       },
            {"deployment_commit", it.deployment_commit},
            {"deployment_hash",   it.deployment_hash  },
            {"deployment_live",   it.deployment_live  },
            {"attempt",           it.attempt          },
            {"problem",           it.problem          }
    }
    );
}

void settle(Tx& tx, EnvironmentId environment, std::uint64_t seen, Instant next)
{
    tx.execute(
        settle_sql,
        {
            {"environment", environment},
            {"seen",        seen       },
            {"next",        next       }
    }
    );
}

void put_off(Tx& tx, EnvironmentId environment, std::string_view problem, Instant due)
{
    tx.execute(
        put_off_sql,
        {
            {"environment", environment},
            {"problem",     problem    },
            {"due",         due        }
    }
    );
}

}  // namespace diorama::feedback
