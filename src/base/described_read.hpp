#pragma once

#include "base/described_types.hpp"

// Behind described.hpp: the table from which reading.cpp reads a T. The templates only fill it and
// name functions; the work is done once for all types.

namespace diorama::detail {

template <class T>
void read_leaf(const Type& type, Reading& reading, const Node& node, void* into)
{
    T& value = *static_cast<T*>(into);
    if constexpr (ReadsItself<T>) {
        read_node(reading, node, value);
    } else if constexpr (std::same_as<T, Node>) {
        value = node;
    } else if constexpr (std::same_as<T, bool>) {
        if (const auto* truth = node.boolean())
            value = *truth;
        else
            reading.expected(node, "boolean");
    } else if constexpr (std::integral<T>) {
        if (const auto whole = reading.integer(node, type.least, type.most))
            value = static_cast<T>(*whole);
    } else if constexpr (std::floating_point<T>) {
        if (const auto number = node.number())
            value = static_cast<T>(*number);
        else
            reading.expected(node, "number");
    } else if constexpr (Choice<T>) {
        if (const auto at = reading.choice(node, type.names)) value = Names<T>::values[*at];
    } else if (const auto* text = reading.text(node)) {
        if constexpr (std::same_as<T, std::string> || std::same_as<T, Secret>) {
            value = T(*text);
        } else {
            auto parsed = parse_text(*text, std::type_identity<T>{});
            if (parsed)
                value = std::move(*parsed);
            else
                reading.problem(node.at, parsed.error().message, parsed.error().mend);
        }
    }
}

template <class T>
void* add_to(void* container, const std::string& key)
{
    T& into = *static_cast<T*>(container);
    if constexpr (is_map<T>)
        return &into[key];
    else if constexpr (is_list<T>)
        return &into.emplace_back();
    else
        return &into.emplace();
}

template <class T>
void clear_of(void* container)
{
    static_cast<T*>(container)->clear();
}

template <class T>
constexpr std::string_view format_of()
{
    if constexpr (std::same_as<T, Instant>) return "date-time";
    if constexpr (std::same_as<T, Secret>) return "password";
    if constexpr (is_duration<T>) return "duration";
    if constexpr (is_id<T>) return "uuid";
    return "";
}

template <class T>
constexpr Type make_type()
{
    using Kind = Type::Kind;
    if constexpr (ReadsItself<T> || std::same_as<T, Node>) {
        return {.kind = Kind::any, .read = &read_leaf<T>};
    } else if constexpr (Text<T> || std::same_as<T, std::string> || std::same_as<T, Secret>) {
        return {.kind = Kind::text, .format = format_of<T>(), .read = &read_leaf<T>};
    } else if constexpr (std::same_as<T, bool>) {
        return {.kind = Kind::boolean, .read = &read_leaf<T>};
    } else if constexpr (std::integral<T>) {
        using Limit = std::numeric_limits<T>;
        constexpr auto most = std::numeric_limits<std::int64_t>::max();
        return {
            .kind = Kind::integer,
            .least = static_cast<std::int64_t>(Limit::min()),
            .most = std::in_range<std::int64_t>(Limit::max())
                        ? static_cast<std::int64_t>(Limit::max())
                        : most,
            .read = &read_leaf<T>,
        };
    } else if constexpr (std::floating_point<T>) {
        return {.kind = Kind::number, .read = &read_leaf<T>};
    } else if constexpr (Choice<T>) {
        return {.kind = Kind::choice, .names = Names<T>::names, .read = &read_leaf<T>};
    } else if constexpr (is_optional<T>) {
        return {.kind = Kind::optional, .element = &type_of<typename T::value_type>, .add = &add_to<T>};
    } else if constexpr (is_list<T>) {
        return {.kind = Kind::list, .element = &type_of<typename T::value_type>, .add = &add_to<T>, .clear = &clear_of<T>};
    } else if constexpr (is_map<T>) {
        return {.kind = Kind::map, .element = &type_of<typename T::mapped_type>, .add = &add_to<T>, .clear = &clear_of<T>};
    } else {
        static_assert(
            Record<T>,
            "describe this type with BOOST_DESCRIBE_STRUCT, or give it parse_text or read_node"
        );
        return {.kind = Kind::record, .fields = Fields<T>::value};
    }
}

template <class T>
inline constexpr Type type = make_type<T>();

}  // namespace diorama::detail

namespace diorama {

template <class T>
const Type& type_of()
{
    return detail::type<T>;
}

}  // namespace diorama
