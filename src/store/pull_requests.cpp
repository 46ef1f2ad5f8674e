#include "store/pull_requests.hpp"

#include "base/json.hpp"

#include <charconv>

namespace diorama::pull_requests {

namespace {

constexpr auto ask_sql = R"sql(
    INSERT INTO pull_requests (
        project, number, title, author, author_id, head_commit, head_ref, head_repository,
        base_ref, status, draft, labels, updated_at, permission, read_at, due, asked, attempt, verdict, reason,
        rules, approved_commit, approved_by, approved_at
    ) VALUES (
        :project, :number, '', '', '', '', '', '', '', 'open', 0, '[]', 0, 'unknown', NULL, :due, 1,
        0, 'unread', '', '', '', '', NULL
    ) ON CONFLICT (project, number) DO UPDATE SET due = :due, asked = pull_requests.asked + 1
)sql";

constexpr auto due_sql = R"sql(
    SELECT project, number, asked FROM pull_requests WHERE due IS NOT NULL AND due <= :now
    ORDER BY due, project, number LIMIT :limit
)sql";

constexpr auto next_due_sql = "SELECT MIN(due) AS due FROM pull_requests WHERE due IS NOT NULL";

constexpr auto keep_facts_sql = R"sql(
    UPDATE pull_requests
    SET title = :title, author = :author, author_id = :author_id, head_commit = :head_commit,
        head_ref = :head_ref, head_repository = :head_repository, base_ref = :base_ref,
        status = :status, draft = :draft, labels = :labels, updated_at = :updated_at
    WHERE project = :project AND number = :number
)sql";

constexpr auto note_sql = R"sql(
    UPDATE pull_requests
    SET permission = :permission, read_at = :read_at, attempt = 0, verdict = :verdict,
        reason = :reason, rules = :rules, due = CASE WHEN asked = :seen THEN NULL ELSE due END
    WHERE project = :project AND number = :number
)sql";

constexpr auto put_off_sql = R"sql(
    UPDATE pull_requests SET due = :due, attempt = attempt + 1, reason = :reason
    WHERE project = :project AND number = :number
)sql";

constexpr auto find_sql =
    "SELECT * FROM pull_requests WHERE project = :project AND number = :number";
constexpr auto list_sql = "SELECT * FROM pull_requests WHERE project = :project ORDER BY number";
constexpr auto list_open_sql = R"sql(
    SELECT * FROM pull_requests WHERE project = :project AND status = 'open' ORDER BY number
)sql";
constexpr auto page_sql = "SELECT * FROM pull_requests WHERE (project, number) > (:after, :number)";

constexpr auto approve_sql = R"sql(
    UPDATE pull_requests
    SET approved_commit = :commit, approved_by = :by, approved_at = :at,
        verdict = CASE WHEN verdict = 'held' THEN 'preview' ELSE verdict END
    WHERE project = :project AND number = :number
)sql";

std::string write_labels(const std::vector<std::string>& labels)
{
    return write_json(Node::List(labels.begin(), labels.end()));
}

std::vector<std::string> read_labels(const std::string& text)
{
    std::vector<std::string> labels;
    const Node node = parse_json(text).value();
    for (const Node& label : *node.list())
        labels.push_back(*label.string());
    return labels;
}

PullRequest read_facts(const Row& row)
{
    return {
        .number = row.integer("number"),
        .title = row.text("title"),
        .author = row.text("author"),
        .author_id = row.text("author_id"),
        .head_commit = row.text("head_commit"),
        .head_ref = row.text("head_ref"),
        .head_repository = row.text("head_repository"),
        .base_ref = row.text("base_ref"),
        .status = row.named(pull_request_status_named, "status"),
        .draft = row.flag("draft"),
        .labels = read_labels(row.text("labels")),
        .updated_at = row.instant("updated_at"),
    };
}

std::optional<Approval> read_approval(const Row& row)
{
    const auto at = row.optional_instant("approved_at");
    if (!at) return std::nullopt;
    return Approval{row.text("approved_commit"), row.text("approved_by"), *at};
}

Record read(const Row& row)
{
    return {
        .project = row.id<ProjectId>("project"),
        .facts = read_facts(row),
        .permission = row.named(permission_named, "permission"),
        .read_at = row.optional_instant("read_at"),
        .verdict = row.named(verdict_named, "verdict"),
        .reason = row.text("reason"),
        .rules = row.text("rules"),
        .approval = read_approval(row),
        .attempt = row.count("attempt"),
    };
}

Due read_due(const Row& row)
{
    return {row.id<ProjectId>("project"), row.integer("number"), row.count("asked")};
}

/// Where a page ends: its last row. The default is before the first.
struct Cursor {
    std::string project;
    std::int64_t number = 0;
};

Result<Cursor> parse_cursor(std::string_view text)
{
    Cursor cursor;
    if (text.empty()) return cursor;
    const auto dot = text.find('.');
    if (dot == std::string_view::npos || !ProjectId::parse(text.substr(0, dot)))
        return wrong_cursor();
    const auto number = text.substr(dot + 1);
    const char* const end = number.data() + number.size();
    const auto [stop, problem] = std::from_chars(number.data(), end, cursor.number);
    if (problem != std::errc{} || stop != end) return wrong_cursor();
    cursor.project = text.substr(0, dot);
    return cursor;
}

}  // namespace

std::string_view name(Verdict verdict)
{
    switch (verdict) {
        case Verdict::unread: return "unread";
        case Verdict::preview: return "preview";
        case Verdict::passed: return "passed";
        case Verdict::unwanted: return "unwanted";
        case Verdict::held: return "held";
        case Verdict::refused: return "refused";
        case Verdict::unknown: return "unknown";
    }
    std::abort();
}

Result<Verdict> verdict_named(std::string_view text)
{
    using enum Verdict;
    for (const Verdict verdict : {unread, preview, passed, unwanted, held, refused, unknown})
        if (name(verdict) == text) return verdict;
    return Error{Code::invalid, fmt::format("'{}' is not a verdict on a pull request", text)};
}

void ask(Tx& tx, ProjectId project, std::int64_t number, Instant due)
{
    tx.execute(
        ask_sql,
        {
            {"project", project},
            {"number",  number },
            {"due",     due    }
    }
    );
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

void keep_facts(Tx& tx, const Record& it)
{
    tx.execute(
        keep_facts_sql,
        {
            {"project",         it.project                   },
            {"number",          it.facts.number              },
            {"title",           it.facts.title               },
            {"author",          it.facts.author              },
            {"author_id",       it.facts.author_id           },
            {"head_commit",     it.facts.head_commit         },
            {"head_ref",        it.facts.head_ref            },
            {"head_repository", it.facts.head_repository     },
            {"base_ref",        it.facts.base_ref            },
            {"status",          it.facts.status              },
            {"draft",           it.facts.draft               },
            {"labels",          write_labels(it.facts.labels)},
            {"updated_at",      it.facts.updated_at          }
    }
    );
}

void note(Tx& tx, const Record& it, std::uint64_t seen)
{
    keep_facts(tx, it);
    tx.execute(
        note_sql,
        {
            {"project",    it.project     },
            {"number",     it.facts.number},
            {"permission", it.permission  },
            {"read_at",    it.read_at     },
            {"verdict",    it.verdict     },
            {"reason",     it.reason      },
            {"rules",      it.rules       },
            {"seen",       seen           }
    }
    );
}

void put_off(Tx& tx, ProjectId project, std::int64_t number, std::string_view reason, Instant due)
{
    tx.execute(
        put_off_sql,
        {
            {"project", project},
            {"number",  number },
            {"reason",  reason },
            {"due",     due    }
    }
    );
}

Result<Record> find(Tx& tx, ProjectId project, std::int64_t number)
{
    const auto found = tx.one(
        find_sql,
        read,
        {
            {"project", project},
            {"number",  number }
    }
    );
    if (found) return *found;
    return Error{
        Code::not_found, fmt::format("pull request {} of this project is not known here", number)
    };
}

std::vector<Record> list(Tx& tx, ProjectId project, bool open_only)
{
    return tx.all(
        open_only ? Sql(list_open_sql) : Sql(list_sql),
        read,
        {
            {"project", project}
    }
    );
}

Result<Page<Record>> page(Tx& tx, const ListQuery& query)
{
    const auto cursor = parse_cursor(query.after);
    if (!cursor) return cursor.error();
    const auto size = page_size(query.limit);
    ComposedSql sql{page_sql};
    Params params{
        {"after",  cursor->project},
        {"number", cursor->number },
        {"limit",  size + 1       }
    };
    sql += " AND project IN ";
    sql.add_list("project", query.projects.size());
    for (std::size_t i = 0; i < query.projects.size(); ++i)
        params.emplace_back(fmt::format("project{}", i), query.projects[i]);
    if (query.open_only) sql += " AND status = 'open'";
    if (query.held_only) sql += " AND verdict = 'held'";
    sql += " ORDER BY project, number LIMIT :limit";
    Page<Record> found{.items = tx.all(sql, read, params)};
    if (found.items.size() <= size) return found;
    found.items.pop_back();
    const Record& last = found.items.back();
    found.next = fmt::format("{}.{}", last.project.text(), last.facts.number);
    return found;
}

Result<> approve(Tx& tx, ProjectId project, std::int64_t number, const Approval& approval)
{
    const auto changed = tx.execute(
        approve_sql,
        {
            {"project", project        },
            {"number",  number         },
            {"commit",  approval.commit},
            {"by",      approval.by    },
            {"at",      approval.at    }
    }
    );
    if (changed == 1) return ok();
    return find(tx, project, number).error();
}

}  // namespace diorama::pull_requests
