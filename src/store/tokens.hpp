#pragma once

#include "model/environment.hpp"
#include "store/tx.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Keys to the API. Only a hash is kept: who reads the database cannot use them.
namespace diorama::tokens {

struct Token {
    TokenId id;
    TenantId tenant;
    std::optional<UserId> user;  ///< Whose it is; none: a machine's.
    std::string name;
    std::string hash;                 ///< SHA-256 of the token, hex. Unique.
    std::vector<std::string> scopes;  ///< Words without spaces, such as "admin".
    Instant created_at{};
    std::optional<Instant> last_used_at;
    std::optional<Instant> expires_at;

    friend bool operator==(const Token&, const Token&) = default;
};

/// `conflict` when that token exists.
Result<> insert(Tx& tx, const Token& token);

/// The token with that hash. `unauthorized` when there is none, or it expired before `now`.
Result<Token> find_by_hash(Tx& tx, std::string_view hash, Instant now);

std::vector<Token> list(Tx& tx, TenantId tenant);
void touch(Tx& tx, TokenId id, Instant now);
Result<> revoke(Tx& tx, TenantId tenant, TokenId id);

}  // namespace diorama::tokens
