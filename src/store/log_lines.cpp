#include "store/log_lines.hpp"

#include "base/unicode.hpp"

#include <algorithm>

namespace diorama::log_lines {

namespace {

constexpr auto numbers_sql = R"sql(
    UPDATE environments SET log_sequence = log_sequence + :count WHERE id = :id
    RETURNING log_sequence, tenant
)sql";

constexpr auto insert_sql = R"sql(
    INSERT INTO log_lines (
        tenant, environment, deployment, type, service, sequence, stream, message, at
    ) VALUES (
        :tenant, :environment, :deployment, :type, :service, :sequence, :stream, :message, :at
    )
)sql";

constexpr auto forget_older_sql = R"sql(
    DELETE FROM log_lines WHERE (environment, sequence) IN (
        SELECT environment, sequence FROM log_lines WHERE at < :time ORDER BY at LIMIT :limit
    )
)sql";

constexpr auto count_older_sql = "SELECT COUNT(*) AS lines FROM log_lines WHERE at < :time";

constexpr auto forget_beyond_sql = R"sql(
    DELETE FROM log_lines
    WHERE environment = :id
        AND sequence <= (SELECT log_sequence FROM environments WHERE id = :id) - :keep
)sql";

LogLine read(const Row& row)
{
    return {
        .sequence = row.count("sequence"),
        .environment = row.id<EnvironmentId>("environment"),
        .deployment = row.optional_id<DeploymentId>("deployment"),
        .type = row.named(log_type_named, "type"),
        .service = row.text("service"),
        .stream = row.text("stream"),
        .message = row.text("message"),
        .at = row.instant("at"),
    };
}

/// What every database takes as TEXT: UTF-8 without NUL.
std::string storable(std::string_view message)
{
    std::string text = clean_utf8(message);
    for (auto at = text.find('\0'); at != std::string::npos; at = text.find('\0', at))
        text.replace(at, 1, "\uFFFD");
    return text;
}

/// The numbers an append may use, and whose lines they are.
struct Block {
    std::uint64_t last = 0;
    TenantId tenant;
};

Block read_block(const Row& row)
{
    return {row.count("log_sequence"), row.id<TenantId>("tenant")};
}

void insert(Tx& tx, TenantId tenant, const LogLine& line)
{
    tx.execute(
        insert_sql,
        {
            {"tenant",      tenant          },
            {"environment", line.environment},
            {"deployment",  line.deployment },
            {"type",        line.type       },
            {"service",     line.service    },
            {"sequence",    line.sequence   },
            {"stream",      line.stream     },
            {"message",     line.message    },
            {"at",          line.at         }
    }
    );
}

struct Asked {
    ComposedSql sql{"SELECT * FROM log_lines WHERE environment = :environment"};
    Params params;
};

Asked conditions(const Query& query)
{
    Asked asked;
    asked.params.emplace_back("environment", query.environment);
    if (query.deployment) {
        asked.sql += " AND deployment = :deployment";
        asked.params.emplace_back("deployment", *query.deployment);
    }
    if (query.service) {
        asked.sql += " AND service = :service";
        asked.params.emplace_back("service", *query.service);
    }
    if (!query.types.empty()) {
        asked.sql += " AND type IN ";
        asked.sql.add_list("type", query.types.size());
        for (std::size_t i = 0; i < query.types.size(); ++i)
            asked.params.emplace_back(fmt::format("type{}", i), query.types[i]);
    }
    if (!query.search.empty()) {
        asked.sql += R"( AND LOWER(message) LIKE LOWER(:search) ESCAPE '\')";
        asked.params.emplace_back("search", like_pattern(query.search));
    }
    return asked;
}

}  // namespace

Result<std::vector<LogLine>> append(Tx& tx, EnvironmentId environment, std::vector<LogLine> lines)
{
    const auto block = tx.one(
        numbers_sql,
        read_block,
        {
            {"id",    environment },
            {"count", lines.size()}
    }
    );
    if (!block) {
        return Error{
            Code::not_found, fmt::format("there is no environment {}", environment.text())
        };
    }
    std::uint64_t number = block->last - lines.size();
    for (LogLine& line : lines) {
        line.sequence = ++number;
        line.environment = environment;
        line.message = storable(line.message);
        insert(tx, block->tenant, line);
    }
    return lines;
}

Result<std::vector<LogLine>> page(Tx& tx, const Query& query)
{
    if (const auto fine = check_search(query.search); !fine) return fine.error();
    if (query.after && query.before) {
        return Error{
            Code::invalid,
            "both 'after' and 'before' are given",
            "Give one of them, the other end of the page is its limit."
        };
    }
    auto [sql, params] = conditions(query);
    if (query.after) {
        sql += " AND sequence > :after ORDER BY sequence LIMIT :limit";
        params.emplace_back("after", *query.after);
    } else {
        sql += " AND sequence < :before ORDER BY sequence DESC LIMIT :limit";
        params.emplace_back(
            "before", query.before.value_or(std::numeric_limits<std::int64_t>::max())
        );
    }
    params.emplace_back("limit", page_size(query.limit));
    auto lines = tx.all(sql, read, params);
    if (!query.after) std::ranges::reverse(lines);
    return lines;
}

std::int64_t forget_older(Tx& tx, Instant time, std::size_t limit)
{
    return tx.execute(
        forget_older_sql,
        {
            {"time",  time },
            {"limit", limit}
    }
    );
}

std::int64_t count_older(Tx& tx, Instant time)
{
    const auto lines = [](const Row& row) { return row.integer("lines"); };
    return tx
        .one(
            count_older_sql,
            lines,
            {
                {"time", time}
    }
        )
        .value_or(0);
}

std::int64_t forget_beyond(Tx& tx, EnvironmentId environment, std::uint64_t keep)
{
    return tx.execute(
        forget_beyond_sql,
        {
            {"id",   environment},
            {"keep", keep       }
    }
    );
}

}  // namespace diorama::log_lines
