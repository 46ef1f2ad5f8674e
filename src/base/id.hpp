#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/random.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace diorama {

/// 128 bits as RFC 9562 lays out UUID version 7: milliseconds first, so ids sort by age.
struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    static Uuid make(Instant now, Random& random);
    static Result<Uuid> parse(std::string_view text);

    /// 36 characters, lower case.
    std::string text() const;
    /// True for the default value, which names nothing.
    bool empty() const { return *this == Uuid{}; }

    friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

/// An id that cannot be mistaken for another kind's. Opaque outside: 36 characters of text.
template <class Tag>
struct Id {
    Uuid value;

    static Id make(Instant now, Random& random) { return {Uuid::make(now, random)}; }
    static Result<Id> parse(std::string_view text)
    {
        const auto parsed = Uuid::parse(text);
        if (!parsed) return parsed.error();
        return Id{*parsed};
    }
    std::string text() const { return value.text(); }
    bool empty() const { return value.empty(); }

    friend auto operator<=>(const Id&, const Id&) = default;
};

}  // namespace diorama

template <class Tag>
struct std::hash<diorama::Id<Tag>> {
    std::size_t operator()(const diorama::Id<Tag>& id) const noexcept
    {
        std::size_t hash = 0;
        std::memcpy(&hash, id.value.bytes.data() + 8, sizeof hash);
        return hash;
    }
};
