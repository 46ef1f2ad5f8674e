#include "api/handlers.hpp"
#include "api/webhook_world.hpp"
#include "base/sha256.hpp"
#include "engine/brake.hpp"
#include "store/projects.hpp"

#include <set>

using namespace diorama;
using namespace diorama::api;

// SEC-30: what each endpoint answers to each kind of caller. A new endpoint without a row here
// fails the first test.

namespace {

struct Expected {
    std::string_view method;
    std::string_view path;
    int nobody;    ///< No token, or a wrong one.
    int reader;    ///< A token scoped `read`.
    int deployer;  ///< A token scoped `deploy` alone, as a build server has it.
    int approver;  ///< Scoped `approve` and `operate`, and `configure`, which nobody asks for.
    int manager;   ///< A token scoped `administer` alone.
    int admin;     ///< The first token.
    int stranger;  ///< An administrator of another tenant.
};

// clang-format off
constexpr Expected matrix[] = {
    {"GET",    "/health",                                200, 200, 200, 200, 200, 200, 200},
    {"GET",    "/api/health",                            200, 200, 200, 200, 200, 200, 200},
    {"GET",    "/health/live",                           200, 200, 200, 200, 200, 200, 200},
    {"GET",    "/health/ready",                          200, 200, 200, 200, 200, 200, 200},

    {"GET",    "/api/v1/version",                        401, 200, 403, 403, 403, 200, 200},
    {"GET",    "/api/v1/doctor",                         401, 403, 403, 403, 200, 200, 403},

    {"GET",    "/api/v1/environments",                   401, 200, 403, 403, 403, 200, 200},
    {"GET",    "/api/v1/environments/{id}",              401, 200, 403, 403, 403, 200, 404},
    {"GET",    "/api/v1/environments/{id}/services",     401, 200, 403, 403, 403, 200, 404},
    {"GET",    "/api/v1/environments/{id}/stats",        401, 200, 403, 403, 403, 200, 404},
    {"GET",    "/api/v1/environments/{id}/why",          401, 200, 403, 403, 403, 200, 404},
    {"GET",    "/api/v1/environments/{id}/deployments",  401, 200, 403, 403, 403, 200, 404},
    {"GET",    "/api/v1/environments/{id}/logs",         401, 200, 403, 403, 403, 200, 404},
    {"GET",    "/api/v1/environments/{id}/events",       401, 200, 403, 403, 403, 200, 404},
    {"POST",   "/api/v1/environments/{id}/wake",         401, 403, 403, 200, 403, 200, 404},
    {"POST",   "/api/v1/environments/{id}/sleep",        401, 403, 403, 202, 403, 202, 404},
    {"PUT",    "/api/v1/environments/{id}/pin",          401, 403, 403, 200, 403, 200, 404},
    {"DELETE", "/api/v1/environments/{id}/pin",          401, 403, 403, 200, 403, 200, 404},
    {"POST",   "/api/v1/environments/{id}/extend",       401, 403, 403, 200, 403, 200, 404},
    {"GET",    "/api/v1/deployments/{id}",               401, 200, 403, 403, 403, 200, 404},
    {"GET",    "/api/v1/projects",                       401, 200, 403, 403, 403, 200, 200},
    {"GET",    "/api/v1/capacity",                       401, 200, 403, 403, 403, 200, 200},
    {"GET",    "/api/v1/inventory",                      401, 403, 403, 403, 200, 200, 403},

    {"POST",   "/api/v1/environments",                   401, 403, 200, 403, 403, 200, 403},
    {"POST",   "/apps",                                  401, 403, 200, 403, 403, 200, 403},
    {"POST",   "/api/v1/environments/{id}/redeploy",     401, 403, 202, 403, 403, 202, 404},
    {"POST",   "/api/v1/deployments/{id}/cancel",        401, 403, 409, 403, 403, 409, 404},  // It is over.
    {"DELETE", "/api/v1/environments/{id}",              401, 403, 202, 403, 403, 202, 404},

    {"POST",   "/webhooks/github",                       401, 401, 401, 401, 401, 401, 401},
    {"POST",   "/api/webhooks/github",                   401, 401, 401, 401, 401, 401, 401},
    {"POST",   "/webhook/github",                        401, 401, 401, 401, 401, 401, 401},
    {"GET",    "/api/v1/deliveries",                     401, 403, 403, 403, 200, 200, 403},
    {"GET",    "/api/v1/deliveries/{id}",                401, 403, 403, 403, 200, 200, 403},
    {"POST",   "/api/v1/deliveries/{id}/replay",         401, 403, 403, 403, 202, 202, 403},

    {"GET",    "/api/v1/pull-requests",                  401, 200, 403, 403, 403, 200, 200},
    {"GET",    "/api/v1/projects/{id}/pull-requests/{number}/why",
                                                         401, 200, 403, 403, 403, 200, 404},
    {"GET",    "/api/v1/approvals",                      401, 200, 403, 403, 403, 200, 200},
    {"POST",   "/api/v1/environments/{id}/approve",      401, 403, 403, 202, 403, 202, 404},
    {"GET",    "/api/v1/brake",                          401, 200, 403, 403, 403, 200, 403},
    {"POST",   "/api/v1/brake",                          401, 403, 403, 403, 202, 202, 403},
    {"GET",    "/api/v1/cleanup",                        401, 200, 403, 403, 403, 200, 403},
    {"POST",   "/api/v1/cleanup",                        401, 403, 403, 403, 200, 200, 403},

    {"GET",    "/api/v1/tokens",                         401, 403, 403, 403, 200, 200, 403},
    {"POST",   "/api/v1/tokens",                         401, 403, 403, 403, 201, 201, 403},
    {"DELETE", "/api/v1/tokens/{id}",                    401, 403, 403, 403, 204, 204, 404},
};
// clang-format on

/// A world with one scene, whose rows are asked in order by one caller.
struct Asked {
    WebhookWorld world;
    Environment shop = world.shop();
    std::string deployment = world.latest(shop.id).id.text();
    std::string delivery = world.deliver_and_settle(world.payload(7, 'a', 200)).text("id");
    Environment held = waiting();
    bool braked = brake();

    /// The stranger's pull request.
    Environment waiting()
    {
        const auto id = world.get("/api/v1/environments?pull_request=7").items().at(0);
        return world.find(EnvironmentId::parse(*id.find("id")->string()).value());
    }
    bool brake()
    {
        const auto work = [&](Tx& tx) -> Result<> {
            brake::hold(tx, {.at = world.scheduler.now(), .leavers = {{held.identity.project, 7}}});
            return ok();
        };
        return world.scheduler.run(world.store->transact(work)).has_value();
    }

    std::string filled(std::string_view path)
    {
        std::string target(path);
        const auto at = target.find("{id}");
        if (at == std::string::npos) return target;
        std::string id = shop.id.text();
        if (path.starts_with("/api/v1/deployments")) id = deployment;
        if (path.starts_with("/api/v1/tokens")) id = some_token();
        if (path.starts_with("/api/v1/deliveries")) id = delivery;
        if (path.starts_with("/api/v1/projects")) id = held.identity.project.text();
        if (path.ends_with("/approve")) id = held.id.text();
        target.replace(at, 4, id);
        if (const auto number = target.find("{number}"); number != std::string::npos)
            target.replace(number, 8, "7");
        return target;
    }
    int ask(const Expected& row)
    {
        const std::string target = filled(row.path);
        if (row.method != "POST")
            return world.ask(world.request_of(std::string(row.method), target)).status;
        std::string body = ApiWorld::branch_body();
        if (row.path == "/api/v1/tokens") body = R"({"name": "x"})";
        if (row.path.ends_with("/sleep")) body = "";
        if (row.path.ends_with("/extend")) body = R"({"by": "2d"})";
        if (row.path.ends_with("/approve")) body = R"({"commit": "aaaaaaa"})";
        return world.post(target, body).status;
    }
    std::string some_token()
    {
        return world.scheduler
            .run(world.access.create(world.admin(), "to go", {"read"}, std::nullopt))
            ->row.id.text();
    }
    /// Writes a token of another tenant, as an installation with two would have it.
    std::string stranger()
    {
        const std::string text = "dio_of-another-tenant";
        const auto work = [&](Tx& tx) -> Result<> {
            const auto other = TenantId::make(world.scheduler.now(), world.random);
            tx.execute(
                "INSERT INTO tenants (id, name, created_at) VALUES (:id, 'other', :now)",
                {
                    {"id",  other                },
                    {"now", world.scheduler.now()}
            }
            );
            return tokens::insert(
                tx,
                {
                    .id = TokenId::make(world.scheduler.now(), world.random),
                    .tenant = other,
                    .name = "stranger",
                    .hash = sha256(text),
                    .scopes = {"read", "operate", "deploy", "approve", "configure", "administer"},
                    .created_at = world.scheduler.now()
            }
            );
        };
        const auto done = world.scheduler.run(world.store->transact(work));
        REQUIRE(done.has_value());
        return text;
    }
};

void hold(const std::function<std::string(Asked&)>& token, int Expected::* column)
{
    Asked asked;
    asked.world.token = token(asked);
    for (const Expected& row : matrix) {
        CAPTURE(row.method);
        CAPTURE(row.path);
        CHECK(asked.ask(row) == row.*column);
    }
}

std::function<std::string(Asked&)> scoped(std::vector<std::string> scopes)
{
    return [scopes](Asked& asked) { return asked.world.token_for(scopes); };
}

}  // namespace

TEST_CASE("every endpoint has a row of expected answers, and every row an endpoint (SEC-30)")
{
    std::set<std::pair<std::string_view, std::string_view>> rows;
    std::set<std::pair<std::string_view, std::string_view>> there;
    for (const Expected& row : matrix)
        rows.emplace(row.method, row.path);
    for (const api::Endpoint& endpoint : endpoints()) {
        CAPTURE(endpoint.path);
        CHECK(there.emplace(endpoint.method, endpoint.path).second);
        CHECK(rows.contains({endpoint.method, endpoint.path}));
        CHECK(!endpoint.summary.empty());
    }
    CHECK(rows == there);
}

TEST_CASE("only health and what proves itself by a signature is open to everybody (SEC-30)")
{
    for (const api::Endpoint& endpoint : endpoints()) {
        if (endpoint.right != Right::none) continue;
        CAPTURE(endpoint.path);
        if (endpoint.handle == github_webhook) continue;
        CHECK(endpoint.method == "GET");
        CHECK(endpoint.path.find("health") != std::string_view::npos);
    }
}

TEST_CASE("without a token nothing but health answers (SEC-30)")
{
    hold([](Asked&) { return std::string(); }, &Expected::nobody);
}

TEST_CASE("a wrong token is no token (SEC-30)")
{
    hold([](Asked&) { return "dio_" + std::string(43, 'x'); }, &Expected::nobody);
}

TEST_CASE("a revoked token is no token from the next request on (SEC-30)")
{
    hold(
        [](Asked& asked) {
            const auto made = *asked.world.scheduler.run(
                asked.world.access.create(asked.world.admin(), "gone", {}, std::nullopt)
            );
            const auto revoked = asked.world.scheduler.run(
                asked.world.access.revoke(asked.world.admin(), made.row.id)
            );
            REQUIRE(revoked.has_value());
            return made.text.reveal();
        },
        &Expected::nobody
    );
}

TEST_CASE("a token scoped read sees, and changes nothing (SEC-30)")
{
    hold(scoped({"read"}), &Expected::reader);
}

TEST_CASE("a token scoped deploy puts up and takes down, and sees nothing else (SEC-30)")
{
    hold(scoped({"deploy"}), &Expected::deployer);
}

TEST_CASE("tokens scoped approve and operate let commits run and scenes sleep, no more (SEC-30)")
{
    hold(scoped({"operate", "approve", "configure"}), &Expected::approver);
}

TEST_CASE("a token scoped administer sees the machine, not the scenes (SEC-30)")
{
    hold(scoped({"administer"}), &Expected::manager);
}

TEST_CASE("the first token may everything (SEC-30)")
{
    hold([](Asked& asked) { return asked.world.token; }, &Expected::admin);
}

TEST_CASE("a token of another tenant is not told what is here (SEC-30)")
{
    hold([](Asked& asked) { return asked.stranger(); }, &Expected::stranger);

    Asked asked;
    asked.world.token = asked.stranger();
    CHECK(asked.world.get("/api/v1/environments").items().empty());
    CHECK(asked.world.get("/api/v1/environments?all=true&search=shop").items().empty());
    CHECK(asked.world.get("/api/v1/projects").items().empty());
    // What is there and what is not are answered alike, but for the name that was asked for.
    const auto answer = [&](const std::string& name) {
        std::string text = write_json(asked.world.get("/api/v1/environments/" + name).body);
        text.replace(text.find(name), name.size(), "…");
        return text;
    };
    CHECK(answer(asked.shop.slug) == answer("nowhere"));
    CHECK(
        asked.world.get("/api/v1/deployments/" + asked.deployment).body ==
        asked.world.get("/api/v1/deployments/" + asked.shop.id.text()).body
    );
}

TEST_CASE("a reader who asks to take down is told what they lack: forbidden, not hidden")
{
    Asked asked;
    asked.world.token = asked.world.token_for({"read"});
    const auto answer = asked.world.remove("/api/v1/environments/" + asked.shop.slug);
    CHECK(answer.status == 403);
    CHECK(answer.text("detail").find("deploy") != std::string::npos);
    CHECK(asked.world.find(asked.shop.id).state == State::ready);
}
