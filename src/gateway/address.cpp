#include "gateway/address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include <netinet/in.h>

namespace diorama::gateway {

namespace {

constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

template <class T>
T& as(sockaddr_storage& storage)
{
    return reinterpret_cast<T&>(storage);
}

template <class T>
const T& as(const sockaddr_storage& storage)
{
    return reinterpret_cast<const T&>(storage);
}

}  // namespace

std::optional<Address> Address::parse(const std::string& host, std::uint16_t port)
{
    Address address;
    auto& four = as<sockaddr_in>(address.storage_);
    if (::inet_pton(AF_INET, host.c_str(), &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        four.sin_port = htons(port);
        return address;
    }
    auto& six = as<sockaddr_in6>(address.storage_);
    if (::inet_pton(AF_INET6, host.c_str(), &six.sin6_addr) != 1) return std::nullopt;
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    return address;
}

Address Address::local(int fd)
{
    Address address;
    socklen_t size = sizeof address.storage_;
    ::getsockname(fd, address.data(), &size);
    return address;
}

socklen_t Address::size() const
{
    return family() == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
}

std::uint16_t Address::port() const
{
    return ntohs(
        family() == AF_INET ? as<sockaddr_in>(storage_).sin_port
                            : as<sockaddr_in6>(storage_).sin6_port
    );
}

std::array<std::uint8_t, 16> Address::bytes() const
{
    std::array<std::uint8_t, 16> all{};
    if (family() == AF_INET) {
        std::ranges::copy(mapped, all.begin());
        std::memcpy(all.data() + mapped.size(), &as<sockaddr_in>(storage_).sin_addr, 4);
    } else {
        std::memcpy(all.data(), &as<sockaddr_in6>(storage_).sin6_addr, all.size());
    }
    return all;
}

std::string Address::host() const
{
    const auto all = bytes();
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (std::ranges::equal(mapped, std::span(all).first<mapped.size()>()))
        ::inet_ntop(AF_INET, all.data() + mapped.size(), text.data(), text.size());
    else
        ::inet_ntop(AF_INET6, all.data(), text.data(), text.size());
    return text.data();
}

std::optional<Network> Network::parse(std::string_view text)
{
    const std::size_t slash = text.find('/');
    const auto address = Address::parse(std::string(text.substr(0, slash)), 0);
    if (!address) return std::nullopt;
    Network network;
    network.base_ = address->bytes();
    if (slash == std::string_view::npos) return network;

    const int widest = address->family() == AF_INET ? 32 : 128;
    const std::string_view figures = text.substr(slash + 1);
    int bits = 0;
    const auto [end, error] =
        std::from_chars(figures.data(), figures.data() + figures.size(), bits);
    if (error != std::errc{} || end != figures.data() + figures.size() || bits < 0 || bits > widest)
        return std::nullopt;
    network.bits_ = 128 - widest + bits;
    return network;
}

bool Network::contains(const Address& address) const
{
    const auto other = address.bytes();
    const auto whole = static_cast<std::size_t>(bits_ / 8);
    if (!std::equal(base_.begin(), base_.begin() + bits_ / 8, other.begin())) return false;
    const int rest = bits_ % 8;
    if (rest == 0) return true;
    const int mask = 0xff << (8 - rest) & 0xff;
    return (base_[whole] & mask) == (other[whole] & mask);
}

}  // namespace diorama::gateway
