#include "access/access.hpp"

#include "base/encoding.hpp"
#include "base/sha256.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace diorama {

namespace {

constexpr std::string_view prefix = "dio_";

/// Tokens are made by this installation's administrators; what a token may not do, its scopes say.
Grants grants_of(const tokens::Token& token)
{
    Grants grants{.list = {{.role = Role::admin, .reach = token.tenant}}, .scopes = std::nullopt};
    if (!token.user && token.scopes.empty())
        grants.list = {
            {.role = Role::admin, .reach = Installation{}}
        };
    if (!token.scopes.empty()) {
        Rights rights;
        for (const std::string& scope : token.scopes) {
            const auto right = right_named(scope);
            if (right) rights.add(*right);
        }
        grants.scopes = rights;
    }
    return grants;
}

Error not_known()
{
    return {
        Code::unauthorized,
        "this needs a token that is known here",
        "Send 'Authorization: Bearer dio_…'; the first token is in the file admin.token of the "
        "data "
        "folder."
    };
}

}  // namespace

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
    constexpr std::string_view scheme = "Bearer ";
    if (!authorization.starts_with(scheme)) co_return not_known();
    const std::string text = authorization.substr(scheme.size());
    if (!text.starts_with(prefix) || text.size() > 128) co_return not_known();
    const auto now = scheduler_.now();
    const auto read = [hash = sha256(text), now](Tx& tx) {
        return tokens::find_by_hash(tx, hash, now);
    };
    const auto token = co_await store_.read(read);
    if (!token) {
        if (token.error().code == Code::unauthorized) co_return not_known();
        co_return token.error();
    }
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
        co_return Error{Code::forbidden, "making a token needs the right to administer"};
    if (name.empty() || name.size() > 100)
        co_return Error{Code::invalid, "a token needs a name of at most 100 characters"};
    for (const std::string& scope : scopes) {
        const auto right = right_named(scope);
        if (!right) co_return right.error();
    }
    NewToken made = draw(std::move(name), std::move(scopes), expires);
    const auto work = [row = made.row](Tx& tx) { return tokens::insert(tx, row); };
    const auto inserted = co_await store_.transact(work);
    if (!inserted) co_return inserted.error();
    co_return made;
}

Task<Result<std::vector<tokens::Token>>> Access::list(Caller caller)
{
    if (!allowed(caller.grants, Right::administer, {.tenant = tenant_}))
        co_return Error{Code::forbidden, "seeing tokens needs the right to administer"};
    const auto read = [tenant = tenant_](Tx& tx) -> Result<std::vector<tokens::Token>> {
        return tokens::list(tx, tenant);
    };
    co_return co_await store_.read(read);
}

Task<Result<>> Access::revoke(Caller caller, TokenId id)
{
    if (!allowed(caller.grants, Right::administer, {.tenant = tenant_}))
        co_return Error{Code::forbidden, "revoking a token needs the right to administer"};
    const auto work = [tenant = tenant_, id](Tx& tx) { return tokens::revoke(tx, tenant, id); };
    co_return co_await store_.transact(work);
}

Task<Result<bool>> Access::first_token(std::filesystem::path file)
{
    NewToken made = draw("admin", {}, std::nullopt);
    // The file first: a token that is in the store but was never shown could not be got again.
    const auto read = [tenant = tenant_](Tx& tx) -> Result<bool> {
        return tokens::list(tx, tenant).empty();
    };
    const auto none = co_await store_.read(read);
    if (!none) co_return none.error();
    if (!*none) co_return false;
    const auto written = write_private(file, made.text.reveal() + "\n");
    if (!written) co_return written.error();
    const auto work = [row = made.row](Tx& tx) { return tokens::insert(tx, row); };
    const auto inserted = co_await store_.transact(work);
    if (!inserted) co_return inserted.error();
    co_return true;
}

Result<> write_private(const std::filesystem::path& file, std::string_view text)
{
    const auto failed = [&](std::string_view doing) {
        return Error{
            Code::unavailable,
            fmt::format("cannot {} {}: {}", doing, file.string(), std::strerror(errno))
        };
    };
    const std::string fresh = file.string() + ".new";
    ::unlink(fresh.c_str());
    const int out =
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (out < 0) return failed("create");
    const auto wrote = ::write(out, text.data(), text.size());
    const bool whole = wrote == static_cast<ssize_t>(text.size()) && ::fsync(out) == 0;
    ::close(out);
    if (!whole) return failed("write");
    if (::rename(fresh.c_str(), file.c_str()) != 0) return failed("replace");
    return ok();
}

}  // namespace diorama
