#include "store/jobs.hpp"

#include "store/line.hpp"

#include <algorithm>

namespace diorama::jobs {

namespace {

constexpr auto enqueue_sql = R"sql(
    INSERT INTO jobs (
        environment, priority, due, asked_due, lease, lease_owner, lease_until, attempt
    ) VALUES (:environment, :priority, :due, NULL, 0, '', 0, 0)
    ON CONFLICT (environment) DO UPDATE SET
        priority = CASE
            WHEN jobs.due IS NULL OR excluded.priority < jobs.priority THEN excluded.priority
            ELSE jobs.priority END,
        due = CASE
            WHEN jobs.lease_until > 0 THEN jobs.due
            WHEN jobs.due IS NULL OR excluded.due < jobs.due THEN excluded.due
            ELSE jobs.due END,
        asked_due = CASE
            WHEN jobs.lease_until = 0 THEN NULL
            WHEN jobs.asked_due IS NULL OR excluded.due < jobs.asked_due THEN excluded.due
            ELSE jobs.asked_due END
)sql";

constexpr auto remind_sql = R"sql(
    INSERT INTO jobs (
        environment, priority, due, asked_due, lease, lease_owner, lease_until, attempt
    ) VALUES (:environment, :priority, :due, NULL, 0, '', 0, 0)
    ON CONFLICT (environment) DO UPDATE SET priority = excluded.priority, due = excluded.due
    WHERE jobs.due IS NULL
)sql";

constexpr auto next_look_sql =
    "SELECT due FROM jobs WHERE environment = :environment AND lease_until = 0";

// Each rank is worth five minutes of waiting. Among those of one rank whose project and author have
// the fewest that run or began lately goes first, then who waited longest: `in_turn` tells the
// same. PostgreSQL may run two claims at once: the second waits for the first, then looks again at
// the outer conditions, finds the job taken, and takes nothing.
constexpr auto claim_sql = R"sql(
    WITH busy AS (
        SELECT environments.project AS project,
            COALESCE(environments.owner_id, environments.project) AS author
        FROM jobs JOIN environments ON environments.id = jobs.environment
        WHERE jobs.lease_until > :now OR (jobs.claimed_at > :recent AND jobs.priority < 2)
    ),
    of_projects AS (SELECT project, COUNT(*) AS number FROM busy GROUP BY project),
    of_authors AS (SELECT author, COUNT(*) AS number FROM busy GROUP BY author)
    UPDATE jobs
    SET lease = lease + 1, lease_owner = :owner, lease_until = :until, attempt = attempt + 1,
        claimed_at = :now
    WHERE due <= :now AND lease_until <= :now AND environment = (
        SELECT line.environment
        FROM jobs AS line JOIN environments ON environments.id = line.environment
        LEFT JOIN of_projects ON of_projects.project = environments.project
        LEFT JOIN of_authors
            ON of_authors.author = COALESCE(environments.owner_id, environments.project)
        WHERE line.due <= :now AND line.lease_until <= :now
        ORDER BY
            CASE WHEN :now - line.due >= line.priority * 300000 THEN 0
                ELSE line.priority - (:now - line.due) / 300000 END,
            COALESCE(of_projects.number, 0) + COALESCE(of_authors.number, 0),
            line.due, line.environment
        LIMIT 1
    )
    RETURNING *
)sql";

// What has to be put up anew takes its turn among the others: waking shall be short.
constexpr auto claim_wake_sql = R"sql(
    UPDATE jobs
    SET lease = lease + 1, lease_owner = :owner, lease_until = :until, attempt = attempt + 1,
        claimed_at = :now
    WHERE due <= :now AND lease_until <= :now AND environment = (
        SELECT line.environment
        FROM jobs AS line JOIN environments ON environments.id = line.environment
        WHERE line.due <= :now AND line.lease_until <= :now AND environments.state = 'asleep'
            AND environments.wanted_presence = 'awake'
            AND environments.presence IN ('frozen', 'stopped')
        ORDER BY line.due, line.environment
        LIMIT 1
    )
    RETURNING *
)sql";

// A lease is the worker's until it ends or somebody else claims the job, whichever is first.
constexpr auto renew_sql = R"sql(
    UPDATE jobs SET lease_until = :until
    WHERE environment = :environment AND lease = :lease AND lease_until > :now
    RETURNING *
)sql";

constexpr auto finish_sql = R"sql(
    UPDATE jobs
    SET due = asked_due, asked_due = NULL, lease_owner = '', lease_until = 0, attempt = 0
    WHERE environment = :environment AND lease = :lease AND lease_until > 0
)sql";

constexpr auto release_sql = R"sql(
    UPDATE jobs
    SET due = CASE WHEN asked_due < :due THEN asked_due ELSE :due END, asked_due = NULL,
        lease_owner = '', lease_until = 0
    WHERE environment = :environment AND lease = :lease AND lease_until > 0
)sql";

constexpr auto reap_sql = R"sql(
    UPDATE jobs SET lease_owner = '', lease_until = 0 WHERE lease_until > 0 AND lease_until <= :now
)sql";

// A work that ended with its daemon is no failed attempt.
constexpr auto release_all_sql = R"sql(
    UPDATE jobs SET lease_owner = '', lease_until = 0, attempt = attempt - 1 WHERE lease_until > 0
)sql";

constexpr auto next_due_sql = R"sql(
    SELECT MIN(CASE WHEN lease_until > due THEN lease_until ELSE due END) AS next
    FROM jobs WHERE due IS NOT NULL
)sql";

constexpr auto waiting_sql =
    "SELECT COUNT(*) AS number FROM jobs WHERE due <= :now AND lease_until <= :now";

Job read(const Row& row)
{
    return {
        .environment = row.id<EnvironmentId>("environment"),
        .priority = static_cast<Priority>(row.count("priority")),
        .attempt = static_cast<std::uint32_t>(row.count("attempt")),
        .owner = row.text("lease_owner"),
        .lease = row.count("lease"),
        .lease_until = row.instant("lease_until"),
    };
}

Error lost(const Job& job)
{
    return {
        Code::conflict, fmt::format("the lease on environment {} was lost", job.environment.text())
    };
}

}  // namespace

namespace {

void ask(Tx& tx, Sql sql, EnvironmentId environment, Priority priority, Instant due)
{
    tx.execute(
        sql,
        {
            {"environment", environment                        },
            {"priority",    static_cast<std::int64_t>(priority)},
            {"due",         due                                }
    }
    );
}

}  // namespace

void enqueue(Tx& tx, EnvironmentId environment, Priority priority, Instant due)
{
    ask(tx, enqueue_sql, environment, priority, due);
}

void remind(Tx& tx, EnvironmentId environment, Priority priority, Instant due)
{
    ask(tx, remind_sql, environment, priority, due);
}

std::optional<Instant> next_look(Tx& tx, EnvironmentId environment)
{
    const auto due = tx.one(
        next_look_sql,
        [](const Row& row) {
            return row.optional_instant("due");
    },
        {{"environment", environment}}
    );
    return due.value_or(std::nullopt);
}

std::optional<Job> claim(Tx& tx, std::string_view owner, Instant now, milliseconds lease)
{
    return tx.one(
        claim_sql,
        read,
        {
            {"owner",  owner       },
            {"now",    now         },
            {"recent", now - recent},
            {"until",  now + lease }
    }
    );
}

std::optional<Job> claim_wake(Tx& tx, std::string_view owner, Instant now, milliseconds lease)
{
    return tx.one(
        claim_wake_sql,
        read,
        {
            {"owner", owner      },
            {"now",   now        },
            {"until", now + lease}
    }
    );
}

Result<Job> renew(Tx& tx, const Job& job, Instant now, milliseconds lease)
{
    const auto held = tx.one(
        renew_sql,
        read,
        {
            {"environment", job.environment},
            {"lease",       job.lease      },
            {"now",         now            },
            {"until",       now + lease    }
    }
    );
    if (held) return *held;
    return lost(job);
}

Result<> finish(Tx& tx, const Job& job)
{
    const auto done = tx.execute(
        finish_sql,
        {
            {"environment", job.environment},
            {"lease",       job.lease      }
    }
    );
    if (done == 1) return ok();
    return lost(job);
}

Result<> release(Tx& tx, const Job& job, Instant due)
{
    const auto done = tx.execute(
        release_sql,
        {
            {"environment", job.environment},
            {"lease",       job.lease      },
            {"due",         due            }
    }
    );
    if (done == 1) return ok();
    return lost(job);
}

std::int64_t reap(Tx& tx, Instant now)
{
    return tx.execute(
        reap_sql,
        {
            {"now", now}
    }
    );
}

std::int64_t release_all(Tx& tx)
{
    return tx.execute(release_all_sql);
}

std::optional<Instant> next_due(Tx& tx)
{
    return tx.one(
                 next_due_sql, [](const Row& row) { return row.optional_instant("next"); }
    ).value();
}

std::optional<std::uint64_t> position(Tx& tx, EnvironmentId environment, Instant now)
{
    const auto all = line(tx, now);
    const auto found = std::ranges::find(all, environment, &Waiting::environment);
    if (found == all.end()) return std::nullopt;
    return static_cast<std::uint64_t>(found - all.begin()) + 1;
}

std::uint64_t waiting(Tx& tx, Instant now)
{
    return tx
        .one(
            waiting_sql,
            [](const Row& row) {
                return row.count("number");
    },
            {{"now", now}}
        )
        .value();
}

}  // namespace diorama::jobs
