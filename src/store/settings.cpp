#include "store/settings.hpp"

namespace diorama::settings {

namespace {

constexpr auto get_sql = "SELECT value FROM settings WHERE name = :name";

constexpr auto set_sql = R"sql(
    INSERT INTO settings (name, value) VALUES (:name, :value)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value
)sql";

constexpr auto add_sql = R"sql(
    INSERT INTO settings (name, value) VALUES (:name, :value)
    ON CONFLICT (name) DO NOTHING
)sql";

std::string read(const Row& row)
{
    return row.text("value");
}

}  // namespace

std::optional<std::string> get(Tx& tx, std::string_view key)
{
    return tx.one(
        get_sql,
        read,
        {
            {"name", key}
    }
    );
}

void set(Tx& tx, std::string_view key, std::string_view value)
{
    tx.execute(
        set_sql,
        {
            {"name",  key  },
            {"value", value}
    }
    );
}

std::string get_or_set(Tx& tx, std::string_view key, std::string_view fresh)
{
    tx.execute(
        add_sql,
        {
            {"name",  key  },
            {"value", fresh}
    }
    );
    return get(tx, key).value();
}

InstallationId installation(Tx& tx)
{
    return tx
        .one(
            get_sql,
            [](const Row& row) {
                return row.id<InstallationId>("value");
    },
            {{"name", "installation"}}
        )
        .value();
}

}  // namespace diorama::settings
