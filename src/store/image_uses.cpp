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
        AND generation NOT IN (
            SELECT generation FROM deployments
            WHERE environment = :environment AND status = 'success'
            ORDER BY generation DESC LIMIT :successes
        )
)sql";
constexpr auto release_all_sql = "DELETE FROM image_uses WHERE environment = :environment";

constexpr auto unused_sql = R"sql(
    SELECT reference FROM images WHERE target = :target AND NOT EXISTS (
        SELECT 1 FROM image_uses
        WHERE image_uses.target = images.target AND image_uses.reference = images.reference
    ) ORDER BY created_at, reference
)sql";

constexpr auto list_sql = R"sql(
    SELECT images.reference AS reference,
        COALESCE(MAX(image_uses.created_at), MAX(images.created_at)) AS used_at,
        COUNT(image_uses.environment) AS uses,
        MAX(CASE WHEN image_uses.generation = environments.serving
            OR image_uses.generation = environments.wanted_generation THEN 1 ELSE 0 END) AS needed
    FROM images
    LEFT JOIN image_uses ON image_uses.target = images.target
        AND image_uses.reference = images.reference
    LEFT JOIN environments ON environments.id = image_uses.environment
    WHERE images.target = :target
    GROUP BY images.reference ORDER BY used_at, images.reference
)sql";

constexpr auto release_sql = R"sql(
    DELETE FROM image_uses WHERE target = :target AND reference = :reference AND NOT EXISTS (
        SELECT 1 FROM image_uses AS other
        JOIN environments ON environments.id = other.environment
        WHERE other.target = :target AND other.reference = :reference
            AND other.generation IN (environments.serving, environments.wanted_generation)
    )
)sql";

constexpr auto forget_sql = R"sql(
    DELETE FROM images WHERE target = :target AND reference = :reference AND NOT EXISTS (
        SELECT 1 FROM image_uses
        WHERE image_uses.target = images.target AND image_uses.reference = images.reference
    )
)sql";

constexpr auto count_sql = "SELECT COUNT(*) AS number FROM images WHERE target = :target";

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

void keep_only(Tx& tx, EnvironmentId environment, const Keeping& keeping)
{
    tx.execute(
        keep_only_sql,
        {
            {"environment", environment      },
            {"serving",     keeping.serving  },
            {"newest",      keeping.newest   },
            {"successes",   keeping.successes}
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

std::vector<Listed> list(Tx& tx, std::string_view target)
{
    const auto read_listed = [](const Row& row) -> Listed {
        return {
            .reference = row.text("reference"),
            .used_at = row.instant("used_at"),
            .uses = row.count("uses"),
            .needed = row.flag("needed")
        };
    };
    return tx.all(
        list_sql,
        read_listed,
        {
            {"target", target}
    }
    );
}

void release(Tx& tx, std::string_view target, std::string_view reference)
{
    tx.execute(
        release_sql,
        {
            {"target",    target   },
            {"reference", reference}
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

std::uint64_t count(Tx& tx, std::string_view target)
{
    return tx
        .one(
            count_sql,
            [](const Row& row) {
                return row.count("number");
    },
            {{"target", target}}
        )
        .value();
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
