#include "store/tokens.hpp"

#include "base/text.hpp"

namespace diorama::tokens {

namespace {

constexpr auto insert_sql = R"sql(
    INSERT INTO tokens (
        id, tenant, user_id, name, hash, scopes, created_at, last_used_at, expires_at
    ) VALUES (
        :id, :tenant, :user, :name, :hash, :scopes, :created_at, :last_used_at, :expires_at
    ) ON CONFLICT DO NOTHING
)sql";

constexpr auto find_sql = R"sql(
    SELECT * FROM tokens WHERE hash = :hash AND (expires_at IS NULL OR expires_at > :now)
)sql";
constexpr auto list_sql = "SELECT * FROM tokens WHERE tenant = :tenant ORDER BY created_at, id";
constexpr auto touch_sql = "UPDATE tokens SET last_used_at = :now WHERE id = :id";
constexpr auto revoke_sql = "DELETE FROM tokens WHERE id = :id AND tenant = :tenant";

std::vector<std::string> words(std::string_view text)
{
    std::vector<std::string> found;
    for (const auto word : split(text, ' ')) {
        if (!word.empty()) found.emplace_back(word);
    }
    return found;
}

Token read(const Row& row)
{
    return {
        .id = row.id<TokenId>("id"),
        .tenant = row.id<TenantId>("tenant"),
        .user = row.optional_id<UserId>("user_id"),
        .name = row.text("name"),
        .hash = row.text("hash"),
        .scopes = words(row.text("scopes")),
        .created_at = row.instant("created_at"),
        .last_used_at = row.optional_instant("last_used_at"),
        .expires_at = row.optional_instant("expires_at"),
    };
}

}  // namespace

Result<> insert(Tx& tx, const Token& token)
{
    const auto added = tx.execute(
        insert_sql,
        {
            {"id", token.id},
            {"tenant", token.tenant},
            {"user", token.user},
            {"name", token.name},
            {"hash", token.hash},
            {"scopes", join(token.scopes, " ")},
            {"created_at", token.created_at},
            {"last_used_at", token.last_used_at},
            {"expires_at", token.expires_at}
    }
    );
    if (added == 1) return ok();
    return Error{Code::conflict, fmt::format("the token '{}' exists already", token.name)};
}

Result<Token> find_by_hash(Tx& tx, std::string_view hash, Instant now)
{
    const auto found = tx.one(
        find_sql,
        read,
        {
            {"hash", hash},
            {"now",  now }
    }
    );
    if (found) return *found;
    return Error{
        Code::unauthorized,
        "the token is not known here, or it has expired",
        "Ask an administrator for a new token."
    };
}

std::vector<Token> list(Tx& tx, TenantId tenant)
{
    return tx.all(
        list_sql,
        read,
        {
            {"tenant", tenant}
    }
    );
}

void touch(Tx& tx, TokenId id, Instant now)
{
    tx.execute(
        touch_sql,
        {
            {"id",  id },
            {"now", now}
    }
    );
}

Result<> revoke(Tx& tx, TenantId tenant, TokenId id)
{
    if (tx.execute(
            revoke_sql,
            {
                {"id",     id    },
                {"tenant", tenant}
    }
        ) == 1)
        return ok();
    return Error{Code::not_found, fmt::format("there is no token {}", id.text())};
}

}  // namespace diorama::tokens
