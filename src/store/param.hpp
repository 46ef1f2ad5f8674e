#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace diorama {

/// What a parameter holds: NULL, a 64-bit integer or text.
using Value = std::variant<std::monostate, std::int64_t, std::string>;

inline Value to_value(std::string_view text)
{
    return std::string(text);
}
template <std::integral T>
Value to_value(T number)
{
    return static_cast<std::int64_t>(number);
}
inline Value to_value(Instant time)
{
    return static_cast<std::int64_t>(time.time_since_epoch().count());
}
template <class Tag>
Value to_value(const Id<Tag>& id)
{
    return id.text();
}
/// An enumeration of model is stored by its name, so that rows outlive a change of its order.
template <class Enum>
    requires std::is_enum_v<Enum>
Value to_value(Enum value)
{
    return std::string(name(value));
}
template <class T>
Value to_value(const std::optional<T>& value)
{
    return value ? to_value(*value) : Value{};
}

/// A value and the name it is bound to, without the colon: `{"now", now}`.
struct Param {
    std::string name;
    Value value;

    template <class T>
    Param(std::string_view as, const T& from) : name(as),
                                                value(to_value(from))
    {}
};

using Params = std::vector<Param>;

}  // namespace diorama
