#include "net/http1.hpp"
#include "net/sse.hpp"

#include <cstdlib>

using namespace diorama;

namespace {

/// The content of a chunked body fed in pieces of `size`; nothing when refused or unfinished.
std::optional<std::string> decode(std::string_view bytes, std::size_t size)
{
    http1::BodyDecoder decoder({.kind = http1::Framing::Kind::chunked});
    std::string buffer;
    std::string content;
    for (std::size_t at = 0; at < bytes.size(); at += size) {
        buffer += bytes.substr(at, size);
        const auto part = decoder.feed(buffer);
        if (!part) return std::nullopt;
        content += *part;
    }
    return decoder.done() ? std::optional(content) : std::nullopt;
}

}  // namespace

/// Heads, targets, bodies and event streams; where the network cuts a body changes nothing.
extern "C" int LLVMFuzzerTestOneInput(const char* data, std::size_t size)
{
    const std::string_view text(data, size);
    if (const auto head = http1::parse_request(text)) {
        (void)http1::framing(*head);
        Request request{.method = head->method, .target = head->target};
        (void)http1::read_target(request);
    }
    if (const auto head = http1::parse_response(text)) (void)http1::framing(*head, "GET");
    if (decode(text, 1) != decode(text, size + 1)) std::abort();
    SseParser events;
    (void)events.feed(text);
    return 0;
}
