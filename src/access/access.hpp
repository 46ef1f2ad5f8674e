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

/// Who somebody is, told by the token they carry. Tokens made here are `dio_` and 43 characters
/// (256 bits); the store has only their SHA-256. One more may come from the configuration.
///
/// Nothing is remembered between requests: what was revoked or has expired opens nothing from the
/// next request on.
class Access {
public:
    Access(Scheduler& scheduler, Random& random, Store& store, TenantId tenant)
        : scheduler_(scheduler),
          random_(random),
          store_(store),
          tenant_(tenant)
    {}

    /// Accepts `configured` too, with every right: `api.first_token`, for machines that are set up
    /// by programs. It is kept nowhere, so that changing the configuration changes it.
    void trust(const Secret& configured);

    /// The caller behind `Authorization: Bearer …` (RFC 6750). `unauthorized`, in the same words,
    /// for no token, one that is not known, revoked or expired.
    Task<Result<Caller>> authenticate(std::string authorization);

    /// Makes a token with `scopes`, names of rights, none of which its maker may lack: `forbidden`.
    /// Without scopes it holds all that its maker holds.
    Task<Result<NewToken>> create(
        Caller caller,
        std::string name,
        std::vector<std::string> scopes,
        std::optional<Instant> expires
    );
    Task<Result<std::vector<tokens::Token>>> list(Caller caller);
    /// `not_found` when it is another tenant's: who asks is not told which exist.
    Task<Result<>> revoke(Caller caller, TokenId id);

    /// When there is no token that works, and none is configured: makes one with every right and
    /// writes it to `file`, which only its owner may read (SEC-33: no page and no route can make
    /// it). True when it was made now.
    Task<Result<bool>> first_token(std::filesystem::path file);

private:
    NewToken
    draw(std::string name, std::vector<std::string> scopes, std::optional<Instant> expires);
    Task<Result<Caller>> known(std::string hash);

    Scheduler& scheduler_;
    Random& random_;
    Store& store_;
    TenantId tenant_;
    std::optional<Secret> configured_;  ///< The SHA-256 of it.
};

}  // namespace diorama
