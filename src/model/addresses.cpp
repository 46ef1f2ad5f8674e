#include "model/addresses.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

namespace diorama {

namespace {

std::optional<std::uint32_t> number(std::string_view text, std::uint32_t most)
{
    std::uint32_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [stopped, problem] = std::from_chars(text.data(), end, value);
    const bool leading_zero = text.size() > 1 && text[0] == '0';
    if (problem != std::errc{} || stopped != end || leading_zero || value > most)
        return std::nullopt;
    return value;
}

Error not_a_range(std::string_view text, std::string_view why)
{
    return {
        Code::invalid,
        fmt::format("{:?} is not an address range: {}", text, why),
        "Write it as 10.213.0.0/16."
    };
}

/// The blocks nobody else on the internet has: RFC 1918, and RFC 6598 for carriers' NAT.
bool is_private(const Subnet& range)
{
    static constexpr auto blocks = std::to_array<Subnet>({
        {{10U << 24U},                8 },
        {{172U << 24U | 16U << 16U},  12},
        {{192U << 24U | 168U << 16U}, 16},
        {{100U << 24U | 64U << 16U},  10},
    });
    return std::ranges::any_of(blocks, [&](const Subnet& block) {
        return block.prefix <= range.prefix && block.contains(range.address);
    });
}

/// The way to everywhere, which stands in every host's table and takes no address from us.
bool is_default(const Subnet& route)
{
    return route.prefix == 0;
}

std::uint64_t places(const Subnet& range, int prefix)
{
    return prefix < range.prefix ? 0 : std::uint64_t{1} << (prefix - range.prefix);
}

Error too_small(const Subnet& range, int prefix)
{
    return {
        Code::invalid,
        fmt::format("the range {} is too small for one /{} network", range.text(), prefix),
        fmt::format("Use a range of /{} or larger, such as 10.213.0.0/16.", prefix)
    };
}

/// Marks the places of `range` that `other` touches.
void occupy(std::vector<bool>& used, const Subnet& range, int prefix, const Subnet& other)
{
    if (!range.overlaps(other)) return;
    const auto first = std::max(range.address, other.address).value - range.address.value;
    const auto last = std::min(range.last(), other.last()).value - range.address.value;
    const auto shift = static_cast<unsigned>(32 - prefix);
    for (auto place = first >> shift; place <= last >> shift; ++place)
        used[place] = true;
}

}  // namespace

Result<Ipv4> Ipv4::parse(std::string_view text)
{
    const Error wrong{
        Code::invalid, fmt::format("{:?} is not an IPv4 address", text), "Write it as 10.213.0.1."
    };
    std::uint32_t value = 0;
    auto rest = text;
    for (int part = 0; part < 4; ++part) {
        const auto dot = part < 3 ? rest.find('.') : rest.size();
        if (dot == std::string_view::npos) return wrong;
        const auto byte = number(rest.substr(0, dot), 255);
        if (!byte) return wrong;
        value = value << 8U | *byte;
        rest.remove_prefix(std::min(dot + 1, rest.size()));
    }
    return Ipv4{value};
}

std::string Ipv4::text() const
{
    return fmt::format(
        "{}.{}.{}.{}", value >> 24U, value >> 16U & 255U, value >> 8U & 255U, value & 255U
    );
}

Result<Subnet> Subnet::parse(std::string_view text)
{
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return not_a_range(text, "it has no prefix length");
    const auto address = Ipv4::parse(text.substr(0, slash));
    if (!address) return not_a_range(text, address.error().message);
    const auto prefix = number(text.substr(slash + 1), 32);
    if (!prefix) return not_a_range(text, "the prefix length is not a number from 0 to 32");

    const Subnet subnet{*address, static_cast<int>(*prefix)};
    const auto behind = static_cast<std::uint32_t>(subnet.size() - 1);
    if ((address->value & behind) == 0) return subnet;
    const Subnet meant{{address->value & ~behind}, subnet.prefix};
    return Error{
        Code::invalid,
        fmt::format("{:?} is an address, not the start of a /{} range", text, subnet.prefix),
        fmt::format("Write {} if you mean the range it lies in.", meant.text())
    };
}

std::string Subnet::text() const
{
    return fmt::format("{}/{}", address.text(), prefix);
}

Result<> check_range(const Subnet& range, int prefix, std::span<const Subnet> routes)
{
    if (!is_private(range))
        return Error{
            Code::invalid,
            fmt::format("the range {} is not private", range.text()),
            "Use one within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10."
        };
    if (places(range, prefix) == 0) return too_small(range, prefix);
    const auto clash = std::ranges::find_if(routes, [&](const Subnet& route) {
        return !is_default(route) && range.overlaps(route);
    });
    if (clash == routes.end()) return ok();
    return Error{
        Code::conflict,
        fmt::format(
            "the range {} overlaps {}, which this host routes already", range.text(), clash->text()
        ),
        "Choose a range that no network of this host uses."
    };
}

Result<Subnet> free_subnet(
    const Subnet& range, int prefix, std::span<const Subnet> taken, std::span<const Subnet> routes
)
{
    const auto count = places(range, prefix);
    if (count == 0) return too_small(range, prefix);
    std::vector<bool> used(count);
    for (const Subnet& other : taken)
        occupy(used, range, prefix, other);
    for (const Subnet& other : routes) {
        // One around the whole range, a VPN's say, is less exact than a scene's own.
        if (other.prefix >= range.prefix) occupy(used, range, prefix, other);
    }

    const auto free = std::ranges::find(used, false);
    if (free != used.end()) {
        const auto place = static_cast<std::uint32_t>(free - used.begin());
        return Subnet{
            {range.address.value + (place << static_cast<unsigned>(32 - prefix))}, prefix
        };
    }
    return Error{
        Code::too_many,
        fmt::format("all {} networks of /{} that fit in {} are taken", count, prefix, range.text()),
        "Take environments down, or configure a larger address range."
    };
}

}  // namespace diorama
