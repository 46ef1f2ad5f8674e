#pragma once

#include "base/described.hpp"
#include "base/json.hpp"
#include "docker/engine.hpp"
#include "net/client.hpp"

/// How every verb talks to the Engine. Included by this room's own files only.
namespace diorama::docker {

/// For calls that last as long as what they wait for; their stop token ends them.
inline constexpr milliseconds unlimited = hours{24 * 365};

struct Call {
    std::string method = "GET";
    std::string path;   ///< Without the version.
    std::string tried;  ///< "create network 'x'", for errors.
    Query query = {};
    std::optional<Node> body = std::nullopt;
    std::unique_ptr<ByteStream> upload = nullptr;  ///< A tar.
    Headers headers = {};
    std::stop_token stop = {};
    milliseconds timeout = minutes{2};
    std::size_t body_limit = 64U << 20U;
};

class EngineApi {
public:
    EngineApi(Loop& on, Address address) : loop(on), client(on, std::move(address)) {}

    Loop& loop;
    Client client;
    std::uint64_t builds = 0;  ///< Begun so far.

    /// The whole answer to a call that went well (2xx, or 304: nothing to do).
    Task<Result<Response>> send(Call call);
    /// The same with its body still to come.
    Task<Result<Response>> open(Call call);
    /// Makes the call and forgets the answer's body.
    Task<Result<>> tell(Call call);
    /// The answer as a T, whose members are spelled as the Engine spells them.
    template <class T>
    Task<Result<T>> ask(Call call);

    /// Asks the Engine which versions it speaks, once.
    Task<Result<>> negotiate();
    /// The minor of the version spoken: 41 for 1.41. Known after the first call.
    int minor() const { return minor_; }

private:
    Task<Result<Response>> exchange(Call call, bool streaming);

    int minor_ = 0;
};

/// What the Engine answered instead, as an error.
Error refusal(const Call& call, int status, std::string_view body);

/// A failure the Engine told in `words`; `fallback` unless they say more.
Error classified(Code fallback, std::string_view tried, std::string_view words);

/// The answer's JSON as a T; what we do not know is ignored.
template <class T>
Result<T> read_answer(std::string_view body, std::string_view tried)
{
    const auto node = parse_json(body, {.bytes = 64U << 20U, .nodes = 4'000'000});
    if (!node) return Error{Code::unavailable, node.error().message, ""}.during(tried);
    auto value = read<T>(*node, "the Engine's answer", Unknown::ignore);
    if (!value) return Error{Code::unavailable, value.error().message, ""}.during(tried);
    return value;
}

template <class T>
Task<Result<T>> EngineApi::ask(Call call)
{
    const std::string tried = call.tried;
    const auto response = co_await send(std::move(call));
    if (!response) co_return response.error();
    co_return read_answer<T>(response->body, tried);
}

/// "/containers/NAME/start"; `name` is encoded as one segment.
std::string object_path(std::string_view kind, std::string_view name, std::string_view verb = {});
/// As `filters` of a list or of events.
std::string label_filter(const Labels& labels);
/// Nothing for the Engine's zero time.
std::optional<Instant> read_time(std::string_view text);
/// "1700000000.250000000", as `since` takes it.
std::string write_time(Stamp at);
/// {"80/tcp": …} as numbers, lowest first.
std::vector<std::uint16_t> read_ports(const std::map<std::string, Node>& ports);

}  // namespace diorama::docker
