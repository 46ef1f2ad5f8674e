#include "store/projects.hpp"

namespace diorama::projects {

namespace {

constexpr auto insert_sql = R"sql(
    INSERT INTO projects (id, tenant, slug, repository, name, forge, repository_id, created_at)
    VALUES (:id, :tenant, :slug, :repository, :name, :forge, :repository_id, :created_at)
    ON CONFLICT DO NOTHING
)sql";

constexpr auto find_sql = "SELECT * FROM projects WHERE id = :id";
constexpr auto find_by_repository_sql =
    "SELECT * FROM projects WHERE tenant = :tenant AND repository = :repository";
constexpr auto find_by_forge_sql = R"sql(
    SELECT * FROM projects
    WHERE tenant = :tenant AND forge = :forge AND repository_id = :repository_id
)sql";
constexpr auto find_by_slug_sql = "SELECT * FROM projects WHERE slug = :slug";
constexpr auto list_sql = "SELECT * FROM projects WHERE tenant = :tenant ORDER BY slug";
constexpr auto rename_sql = "UPDATE projects SET name = :name WHERE id = :id";

constexpr auto tie_sql = R"sql(
    UPDATE projects SET forge = :forge, repository_id = :repository_id
    WHERE id = :id AND NOT EXISTS (
        SELECT 1 FROM projects AS other
        WHERE other.tenant = projects.tenant AND other.forge = :forge
            AND other.repository_id = :repository_id AND other.id <> :id
    )
)sql";
constexpr auto move_sql = R"sql(
    UPDATE projects SET repository = :repository, name = :name
    WHERE id = :id AND NOT EXISTS (
        SELECT 1 FROM projects AS other
        WHERE other.tenant = projects.tenant AND other.repository = :repository
            AND other.id <> :id
    )
)sql";

/// Plain git has no forge; NULL, so that many projects may have none.
std::optional<std::string> or_null(const std::string& text)
{
    return text.empty() ? std::nullopt : std::optional(text);
}

Project read(const Row& row)
{
    return {
        .id = row.id<ProjectId>("id"),
        .tenant = row.id<TenantId>("tenant"),
        .slug = row.text("slug"),
        .repository = row.text("repository"),
        .name = row.text("name"),
        .forge = row.optional_text("forge").value_or(""),
        .repository_id = row.optional_text("repository_id").value_or(""),
        .created_at = row.instant("created_at"),
    };
}

Result<Project> or_missing(std::optional<Project> found, std::string_view what)
{
    if (found) return *std::move(found);
    return Error{Code::not_found, fmt::format("there is no project {}", what)};
}

}  // namespace

Result<> insert(Tx& tx, const Project& project)
{
    const auto added = tx.execute(
        insert_sql,
        {
            {"id",            project.id                    },
            {"tenant",        project.tenant                },
            {"slug",          project.slug                  },
            {"repository",    project.repository            },
            {"name",          project.name                  },
            {"forge",         or_null(project.forge)        },
            {"repository_id", or_null(project.repository_id)},
            {"created_at",    project.created_at            }
    }
    );
    if (added == 1) return ok();
    if (find_by_repository(tx, project.tenant, project.repository)) {
        return Error{
            Code::conflict,
            fmt::format("the repository {} has a project already", project.repository)
        };
    }
    return Error{
        Code::conflict,
        fmt::format("another project has the slug '{}'", project.slug),
        "Choose another slug."
    };
}

Result<Project> find(Tx& tx, ProjectId id)
{
    return or_missing(
        tx.one(
            find_sql,
            read,
            {
                {"id", id}
    }
        ),
        id.text()
    );
}

Result<Project> find_by_repository(Tx& tx, TenantId tenant, std::string_view repository)
{
    return or_missing(
        tx.one(
            find_by_repository_sql,
            read,
            {
                {"tenant",     tenant    },
                {"repository", repository}
    }
        ),
        fmt::format("for {}", repository)
    );
}

Result<Project>
find_by_forge(Tx& tx, TenantId tenant, std::string_view forge, std::string_view repository_id)
{
    return or_missing(
        tx.one(
            find_by_forge_sql,
            read,
            {
                {"tenant",        tenant       },
                {"forge",         forge        },
                {"repository_id", repository_id}
    }
        ),
        fmt::format("for {} repository {}", forge, repository_id)
    );
}

Result<Project> find_by_slug(Tx& tx, std::string_view slug)
{
    return or_missing(
        tx.one(
            find_by_slug_sql,
            read,
            {
                {"slug", slug}
    }
        ),
        fmt::format("'{}'", slug)
    );
}

std::vector<Project> list(Tx& tx, TenantId tenant)
{
    return tx.all(
        list_sql,
        read,
        {
            {"tenant", tenant}
    }
    );
}

Result<> tie(Tx& tx, ProjectId id, std::string_view forge, std::string_view repository_id)
{
    if (tx.execute(
            tie_sql,
            {
                {"id",            id           },
                {"forge",         forge        },
                {"repository_id", repository_id}
    }
        ) == 1)
        return ok();
    const auto there = find(tx, id);
    if (!there) return there.error();
    return Error{
        Code::conflict,
        fmt::format("another project is {} repository {} already", forge, repository_id)
    };
}

Result<> move(Tx& tx, ProjectId id, std::string_view repository, std::string_view name)
{
    if (tx.execute(
            move_sql,
            {
                {"id",         id        },
                {"repository", repository},
                {"name",       name      }
    }
        ) == 1)
        return ok();
    const auto there = find(tx, id);
    if (!there) return there.error();
    return Error{
        Code::conflict, fmt::format("the repository {} has a project already", repository)
    };
}

Result<> rename(Tx& tx, ProjectId id, std::string_view name)
{
    if (tx.execute(
            rename_sql,
            {
                {"id",   id  },
                {"name", name}
    }
        ) == 1)
        return ok();
    return find(tx, id).error();
}

}  // namespace diorama::projects
