#include "hub/api_limits.hpp"

#include "base/json.hpp"

#include <fmt/format.h>

namespace diorama::hub::api {

namespace {

Usage& usage(World& world, const std::string& login)
{
    Usage& used = world.usage[login];
    if (used.reset <= world.loop.now()) {
        used.reset = world.loop.now() + hours{1};
        used.used = 0;
    }
    return used;
}

std::int64_t seconds_of(Instant at)
{
    // Rounded up: at that second the limit has passed.
    return std::chrono::ceil<seconds>(at).time_since_epoch().count();
}

Response exhausted(std::string_view login)
{
    return problem(403, fmt::format("API rate limit exceeded for user {}.", login));
}

Response too_fast(int status, seconds wait)
{
    Response response = problem(
        status,
        "You have exceeded a secondary rate limit and have been temporarily blocked from content "
        "creation. Please retry your request again later."
    );
    response.headers.set("Retry-After", std::to_string(wait.count()));
    return response;
}

bool writes(const Request& request)
{
    return request.method == "POST" || request.method == "PATCH" || request.method == "DELETE";
}

/// Counts a write; true when there were too many within a minute.
bool writes_too_fast(World& world, Usage& used)
{
    const Instant now = world.loop.now();
    while (!used.writes.empty() && used.writes.front() + minutes{1} <= now)
        used.writes.pop_front();
    used.writes.push_back(now);
    const auto count = static_cast<Number>(used.writes.size());
    used.most_writes = std::max(used.most_writes, count);
    return count > world.limits.writes_a_minute;
}

}  // namespace

std::optional<Response> limited(
    World& world,
    const std::string& login,
    const Request& request,
    const std::optional<ApiFault>& fault
)
{
    using Kind = ApiFault::Kind;
    Usage& used = usage(world, login);
    if (request.path == "/rate_limit") return {};
    if (fault && fault->kind == Kind::primary) {
        used.used = world.limits.hourly;
        used.reset = world.loop.now() + fault->retry_after;
        return exhausted(login);
    }
    if (fault && fault->kind == Kind::secondary)
        return too_fast(fault->status == 429 ? 429 : 403, fault->retry_after);
    if (fault && fault->kind == Kind::status)
        return problem(fault->status, status_words(fault->status));
    if (used.used >= world.limits.hourly) return exhausted(login);
    ++used.used;
    if (writes(request) && writes_too_fast(world, used)) return too_fast(403, seconds{60});
    return {};
}

void spoil(const ApiFault& fault, const Request& request, Response& response)
{
    using Kind = ApiFault::Kind;
    const auto page = request.query_value("page");
    const bool later = page && *page != "1";
    const bool is_list = response.body.starts_with('[');
    if (fault.kind == Kind::empty && is_list) {
        response.body = "[]";
        response.headers.remove("Link");
    } else if (fault.kind == Kind::half && is_list) {
        Node::List list = *parse_json(response.body).value().list();
        list.resize(list.size() / 2);
        response.body = write_json(list);
        response.headers.remove("Link");
    } else if (fault.kind == Kind::second_page && later) {
        response = problem(fault.status, status_words(fault.status));
    } else if (fault.kind == Kind::garbage) {
        response.body.resize(response.body.size() / 2);
    } else if (fault.kind == Kind::cut) {
        const std::string half = response.body.substr(0, response.body.size() / 2);
        response.body.clear();
        response.producer = [half](BodyWriter& writer) -> Task<> {
            return [](BodyWriter& to, std::string text) -> Task<> {
                if (!text.empty()) co_await to.write(std::move(text));
                throw std::runtime_error("cut on purpose");
            }(writer, half);
        };
    }
}

void add_headers(World& world, const std::string& login, Response& response)
{
    const Usage& used = usage(world, login);
    const Number left = std::max<Number>(world.limits.hourly - used.used, 0);
    auto& headers = response.headers;
    headers.set("X-GitHub-Request-Id", world.random.hex(24));
    headers.set("X-GitHub-Media-Type", "github.v3; format=json");
    headers.set("X-RateLimit-Limit", std::to_string(world.limits.hourly));
    headers.set("X-RateLimit-Remaining", std::to_string(left));
    headers.set("X-RateLimit-Used", std::to_string(used.used));
    headers.set("X-RateLimit-Reset", std::to_string(seconds_of(used.reset)));
    headers.set("X-RateLimit-Resource", "core");
}

Node rate(World& world, const std::string& login)
{
    const Usage& used = usage(world, login);
    return Node::Map{
        {"limit", world.limits.hourly},
        {"used", used.used},
        {"remaining", std::max<Number>(world.limits.hourly - used.used, 0)},
        {"reset", seconds_of(used.reset)},
    };
}

}  // namespace diorama::hub::api
