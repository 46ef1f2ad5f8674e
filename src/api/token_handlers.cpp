#include "api/answers.hpp"
#include "api/handlers.hpp"

namespace diorama::api {

namespace {

struct TokenBody {
    std::string name;
    std::vector<std::string> scopes;
    std::optional<Instant> expires_at;

    static constexpr auto required = {"name"};
};
BOOST_DESCRIBE_STRUCT(TokenBody, (), (name, scopes, expires_at))

Node view(const tokens::Token& token)
{
    Node::List scopes;
    for (const std::string& scope : token.scopes)
        scopes.emplace_back(scope);
    Node node = Node::Map{
        {"id",         token.id.text()          },
        {"name",       token.name               },
        {"scopes",     std::move(scopes)        },
        {"created_at", to_text(token.created_at)}
    };
    if (token.last_used_at) node.set("last_used_at", to_text(*token.last_used_at));
    if (token.expires_at) node.set("expires_at", to_text(*token.expires_at));
    return node;
}

}  // namespace

Task<Response> create_token(Context& context, Call call)
{
    const auto body = body_as<TokenBody>(call.request);
    if (!body) co_return problem(body.error());
    const auto made =
        co_await context.access.create(call.caller, body->name, body->scopes, body->expires_at);
    if (!made) co_return problem(made.error());
    Node node = view(made->row);
    node.set("token", made->text.reveal());
    co_return json(201, node);
}

Task<Response> list_tokens(Context& context, Call call)
{
    const auto listed = co_await context.access.list(call.caller);
    if (!listed) co_return problem(listed.error());
    Node::List items;
    for (const tokens::Token& token : *listed)
        items.push_back(view(token));
    co_return page(std::move(items), "");
}

Task<Response> revoke_token(Context& context, Call call)
{
    const auto id = TokenId::parse(call.param("id"));
    if (!id) co_return problem({Code::not_found, "there is no such token"});
    const auto revoked = co_await context.access.revoke(call.caller, *id);
    if (!revoked) co_return problem(revoked.error());
    Response response;
    response.status = 204;
    co_return response;
}

}  // namespace diorama::api
