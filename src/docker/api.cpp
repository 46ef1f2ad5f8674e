#include "docker/api.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <charconv>

namespace diorama::docker {

namespace {

constexpr int oldest = 41;
constexpr int newest = 47;

struct VersionAnswer {
    std::string ApiVersion;
    std::string MinAPIVersion;
};
BOOST_DESCRIBE_STRUCT(VersionAnswer, (), (ApiVersion, MinAPIVersion))

struct Message {
    std::string message;
};
BOOST_DESCRIBE_STRUCT(Message, (), (message))

/// 41 of "1.41"; 0 when it is something else.
int minor_of(std::string_view version)
{
    int minor = 0;
    if (version.starts_with("1."))
        std::from_chars(version.data() + 2, version.data() + version.size(), minor);
    return minor;
}

Error in_our_words(Error error)
{
    if (error.code == Code::unavailable && error.message.starts_with("cannot connect"))
        error.mend = "Start Docker: systemctl start docker.";
    if (error.code == Code::forbidden)
        error.mend =
            "Let the user who runs Diorama use Docker: usermod -aG docker USER, then log in again.";
    return error;
}

Code code_of(int status)
{
    switch (status) {
        case 400:
        case 501: return Code::invalid;
        case 401: return Code::unauthorized;
        case 403: return Code::refused;
        case 404: return Code::not_found;
        case 409: return Code::conflict;
        case 429: return Code::too_many;
        default: return Code::unavailable;
    }
}

/// Failures whose status says little; the Engine's words say more.
struct Known {
    std::string_view words;
    Code code;
    std::string_view mend;
};

constexpr Known known[] = {
    {"no space left on device",
     Code::unavailable,
     "Free space on the Docker host: docker system df shows where it went."                          },
    {"Pool overlaps",
     Code::conflict,
     "Choose another address range for scenes, or remove the network that uses this one."            },
    {"address pools",
     Code::too_many,
     "Give the Engine more default-address-pools, or configure an address range for scenes."         },
    {"non-overlapping IPv4",
     Code::too_many,
     "Give the Engine more default-address-pools, or configure an address range for scenes."         },
    {"toomanyrequests",           Code::too_many,     "Wait, or configure a login for this registry."},
    {"pull access denied",
     Code::not_found,
     "Correct the image's name, or configure a login for its registry."                              },
    {"unauthorized",              Code::unauthorized, "Configure a login for this registry."         },
    {"authentication required",   Code::unauthorized, "Configure a login for this registry."         },
    {"no basic auth credentials", Code::unauthorized, "Configure a login for this registry."         },
    {"manifest unknown",          Code::not_found,    "Correct the image's name or tag."             },
};

}  // namespace

Error classified(Code fallback, std::string_view tried, std::string_view words)
{
    Error error{fallback, fmt::format("{}: {}", tried, words.substr(0, 4096)), ""};
    // A build step that failed is told with its own command, whose words mean nothing to us.
    if (words.starts_with("The command '")) return error;
    for (const Known& each : known) {
        if (words.find(each.words) == std::string_view::npos) continue;
        error.code = each.code;
        error.mend = each.mend;
        break;
    }
    return error;
}

Error refusal(const Call& call, int status, std::string_view body)
{
    const auto node = parse_json(body);
    const auto parsed =
        node ? read<Message>(*node, "error", Unknown::ignore) : Result<Message>(node.error());
    const auto words = trim(parsed ? std::string_view(parsed->message) : body);
    if (words.empty())
        return classified(
            code_of(status), call.tried, fmt::format("the Engine answered {}", status)
        );
    return classified(code_of(status), call.tried, words);
}

Task<Result<>> EngineApi::negotiate()
{
    if (minor_ != 0) co_return ok();
    auto response = co_await client.send({.target = "/version"});
    if (!response) co_return in_our_words(response.error());
    if (response->status != 200)
        co_return refusal({.tried = "ask for the version"}, response->status, response->body);
    const auto answer = read_answer<VersionAnswer>(response->body, "ask for the version");
    if (!answer) co_return answer.error();
    const int highest = minor_of(answer->ApiVersion);
    const int lowest = minor_of(answer->MinAPIVersion);
    if (highest < oldest) {
        co_return Error{
            Code::refused,
            fmt::format(
                "the Docker Engine speaks API {}, at least 1.{} is needed",
                answer->ApiVersion,
                oldest
            ),
            "Install Docker Engine 20.10 or newer."
        };
    }
    if (lowest > newest) {
        co_return Error{
            Code::refused,
            fmt::format(
                "the Docker Engine no longer speaks API 1.{}, only {} and later",
                newest,
                answer->MinAPIVersion
            ),
            "Install a newer Diorama."
        };
    }
    minor_ = std::min(highest, newest);
    co_return ok();
}

Task<Result<Response>> EngineApi::exchange(Call call, bool streaming)
{
    const auto agreed = co_await negotiate();
    if (!agreed) co_return agreed.error().during(call.tried);
    Request request{.method = call.method};
    request.target = fmt::format("/v1.{}{}{}", minor_, call.path, format_query(call.query));
    request.headers = std::move(call.headers);
    if (call.body) {
        request.headers.set("Content-Type", "application/json");
        request.body = write_json(*call.body);
    }
    if (call.upload) {
        request.headers.set("Content-Type", "application/x-tar");
        request.stream = std::move(call.upload);
    }
    Client::Options options{
        .stop = call.stop,
        .timeout = call.timeout,
        .body_limit = call.body_limit,
        .streaming = streaming
    };
    auto response = co_await client.send(std::move(request), options);
    if (!response) co_return in_our_words(response.error()).during(call.tried);
    if (response->status < 300 || response->status == 304) co_return response;
    std::string body = std::move(response->body);
    while (response->stream && body.size() < 65536) {
        auto piece = co_await response->stream->next();
        if (!piece || !*piece) break;
        body += **piece;
    }
    co_return refusal(call, response->status, body);
}

Task<Result<Response>> EngineApi::send(Call call)
{
    return exchange(std::move(call), false);
}

Task<Result<Response>> EngineApi::open(Call call)
{
    return exchange(std::move(call), true);
}

Task<Result<>> EngineApi::tell(Call call)
{
    const auto response = co_await send(std::move(call));
    if (!response) co_return response.error();
    co_return ok();
}

std::string object_path(std::string_view kind, std::string_view name, std::string_view verb)
{
    auto path = fmt::format("/{}/{}", kind, percent_encode(name));
    if (!verb.empty()) path.append("/").append(verb);
    return path;
}

std::string label_filter(const Labels& labels)
{
    Node::List list;
    for (const auto& [name, value] : labels)
        list.push_back(value.empty() ? name : fmt::format("{}={}", name, value));
    return write_json(Node::Map{
        {"label", list}
    });
}

std::optional<Instant> read_time(std::string_view text)
{
    const auto at = parse_instant(text);
    if (!at || *at <= Instant{}) return std::nullopt;
    return *at;
}

std::string write_time(Stamp at)
{
    const auto whole = std::chrono::floor<seconds>(at);
    return fmt::format("{}.{:09}", whole.time_since_epoch().count(), (at - whole).count());
}

std::vector<std::uint16_t> read_ports(const std::map<std::string, Node>& ports)
{
    std::vector<std::uint16_t> numbers;
    for (const auto& [name, ignored] : ports) {
        std::uint16_t number = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
        const bool tcp = *end == '\0' || std::string_view(end) == "/tcp";
        if (error == std::errc{} && number != 0 && tcp) numbers.push_back(number);
    }
    std::ranges::sort(numbers);
    return numbers;
}

}  // namespace diorama::docker
