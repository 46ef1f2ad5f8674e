#include "store/environment_row.hpp"
#include "store/environments.hpp"

#include <charconv>

namespace diorama::environments {

namespace {

/// The columns and words of each order. Ids break ties, so that no row is on two pages.
struct Order {
    std::string_view letter;  ///< In cursors.
    bool text = false;        ///< The column's type.
    Sql after_descending, after_ascending, by_descending, by_ascending;
};

Order order_of(Sort sort)
{
    switch (sort) {
        case Sort::created:
            return {
                "c",
                false,
                " AND (created_at, id) < (:after, :after_id)",
                " AND (created_at, id) > (:after, :after_id)",
                " ORDER BY created_at DESC, id DESC",
                " ORDER BY created_at, id",
            };
        case Sort::updated:
            return {
                "u",
                false,
                " AND (updated_at, id) < (:after, :after_id)",
                " AND (updated_at, id) > (:after, :after_id)",
                " ORDER BY updated_at DESC, id DESC",
                " ORDER BY updated_at, id",
            };
        case Sort::slug:
            return {
                "s",
                true,
                " AND (slug, id) < (:after, :after_id)",
                " AND (slug, id) > (:after, :after_id)",
                " ORDER BY slug DESC, id DESC",
                " ORDER BY slug, id",
            };
    }
    std::abort();
}

std::string cursor_start(const ListQuery& query)
{
    return fmt::format("{}{}", order_of(query.sort).letter, query.descending ? "d" : "a");
}

/// Order, value and id of the last row: `cd1700000000000.018f…`.
std::string cursor_at(const Environment& last, const ListQuery& query)
{
    const auto number = [](Instant at) { return std::to_string(at.time_since_epoch().count()); };
    std::string value = last.slug;
    if (query.sort == Sort::created) value = number(last.created_at);
    if (query.sort == Sort::updated) value = number(last.updated_at);
    return fmt::format("{}{}.{}", cursor_start(query), value, last.id.text());
}

Result<Params> parse_cursor(const ListQuery& query)
{
    const std::string_view text = query.after;
    const auto dot = text.rfind('.');
    if (dot == std::string_view::npos || !text.starts_with(cursor_start(query)))
        return wrong_cursor();
    const auto id = EnvironmentId::parse(text.substr(dot + 1));
    if (!id) return wrong_cursor();
    const auto value = text.substr(2, dot - 2);
    if (order_of(query.sort).text)
        return Params{
            {"after",    value},
            {"after_id", *id  }
        };
    std::int64_t number = 0;
    const auto [stop, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (problem != std::errc{} || stop != value.data() + value.size()) return wrong_cursor();
    return Params{
        {"after",    number},
        {"after_id", *id   }
    };
}

/// A WHERE that grows with what is asked, and the values for it.
struct Where {
    ComposedSql sql;
    Params params;

    template <class T>
    void equal(Sql condition, std::string_view name, const std::optional<T>& value)
    {
        if (!value) return;
        sql += condition;
        params.emplace_back(name, *value);
    }

    template <class T>
    void among(Sql column, Sql prefix, const std::vector<T>& values)
    {
        sql += column;
        sql.add_list(prefix, values.size());
        for (std::size_t i = 0; i < values.size(); ++i)
            params.emplace_back(fmt::format("{}{}", prefix.text(), i), values[i]);
    }
};

constexpr auto search_sql = R"sql(
    AND (LOWER(slug) LIKE LOWER(:search) ESCAPE '\'
        OR LOWER(identity_key) LIKE LOWER(:search) ESCAPE '\'
        OR LOWER(wanted_commit) LIKE LOWER(:search) ESCAPE '\'
        OR LOWER(COALESCE(title, '')) LIKE LOWER(:search) ESCAPE '\')
)sql";

Where where(Sql start, const Scope& scope, const Filter& filter)
{
    Where where{start, {}};
    where.sql += " FROM environments WHERE tenant = :tenant";
    where.params.emplace_back("tenant", scope.tenant);
    if (scope.projects) where.among(" AND project IN ", "visible", *scope.projects);
    if (!filter.states.empty())
        where.among(" AND state IN ", "state", filter.states);
    else if (!filter.with_destroyed)
        where.sql += " AND state <> 'destroyed'";
    where.equal(" AND project = :project", "project", filter.project);
    where.equal(" AND kind = :kind", "kind", filter.kind);
    where.equal(" AND owner_id = :owner", "owner", filter.owner);
    where.equal(" AND pull_request = :pull_request", "pull_request", filter.pull_request);
    if (!filter.search.empty()) {
        where.sql += search_sql;
        where.params.emplace_back("search", like_pattern(filter.search));
    }
    return where;
}

}  // namespace

Result<Page<Environment>> list(Tx& tx, const Scope& scope, const ListQuery& query)
{
    if (const auto fine = check_search(query.filter.search); !fine) return fine.error();
    auto asked = where("SELECT *", scope, query.filter);
    const Order order = order_of(query.sort);
    if (!query.after.empty()) {
        const auto cursor = parse_cursor(query);
        if (!cursor) return cursor.error();
        asked.sql += query.descending ? order.after_descending : order.after_ascending;
        asked.params.insert(asked.params.end(), cursor->begin(), cursor->end());
    }
    asked.sql += query.descending ? order.by_descending : order.by_ascending;
    asked.sql += " LIMIT :limit";
    const auto size = page_size(query.limit);
    asked.params.emplace_back("limit", size + 1);  // One more tells whether there is a next page.

    Page<Environment> page{tx.all(asked.sql, read, asked.params), {}};
    if (page.items.size() <= size) return page;
    page.items.pop_back();
    page.next = cursor_at(page.items.back(), query);
    return page;
}

Result<std::uint64_t> count(Tx& tx, const Scope& scope, const Filter& filter)
{
    if (const auto fine = check_search(filter.search); !fine) return fine.error();
    const auto asked = where("SELECT COUNT(*) AS number", scope, filter);
    const auto read_number = [](const Row& row) { return row.count("number"); };
    return tx.one(asked.sql, read_number, asked.params).value();
}

}  // namespace diorama::environments
