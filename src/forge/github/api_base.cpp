#include "forge/github/api_base.hpp"

#include "base/unicode.hpp"

#include <algorithm>

namespace diorama::github {

namespace {

/// Path and query of an absolute address, "" when it has none.
std::string_view target(std::string_view url)
{
    const auto authority = url.find("://");
    const auto path = url.find_first_of("/?#", authority + 3);
    return path == std::string_view::npos ? std::string_view{} : url.substr(path);
}

bool is_loopback(std::string_view host)
{
    if (host == "localhost" || host == "::1") return true;
    return host.starts_with("127.") &&
           host.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool is_target(std::string_view text)
{
    return text.starts_with('/') && !text.starts_with("//") &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != '#'; });
}

std::string host_of(const Address& address)
{
    const std::uint16_t usual = address.kind == Address::Kind::tls ? 443 : 80;
    const auto text = address.text();
    return address.port == usual ? text.substr(0, text.rfind(':')) : text;
}

}  // namespace

Result<ApiBase> ApiBase::parse(std::string_view url)
{
    const Error wrong{
        Code::invalid,
        fmt::format("'{}' is no address of GitHub's API", display(url, 200)),
        "Write https://api.github.com, or https://HOST/api/v3 for an Enterprise Server."
    };
    const bool plain = url.starts_with("http://");
    if (!plain && !url.starts_with("https://")) return wrong;
    auto address = Address::parse(url);
    if (!address || (plain && !is_loopback(address->host))) return wrong;
    std::string prefix(target(url));
    while (prefix.ends_with('/'))
        prefix.pop_back();
    if (!prefix.empty() && (!is_target(prefix) || prefix.contains('?'))) return wrong;
    return ApiBase{*address, host_of(*address), prefix};
}

Result<std::string> ApiBase::target_of(std::string_view location) const
{
    const Error elsewhere{
        Code::refused,
        fmt::format("GitHub leads away from its API, to '{}'", display(location, 200)),
        "Set [github] api to the address that the API has now."
    };
    if (is_target(location)) return std::string(location);
    const bool http = location.starts_with("http://") || location.starts_with("https://");
    const auto there = http ? Address::parse(location) : elsewhere;
    if (!there || *there != address || !is_target(target(location))) return elsewhere;
    return std::string(target(location));
}

}  // namespace diorama::github
