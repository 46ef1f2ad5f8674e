#include "gateway/forward.hpp"

#include <fmt/format.h>

#include <cassert>
#include <cstring>

namespace diorama::gateway {

namespace {

/// Appends to memory whose size was settled beforehand.
class Pen {
public:
    explicit Pen(std::span<char> into)
        : begin_(into.data()),
          at_(begin_),
          end_(begin_ + into.size())
    {}
    Pen& operator<<(std::string_view text)
    {
        assert(text.size() <= static_cast<std::size_t>(end_ - at_));
        std::memcpy(at_, text.data(), text.size());
        at_ += text.size();
        return *this;
    }
    std::size_t written() const { return static_cast<std::size_t>(at_ - begin_); }

private:
    char* begin_;
    char* at_;
    char* end_;
};

/// The head from `from` on, less its cuts and its empty line.
void copy_kept(Pen& pen, std::string_view text, const Head& head, std::size_t from)
{
    for (const Cuts::Cut& cut : head.cuts) {
        pen << text.substr(from, cut.begin - from);
        from = cut.end;
    }
    pen << text.substr(from, head.size - 2 - from);
}

void request_line(Pen& pen, const RequestHead& head, std::string_view stripped)
{
    // A prefix ends with '/', and so must what is left begin with one.
    const std::size_t off = stripped.empty() ? 0 : stripped.size() - 1;
    pen << head.method << " " << head.path.substr(off) << head.query
        << (head.minor == 0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
}

/// What only a proxy that is trusted may have said before us.
void for_untrusted(Pen& pen, const RequestHead& head, const Origin& origin)
{
    pen << origin.lines << head.authority << "\r\nForwarded: for=" << origin.node
        << ";proto=http;host=\"" << head.authority << "\"\r\n";
}

void for_trusted(Pen& pen, const RequestHead& head, const Origin& origin)
{
    pen << "X-Forwarded-For: " << origin.address << "\r\nForwarded: for=" << origin.node << "\r\n";
    if (!head.has_real_ip) pen << "X-Real-IP: " << origin.address << "\r\n";
    if (!head.has_proto) pen << "X-Forwarded-Proto: http\r\n";
    if (!head.has_port) pen << "X-Forwarded-Port: " << origin.port << "\r\n";
    if (!head.has_forwarded_host) pen << "X-Forwarded-Host: " << head.authority << "\r\n";
}

}  // namespace

Origin::Origin(const Address& client, std::uint16_t listened_on, bool believed)
    : trusted(believed),
      address(client.host()),
      lines(fmt::format(
          "X-Forwarded-For: {0}\r\nX-Real-IP: {0}\r\nX-Forwarded-Proto: http\r\n"
          "X-Forwarded-Port: {1}\r\nX-Forwarded-Host: ",
          address,
          listened_on
      )),
      node(address.find(':') == address.npos ? address : fmt::format("\"[{}]\"", address)),
      port(std::to_string(listened_on))
{}

std::size_t forward_request(
    std::span<char> into,
    std::string_view text,
    const RequestHead& head,
    const Origin& origin,
    std::string_view stripped
)
{
    Pen pen(into);
    request_line(pen, head, stripped);
    copy_kept(pen, text, head, head.line);
    if (origin.trusted)
        for_trusted(pen, head, origin);
    else
        for_untrusted(pen, head, origin);
    if (!stripped.empty())
        pen << "X-Forwarded-Prefix: " << stripped.substr(0, stripped.size() - 1) << "\r\n";
    if (head.switches()) pen << "Connection: upgrade\r\nUpgrade: " << head.upgrade << "\r\n";
    if (head.minor == 0) pen << "Connection: close\r\n";
    pen << "\r\n";
    return pen.written();
}

std::size_t
forward_response(std::span<char> into, std::string_view text, const ResponseHead& head, bool last)
{
    Pen pen(into);
    pen << "HTTP/1.1" << text.substr(8, head.line - 8);
    copy_kept(pen, text, head, head.line);
    if (head.status == 101) pen << "Connection: upgrade\r\nUpgrade: " << head.upgrade << "\r\n";
    if (last) pen << "Connection: close\r\n";
    pen << "\r\n";
    return pen.written();
}

bool passes_unchanged(const ResponseHead& head, bool last)
{
    return head.minor == 1 && head.cuts.empty() && !last && head.status != 101;
}

}  // namespace diorama::gateway
