#include "docker/registry_auth.hpp"

#include "base/json.hpp"

#include <cstdint>

namespace diorama::docker {

std::string base64url(std::string_view bytes)
{
    static constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const auto part = bytes.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i)
            bits = (bits << 8U) | (i < part.size() ? static_cast<unsigned char>(part[i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            out += i <= part.size() ? alphabet[(bits >> (18U - 6U * i)) & 63U] : '=';
    }
    return out;
}

namespace {

Node::Map credentials(const RegistryLogin& login)
{
    return {
        {"username",      login.user             },
        {"password",      login.password.reveal()},
        {"serveraddress", login.server           }
    };
}

}  // namespace

std::string registry_auth(const RegistryLogin& login)
{
    return base64url(write_json(credentials(login)));
}

std::string registry_config(const std::map<std::string, RegistryLogin>& logins)
{
    Node::Map map;
    for (const auto& [server, login] : logins)
        map.push_back({server, credentials(login)});
    return base64url(write_json(map));
}

std::pair<std::string, std::string> split_reference(std::string_view reference)
{
    if (reference.find('@') != std::string_view::npos) return {std::string(reference), ""};
    const auto slash = reference.rfind('/');
    const auto colon = reference.rfind(':');
    const bool tagged =
        colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);
    if (!tagged) return {std::string(reference), "latest"};
    return {std::string(reference.substr(0, colon)), std::string(reference.substr(colon + 1))};
}

}  // namespace diorama::docker
