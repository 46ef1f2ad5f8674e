#include "gateway/buffer.hpp"
#include "gateway/forward.hpp"

#include <cstdint>
#include <cstdlib>

using namespace diorama::gateway;

namespace {

void must(bool holds)
{
    if (!holds) std::abort();
}

/// Another parser that is as strict must read the same out of what is sent on.
void request(std::string_view text, bool trusted)
{
    RequestHead head;
    if (parse_request(text, {.trusted = trusted}, head) != Parse::done) return;
    must(head.size <= text.size());
    RequestHead part;
    must(parse_request(text.substr(0, head.size - 1), {.trusted = trusted}, part) == Parse::more);

    static const Origin origin(*Address::parse("10.0.0.1", 1), 80, false);
    static const Origin proxy(*Address::parse("fd00::1", 1), 80, true);
    if (head.size > 16 * 1024 || head.authority.empty()) return;
    static char sent[Buffer::size];
    const std::string_view stripped = head.path.starts_with("/a/") ? "/a/" : "";
    const std::size_t size = forward_request(sent, text, head, trusted ? proxy : origin, stripped);
    RequestHead seen;
    must(parse_request({sent, size}, {.fields = 120, .trusted = true}, seen) == Parse::done);
    must(seen.size == size);
    must(seen.method == head.method && seen.authority == head.authority);
    must(seen.length == head.length && seen.chunked == head.chunked);
    must(seen.query == head.query && seen.upgrade == head.upgrade);
}

void answer(std::string_view text)
{
    ResponseHead head;
    if (parse_response(text, {}, head) != Parse::done || head.size > 16 * 1024) return;
    if (head.status == 101) return;  // Never the last of a connection.
    static char sent[Buffer::size];
    const std::size_t size = forward_response(sent, text, head, true);
    ResponseHead seen;
    must(parse_response({sent, size}, {.fields = 120}, seen) == Parse::done);
    must(seen.size == size && seen.status == head.status && seen.close);
    const bool bodiless = head.status < 200 || head.status == 204;
    must(bodiless || (seen.length == head.length && seen.chunked == head.chunked));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    request(text, false);
    request(text, true);
    answer(text);
    return 0;
}
