#pragma once

#include "base/secret.hpp"
#include "model/caller.hpp"
#include "store/store.hpp"
#include "store/tokens.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace diorama {

/// A token as it is shown once, when it is made.
struct NewToken {
    tokens::Token row;
    Secret text;
};

/// Who somebody is, told by the token they carry. Tokens are `dio_` and 43 characters (256 bits);
/// the store has only their SHA-256.
class Access {
public:
    Access(Scheduler& scheduler, Random& random, Store& store, TenantId tenant)
        : scheduler_(scheduler),
          random_(random),
          store_(store),
          tenant_(tenant)
    {}

    /// The caller behind `Authorization: Bearer …`; `unauthorized` for anything else.
    Task<Result<Caller>> authenticate(std::string authorization);

    /// Makes a token. `scopes` are rights' names; empty: all its owner has.
    Task<Result<NewToken>> create(
        Caller caller,
        std::string name,
        std::vector<std::string> scopes,
        std::optional<Instant> expires
    );
    Task<Result<std::vector<tokens::Token>>> list(Caller caller);
    Task<Result<>> revoke(Caller caller, TokenId id);

    /// When there is no token at all: makes the first one, with every right, and writes it to
    /// `file`, which only its owner may read (SEC-33: no page and no route can make it). True when
    /// it was made now.
    Task<Result<bool>> first_token(std::filesystem::path file);

private:
    NewToken
    draw(std::string name, std::vector<std::string> scopes, std::optional<Instant> expires);

    Scheduler& scheduler_;
    Random& random_;
    Store& store_;
    TenantId tenant_;
};

/// Writes `text` to `file` with mode 0600, whole or not at all; folders above it must exist.
Result<> write_private(const std::filesystem::path& file, std::string_view text);

}  // namespace diorama
