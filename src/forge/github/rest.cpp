#include "forge/github/rest.hpp"

#include "base/instant.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"

#include <algorithm>

namespace diorama::github {

namespace {

constexpr int tries = 3;
constexpr int redirects = 3;
constexpr JsonLimits limits{.bytes = 16U << 20U};

bool is_redirect(const Call& call, int status)
{
    return status == 307 || status == 308 ||
           (call.method == "GET" && (status == 301 || status == 302));
}

/// "GET /repos/owner/shop/pulls"
std::string asked(const Call& call)
{
    return fmt::format("{} {}", call.method, display(call.path));
}

Code code_of(int status)
{
    switch (status) {
        case 401: return Code::unauthorized;
        case 403: return Code::forbidden;
        case 404:
        case 410: return Code::not_found;
        case 409: return Code::conflict;
        case 429: return Code::too_many;
        default: return status >= 400 && status < 500 ? Code::invalid : Code::unavailable;
    }
}

/// GitHub hides what a token may not see behind 404.
std::string mend_of(const Call& call, int status)
{
    const auto permission =
        fmt::format("Give the token of [github] the permission '{}'", call.needs);
    switch (status) {
        case 401: return "Replace the token of [github]: GitHub does not take it.";
        case 403: return permission + " for this repository.";
        case 404: return permission + " for this repository, if it exists.";
        default: return {};
    }
}

/// "/repos/owner/shop" of any path below it.
std::string_view repository_in(std::string_view path)
{
    std::size_t end = 0;
    for (int part = 0; part < 3 && end != std::string_view::npos; ++part)
        end = path.find('/', end + 1);
    return path.substr(0, end);
}

/// What GitHub says about it; nothing that holds the token, should a proxy echo it.
std::string reason(const Response& response, const Secret& token)
{
    const auto body = parse_json(response.body, limits);
    const Node* said = body ? body->find("message") : nullptr;
    if (!said || !said->string()) return "no reason";
    const bool echoed = !token.empty() && said->string()->contains(token.reveal());
    return echoed ? "a reason that holds the token" : display(*said->string());
}

Error problem(const Call& call, const Response& response, const Secret& token)
{
    const auto why = reason(response, token);
    // Of a pull request whose conversation is locked: 403, and no permission helps.
    const bool locked = response.status == 403 && why.contains("is locked");
    return {
        code_of(response.status),
        fmt::format("GitHub answered {} to {}: {}", response.status, asked(call), why),
        locked ? "Unlock the conversation of the pull request." : mend_of(call, response.status)
    };
}

/// The address of rel="next" in a Link field (RFC 8288); empty when there is none.
std::string_view next_link(std::string_view field)
{
    for (const auto part : split(field, ',')) {
        const auto link = trim(part);
        const auto end = link.find('>');
        if (!link.starts_with('<') || end == std::string_view::npos) continue;
        for (const auto parameter : split(link.substr(end + 1), ';'))
            if (trim(parameter) == R"(rel="next")") return link.substr(1, end - 1);
    }
    return {};
}

}  // namespace

Rest::Rest(Scheduler& scheduler, Random& random, Transport transport, Options options)
    : scheduler_(scheduler),
      random_(random),
      transport_(std::move(transport)),
      options_(std::move(options)),
      pace_(scheduler)
{}

std::optional<Instant> Rest::limited_until() const
{
    if (quiet_until_ && *quiet_until_ > scheduler_.now()) return quiet_until_;
    return std::nullopt;
}

std::vector<Error> Rest::refusals() const
{
    std::vector<Error> list;
    for (const auto& [what, refusal] : refused_)
        list.push_back(refusal);
    return list;
}

void Rest::remember(const Call& call, const Result<Answer>& answer)
{
    const auto what = fmt::format("{} {}", call.needs, repository_in(call.path));
    const Code code = answer ? Code::none : answer.error().code;
    const bool refused =
        code == Code::unauthorized || code == Code::forbidden || code == Code::not_found;
    if (answer) refused_.erase(what);
    if (refused && code != call.expected) refused_.insert_or_assign(what, answer.error());
}

Error Rest::limited(std::string_view what) const
{
    return {
        Code::too_many,
        fmt::format(
            "GitHub's rate limit is reached until {}, not asked: {}",
            format_instant(quiet_until_.value_or(scheduler_.now())),
            what
        ),
        "Wait, or give Diorama a token of its own."
    };
}

Request Rest::request(const Call& call, const std::string& target) const
{
    Request request{.method = call.method, .target = target};
    request.headers = {
        {"Host",                 options_.base.host           },
        {"User-Agent",           "diorama"                    },
        {"Accept",               "application/vnd.github+json"},
        {"X-GitHub-Api-Version", "2022-11-28"                 },
    };
    if (!options_.token.empty())
        request.headers.set("Authorization", "Bearer " + options_.token.reveal());
    if (!call.validator.empty()) request.headers.set("If-None-Match", call.validator);
    if (!call.body.is_null()) {
        request.headers.set("Content-Type", "application/json");
        request.body = write_json(call.body);
    }
    return request;
}

Result<Answer> Rest::read(const Call& call, const Response& response) const
{
    Answer answer{.validator = std::string(response.headers.get("ETag"))};
    if (response.status == 304 && !call.validator.empty()) {
        answer.unchanged = true;
        return answer;
    }
    if (response.status < 200 || response.status > 299)
        return problem(call, response, options_.token);
    auto body = parse_json(response.body, limits);
    if (!body) return not_sensible(body.error()).during(asked(call));
    answer.body = std::move(*body);
    const auto next = next_link(response.headers.get("Link"));
    if (next.empty()) return answer;
    const auto target = options_.base.target_of(next);
    if (!target) return target.error();
    answer.next = *target;
    return answer;
}

Task<Result<Answer>> Rest::once(Call call, std::string target, std::stop_token stop)
{
    for (int hop = 0; hop <= redirects; ++hop) {
        const auto response = co_await transport_(request(call, target), stop);
        if (!response) co_return response.error().during(asked(call));
        if (const auto until = quiet_until(*response, scheduler_.now())) {
            quiet_until_ = std::max(quiet_until_.value_or(*until), *until);
            if (response->status == 403 || response->status == 429) co_return limited(asked(call));
        }
        if (!is_redirect(call, response->status)) co_return read(call, *response);
        const auto there = options_.base.target_of(response->headers.get("Location"));
        if (!there) co_return there.error();
        target = *there;
    }
    co_return Error{Code::unavailable, "GitHub redirects in circles: " + asked(call), ""};
}

Task<Result<Answer>> Rest::persist(Call call, std::string target, std::stop_token stop)
{
    if (call.method != "GET") {
        const bool turn = co_await pace_.turn(stop);
        if (!turn) co_return Error{Code::cancelled, "not asked any more: " + asked(call), ""};
    }
    auto pause = options_.first_pause;
    for (int attempt = 1;; ++attempt) {
        if (stop.stop_requested())
            co_return Error{Code::cancelled, "not asked any more: " + asked(call), ""};
        if (limited_until()) co_return limited(asked(call));
        auto answer = co_await once(call, target, stop);
        const bool transient = !answer && (answer.error().code == Code::unavailable ||
                                           answer.error().code == Code::timed_out);
        if (!transient || !call.repeatable || attempt == tries) {
            remember(call, answer);
            co_return answer;
        }
        const auto jitter = milliseconds{random_.number() % (pause.count() / 2 + 1)};
        co_await sleep(scheduler_, pause + jitter, stop);
        pause *= 2;
    }
}

Task<Result<Answer>> Rest::ask(Call call, std::stop_token stop)
{
    const auto target = options_.base.prefix + call.path + format_query(call.query);
    return persist(std::move(call), target, std::move(stop));
}

Task<Result<std::vector<std::string>>>
Rest::each(Call call, std::size_t pages, Take take, std::stop_token stop)
{
    std::vector<std::string> validators;
    call.query.emplace_back("per_page", "100");
    auto target = options_.base.prefix + call.path + format_query(call.query);
    while (!target.empty()) {
        if (validators.size() == pages)
            co_return Error{
                Code::too_many,
                fmt::format("more than {} to list: {}", pages * 100, asked(call)),
                ""
            };
        auto page = co_await persist(call, target, stop);
        if (!page) co_return page.error();
        if (!page->body.list())
            co_return not_sensible({Code::invalid, "no list", ""}).during(asked(call));
        for (const Node& element : *page->body.list()) {
            const auto taken = take(element);
            if (!taken) co_return taken.error();
        }
        validators.push_back(page->validator);
        target = page->next;
    }
    co_return validators;
}

}  // namespace diorama::github
