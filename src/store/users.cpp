#include "store/users.hpp"

namespace diorama::users {

namespace {

constexpr auto find_sql = "SELECT * FROM users WHERE id = :id";

constexpr auto find_identity_sql = R"sql(
    SELECT users.* FROM users JOIN identities ON identities.user_id = users.id
    WHERE identities.tenant = :tenant AND forge = :forge AND external_id = :external_id
)sql";

constexpr auto insert_sql = R"sql(
    INSERT INTO users (id, tenant, login, name, email, created_at)
    VALUES (:id, :tenant, :login, :name, :email, :created_at)
)sql";

constexpr auto insert_identity_sql = R"sql(
    INSERT INTO identities (tenant, forge, external_id, user_id)
    VALUES (:tenant, :forge, :external_id, :id)
)sql";

constexpr auto update_sql = R"sql(
    UPDATE users SET login = :login, name = :name, email = :email WHERE id = :id RETURNING *
)sql";

User read(const Row& row)
{
    return {
        .id = row.id<UserId>("id"),
        .tenant = row.id<TenantId>("tenant"),
        .login = row.text("login"),
        .name = row.text("name"),
        .email = row.text("email"),
        .created_at = row.instant("created_at"),
    };
}

void insert(Tx& tx, const ForeignIdentity& identity, const User& user)
{
    tx.execute(
        insert_sql,
        {
            {"id",         user.id        },
            {"tenant",     user.tenant    },
            {"login",      user.login     },
            {"name",       user.name      },
            {"email",      user.email     },
            {"created_at", user.created_at}
    }
    );
    tx.execute(
        insert_identity_sql,
        {
            {"tenant",      user.tenant         },
            {"forge",       identity.forge      },
            {"external_id", identity.external_id},
            {"id",          user.id             }
    }
    );
}

}  // namespace

Result<User> find(Tx& tx, UserId id)
{
    const auto found = tx.one(
        find_sql,
        read,
        {
            {"id", id}
    }
    );
    if (found) return *found;
    return Error{Code::not_found, fmt::format("there is no user {}", id.text())};
}

Result<User> find(Tx& tx, TenantId tenant, const ForeignIdentity& identity)
{
    const auto found = tx.one(
        find_identity_sql,
        read,
        {
            {"tenant",      tenant              },
            {"forge",       identity.forge      },
            {"external_id", identity.external_id}
    }
    );
    if (found) return *found;
    return Error{
        Code::not_found,
        fmt::format("nobody here is '{}' on {}", identity.external_id, identity.forge)
    };
}

User find_or_insert(Tx& tx, const ForeignIdentity& identity, const User& fresh)
{
    const auto known = find(tx, fresh.tenant, identity);
    if (!known) {
        insert(tx, identity, fresh);
        return fresh;
    }
    return tx
        .one(
            update_sql,
            read,
            {
                {"id",    known->id  },
                {"login", fresh.login},
                {"name",  fresh.name },
                {"email", fresh.email}
    }
        )
        .value();
}

}  // namespace diorama::users
