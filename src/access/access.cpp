#include "access/access.hpp"

#include "access/private_file.hpp"
#include "base/encoding.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"

#include <algorithm>

namespace diorama {

namespace {

constexpr std::string_view prefix = "dio_";
constexpr std::size_t longest_token = 256;
constexpr std::size_t longest_name = 100;

/// A token of nobody in particular holds every right of an administrator, narrowed to its scopes;
/// without scopes it reaches the machine itself too. What a user's token holds is the user's to
/// say: nothing, as long as users have no roles here.
Grants grants_of(const tokens::Token& token)
{
    if (token.user) return {};
    if (token.scopes.empty())
        return {.list = {{.role = Role::admin, .reach = Installation{}}}, .scopes = std::nullopt};
    Rights scopes;
    for (const std::string& scope : token.scopes) {
        const auto right = right_named(scope);
        if (right) scopes.add(*right);
    }
    return {.list = {{.role = Role::admin, .reach = token.tenant}}, .scopes = scopes};
}

bool holds_everything(const Grants& grants)
{
    return !grants.scopes && allowed(grants, Right::administer, Resource{});
}

/// The scopes of a token that shall hold `wanted`, made by somebody who holds `grants`: never more.
Result<std::vector<std::string>>
narrowed(const Grants& grants, const std::vector<std::string>& wanted, TenantId tenant)
{
    std::vector<std::string> scopes;
    for (const std::string& scope : wanted) {
        const auto right = right_named(scope);
        if (!right) return right.error();
        if (!allowed(grants, *right, {.tenant = tenant}))
            return Error{
                Code::forbidden,
                fmt::format("a token cannot be given the right to {} by who lacks it", scope),
                "Leave that scope out."
            };
        if (std::ranges::find(scopes, scope) == scopes.end()) scopes.push_back(scope);
    }
    if (!scopes.empty() || holds_everything(grants)) return scopes;
    for (const Right right : rights) {
        if (right != Right::none && allowed(grants, right, {.tenant = tenant}))
            scopes.emplace_back(name(right));
    }
    return scopes;
}

Error not_known()
{
    return {
        Code::unauthorized,
        "this needs a token that is known here",
        "Send 'Authorization: Bearer dio_…'; the first token is in the file admin.token of the "
        "data folder."
    };
}

Error lacks_administer(std::string_view what)
{
    return {
        Code::forbidden,
        fmt::format("{} needs the right to administer", what),
        "Use a token with that scope."
    };
}

/// The token of an Authorization field; the scheme's name has no case (RFC 9110, 11.1).
std::optional<std::string_view> bearer(std::string_view authorization)
{
    constexpr std::string_view scheme = "bearer ";
    if (lower(authorization.substr(0, scheme.size())) != scheme) return std::nullopt;
    const auto token = trim(authorization.substr(scheme.size()));
    if (token.empty() || token.size() > longest_token) return std::nullopt;
    return token;
}

}  // namespace

void Access::trust(const Secret& configured)
{
    configured_ = Secret(sha256(configured.reveal()));
}

NewToken
Access::draw(std::string name, std::vector<std::string> scopes, std::optional<Instant> expires)
{
    std::array<std::uint8_t, 32> bytes{};
    random_.fill(bytes);
    const std::string_view raw(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    Secret text(fmt::format("{}{}", prefix, to_base64url(raw)));
    const auto now = scheduler_.now();
    tokens::Token row{
        .id = TokenId::make(now, random_),
        .tenant = tenant_,
        .name = std::move(name),
        .hash = sha256(text.reveal()),
        .scopes = std::move(scopes),
        .created_at = now,
        .expires_at = expires
    };
    return {std::move(row), std::move(text)};
}

Task<Result<Caller>> Access::authenticate(std::string authorization)
{
    const auto token = bearer(authorization);
    if (!token) co_return not_known();
    // Tokens are only ever compared as hashes: how long that takes tells nothing about them.
    std::string hash = sha256(*token);
    if (configured_ && configured_->equals(hash))
        co_return Caller{
            .actor = {.type = Actor::Type::token, .name = "configured"},
            .grants = {.list = {{.role = Role::admin, .reach = Installation{}}}}
        };
    co_return co_await known(std::move(hash));
}

Task<Result<Caller>> Access::known(std::string hash)
{
    const auto now = scheduler_.now();
    const auto read = [hash, now](Tx& tx) { return tokens::find_by_hash(tx, hash, now); };
    const auto token = co_await store_.read(read);
    if (!token && token.error().code == Code::unauthorized) co_return not_known();
    if (!token) co_return token.error();
    // A minute's precision is enough to see which tokens are dead, and spares a commit per request.
    if (!token->last_used_at || now - *token->last_used_at > minutes{1}) {
        const auto touch = [id = token->id, now](Tx& tx) -> Result<> {
            tokens::touch(tx, id, now);
            return ok();
        };
        const auto touched = co_await store_.transact(touch);
        if (!touched) co_return touched.error();
    }
    co_return Caller{
        .actor = {.type = Actor::Type::token, .name = token->name, .user = token->user},
        .grants = grants_of(*token)
    };
}

Task<Result<NewToken>> Access::create(
    Caller caller, std::string name, std::vector<std::string> scopes, std::optional<Instant> expires
)
{
    if (!allowed(caller.grants, Right::administer, {.tenant = tenant_}))
        co_return lacks_administer("making a token");
    // It stands in lists and logs: what cannot be shown as it is would pretend to be another's.
    if (name.empty() || name.size() > longest_name || display(name) != name)
        co_return Error{
            Code::invalid,
            "a token needs a name of 1 to 100 characters that can be seen",
            "Name it after who will use it, e.g. \"ci\"."
        };
    if (expires && *expires <= scheduler_.now())
        co_return Error{
            Code::invalid, "the token would have expired already", "Give a time to come."
        };
    auto held = narrowed(caller.grants, scopes, tenant_);
    if (!held) co_return held.error();
    NewToken made = draw(std::move(name), *std::move(held), expires);
    const auto work = [row = made.row](Tx& tx) { return tokens::insert(tx, row); };
    const auto inserted = co_await store_.transact(work);
    if (!inserted) co_return inserted.error();
    co_return made;
}

Task<Result<std::vector<tokens::Token>>> Access::list(Caller caller)
{
    if (!allowed(caller.grants, Right::administer, {.tenant = tenant_}))
        co_return lacks_administer("seeing tokens");
    const auto read = [tenant = tenant_](Tx& tx) -> Result<std::vector<tokens::Token>> {
        return tokens::list(tx, tenant);
    };
    co_return co_await store_.read(read);
}

Task<Result<>> Access::revoke(Caller caller, TokenId id)
{
    if (!allowed(caller.grants, Right::administer, {.tenant = tenant_}))
        co_return Error{Code::not_found, "there is no such token"};
    const auto work = [tenant = tenant_, id](Tx& tx) { return tokens::revoke(tx, tenant, id); };
    co_return co_await store_.transact(work);
}

Task<Result<bool>> Access::first_token(std::filesystem::path file)
{
    if (configured_) co_return false;
    const auto now = scheduler_.now();
    const auto read = [tenant = tenant_, now](Tx& tx) -> Result<bool> {
        return std::ranges::none_of(tokens::list(tx, tenant), [&](const tokens::Token& token) {
            return !token.expires_at || *token.expires_at > now;
        });
    };
    const auto none = co_await store_.read(read);
    if (!none) co_return none.error();
    if (!*none) co_return false;
    NewToken made = draw("admin", {}, std::nullopt);
    // The file first: a token that is in the store but was never shown could not be got again.
    const auto written = write_private(file, made.text.reveal() + "\n");
    if (!written) co_return written.error();
    const auto work = [row = made.row](Tx& tx) { return tokens::insert(tx, row); };
    const auto inserted = co_await store_.transact(work);
    if (!inserted) co_return inserted.error();
    co_return true;
}

}  // namespace diorama
