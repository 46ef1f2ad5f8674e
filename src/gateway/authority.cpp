#include "gateway/authority.hpp"

#include "gateway/scan.hpp"

#include <algorithm>

namespace diorama::gateway {

namespace {

constexpr std::size_t longest_host = 253;

constexpr bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

constexpr int hex(char byte)
{
    if (is_digit(byte)) return byte - '0';
    const char small = lower(byte);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/// Bytes of a host that is a name or an IPv4 address.
constexpr auto name_bytes =
    table_of("-._0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

constexpr bool is_name_byte(char byte)
{
    return name_bytes[static_cast<unsigned char>(byte)];
}

bool is_port(std::string_view text)
{
    return text.size() <= 5 && std::ranges::all_of(text, is_digit);
}

std::optional<std::string_view> bracketed(std::string_view authority)
{
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view host = authority.substr(0, close + 1);
    const std::string_view inside = host.substr(1, host.size() - 2);
    const auto fits = [](char byte) { return hex(byte) >= 0 || byte == ':' || byte == '.'; };
    if (inside.size() < 2 || inside.size() > 45 || !std::ranges::all_of(inside, fits))
        return std::nullopt;
    const std::string_view rest = authority.substr(host.size());
    if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return std::nullopt;
    return host;
}

/// Takes one byte off the front of `path`, decoded if it is escaped.
char take_decoded(std::string_view& path)
{
    const char byte = path.front();
    if (byte == '%' && path.size() >= 3 && hex(path[1]) >= 0 && hex(path[2]) >= 0) {
        const int value = hex(path[1]) * 16 + hex(path[2]);
        path.remove_prefix(3);
        return static_cast<char>(value);
    }
    path.remove_prefix(1);
    return byte;
}

}  // namespace

std::optional<std::string_view> host_of(std::string_view authority)
{
    if (authority.empty()) return std::nullopt;
    if (authority.front() == '[') return bracketed(authority);
    const std::size_t colon = authority.find(':');
    std::string_view host = authority.substr(0, colon);
    if (colon != std::string_view::npos && !is_port(authority.substr(colon + 1)))
        return std::nullopt;
    if (host.ends_with('.')) host.remove_suffix(1);
    if (host.empty() || host.size() > longest_host || !std::ranges::all_of(host, is_name_byte))
        return std::nullopt;
    return host;
}

bool has_dot_segments(std::string_view path)
{
    std::size_t dots = 0;
    bool only_dots = true;
    while (!path.empty()) {
        const char byte = take_decoded(path);
        if (byte == '/' || byte == '\\') {
            if (only_dots && (dots == 1 || dots == 2)) return true;
            dots = 0;
            only_dots = true;
        } else if (byte == '.') {
            ++dots;
        } else if (byte == ';') {
            // Servers that know path parameters cut them off: "..;a" is ".." to them.
            if (only_dots && (dots == 1 || dots == 2)) return true;
            only_dots = false;
        } else {
            only_dots = false;
        }
    }
    return only_dots && (dots == 1 || dots == 2);
}

}  // namespace diorama::gateway
