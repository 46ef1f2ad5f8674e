#include "net/address.hpp"

#include <charconv>

namespace diorama {

namespace {

Error unreadable(std::string_view text)
{
    return {
        Code::invalid,
        fmt::format("'{}' is no address", text),
        "Write unix:///path/to/socket, tcp://host:port or https://host."
    };
}

bool read_port(std::string_view digits, std::uint16_t& port)
{
    const auto end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, port);
    return error == std::errc{} && stop == end;
}

/// `usual` is the port when none is written; 0 when one must be.
Result<Address>
authority(std::string_view text, std::string_view whole, Address::Kind kind, std::uint16_t usual)
{
    text = text.substr(0, text.find_first_of("/?#"));
    Address address{.kind = kind, .port = usual};
    const bool bracketed = text.starts_with('[');
    const auto close = bracketed ? text.find(']') : std::string_view::npos;
    if (bracketed && close == std::string_view::npos) return unreadable(whole);
    const auto colon =
        bracketed ? (close + 1 < text.size() ? close + 1 : std::string_view::npos) : text.find(':');
    const auto host_end = bracketed ? close : colon;
    address.host = text.substr(bracketed ? 1 : 0, host_end - (bracketed ? 1 : 0));
    if (address.host.empty() || address.host.find_first_of("@ \t\r\n") != std::string::npos)
        return unreadable(whole);
    if (colon == std::string_view::npos)
        return usual != 0 ? Result<Address>{address} : unreadable(whole);
    if (text[colon] != ':' || !read_port(text.substr(colon + 1), address.port))
        return unreadable(whole);
    return address;
}

}  // namespace

Address Address::tcp(std::string host, std::uint16_t port)
{
    return {.kind = Kind::tcp, .host = std::move(host), .port = port};
}

Address Address::local(std::string path)
{
    return {.kind = Kind::local, .path = std::move(path)};
}

Result<Address> Address::parse(std::string_view text)
{
    const auto after = [&](std::string_view scheme) { return text.substr(scheme.size()); };
    if (text.starts_with("unix://")) {
        const auto path = after("unix://");
        if (!path.starts_with('/') || path.find('\0') != std::string_view::npos)
            return unreadable(text);
        return local(std::string(path));
    }
    if (text.starts_with("tcp://")) return authority(after("tcp://"), text, Kind::tcp, 0);
    if (text.starts_with("http://")) return authority(after("http://"), text, Kind::tcp, 80);
    if (text.starts_with("https://")) return authority(after("https://"), text, Kind::tls, 443);
    if (text.find("://") != std::string_view::npos) return unreadable(text);
    return authority(text, text, Kind::tcp, 0);
}

std::string Address::text() const
{
    if (kind == Kind::local) return path;
    const bool v6 = host.find(':') != std::string::npos;
    return v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

}  // namespace diorama
