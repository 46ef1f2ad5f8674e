#include "store/image_uses.hpp"

namespace diorama::image_uses {

namespace {

constexpr auto remember_sql = R"sql(
    INSERT INTO images (target, reference, created_at) VALUES (:target, :reference, :created_at)
    ON CONFLICT DO NOTHING
)sql";

constexpr auto insert_sql = R"sql(
    INSERT INTO image_uses (
        target, reference, content_key, scope, environment, generation, created_at
    ) VALUES (:target, :reference, :content_key, :scope, :environment, :generation, :created_at)
    ON CONFLICT DO NOTHING
)sql";

constexpr auto keep_only_sql = R"sql(
    DELETE FROM image_uses
    WHERE environment = :environment AND generation NOT IN (:serving, :newest)
)sql";
constexpr auto release_all_sql = "DELETE FROM image_uses WHERE environment = :environment";

constexpr auto unused_sql = R"sql(
    SELECT reference FROM images WHERE target = :target AND NOT EXISTS (
        SELECT 1 FROM image_uses
        WHERE image_uses.target = images.target AND image_uses.reference = images.reference
    ) ORDER BY created_at, reference
)sql";

constexpr auto forget_sql = R"sql(
    DELETE FROM images WHERE target = :target AND reference = :reference AND NOT EXISTS (
        SELECT 1 FROM image_uses
        WHERE image_uses.target = images.target AND image_uses.reference = images.reference
    )
)sql";

constexpr auto of_environment_sql = R"sql(
    SELECT * FROM image_uses WHERE environment = :environment ORDER BY generation, reference
)sql";

Use read(const Row& row)
{
    return {
        .target = row.text("target"),
        .reference = row.text("reference"),
        .content_key = row.text("content_key"),
        .scope = row.text("scope"),
        .environment = row.id<EnvironmentId>("environment"),
        .generation = row.count("generation"),
        .created_at = row.instant("created_at"),
    };
}

}  // namespace

void add(Tx& tx, const Use& use)
{
    tx.execute(
        remember_sql,
        {
            {"target",     use.target    },
            {"reference",  use.reference },
            {"created_at", use.created_at}
    }
    );
    tx.execute(
        insert_sql,
        {
            {"target",      use.target     },
            {"reference",   use.reference  },
            {"content_key", use.content_key},
            {"scope",       use.scope      },
            {"environment", use.environment},
            {"generation",  use.generation },
            {"created_at",  use.created_at }
    }
    );
}

void adopt(Tx& tx, std::string_view target, std::string_view reference, Instant now)
{
    tx.execute(
        remember_sql,
        {
            {"target",     target   },
            {"reference",  reference},
            {"created_at", now      }
    }
    );
}

void keep_only(Tx& tx, EnvironmentId environment, Generation serving, Generation newest)
{
    tx.execute(
        keep_only_sql,
        {
            {"environment", environment},
            {"serving",     serving    },
            {"newest",      newest     }
    }
    );
}

void release_all(Tx& tx, EnvironmentId environment)
{
    tx.execute(
        release_all_sql,
        {
            {"environment", environment}
    }
    );
}

std::vector<std::string> unused(Tx& tx, std::string_view target)
{
    const auto reference = [](const Row& row) { return row.text("reference"); };
    return tx.all(
        unused_sql,
        reference,
        {
            {"target", target}
    }
    );
}

void forget(Tx& tx, std::string_view target, std::string_view reference)
{
    tx.execute(
        forget_sql,
        {
            {"target",    target   },
            {"reference", reference}
    }
    );
}

std::vector<Use> of_environment(Tx& tx, EnvironmentId environment)
{
    return tx.all(
        of_environment_sql,
        read,
        {
            {"environment", environment}
    }
    );
}

}  // namespace diorama::image_uses
