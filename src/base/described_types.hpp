#pragma once

#include "base/described.hpp"

// The templates behind described.hpp: they only fill tables and name functions; the work is done
// once for all types in reading.cpp.

namespace diorama::detail {

template <class T>
concept Text = requires(std::string_view text, const T& value) {
    { parse_text(text, std::type_identity<T>{}) } -> std::same_as<Result<T>>;
    { to_text(value) } -> std::convertible_to<std::string>;
};
template <class T>
concept ReadsItself =
    requires(Reading& reading, const Node& node, T& into) { read_node(reading, node, into); };
template <class T>
concept Record = boost::describe::has_describe_members<T>::value && !std::is_union_v<T>;
template <class T>
concept Choice = boost::describe::has_describe_enumerators<T>::value;
template <class T>
concept Named = requires { T::required; };
template <class T>
concept Spelled = requires { T::key(std::string_view{}); };

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<std::vector<T>> = !std::same_as<T, bool>;
template <class T>
inline constexpr bool is_map = false;
template <class T>
inline constexpr bool is_map<std::map<std::string, T>> = true;
template <class T>
inline constexpr bool is_id = false;
template <class Tag>
inline constexpr bool is_id<Id<Tag>> = true;
template <class T>
inline constexpr bool is_duration = false;
template <class Rep, class Period>
inline constexpr bool is_duration<std::chrono::duration<Rep, Period>> = true;

template <class T>
inline constexpr bool unsupported = false;

template <class T>
using Members = boost::describe::
    describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

// ---- The table of a record's fields, of an enum's names

template <class T>
constexpr std::string_view spelling(std::string_view member)
{
    if (member.ends_with('_')) member.remove_suffix(1);
    if constexpr (Spelled<T>)
        return T::key(member);
    else
        return member;
}

template <class T>
constexpr bool is_required(std::string_view name)
{
    if constexpr (Named<T>) {
        for (const std::string_view one : T::required) {
            if (one == name) return true;
        }
    }
    return false;
}

template <class T, class Member>
void* member_of(void* record)
{
    return &(static_cast<T*>(record)->*Member::pointer);
}

template <class T>
struct Fields {
    template <class... Member>
    static constexpr auto table(boost::mp11::mp_list<Member...>)
    {
        return std::array<Field, sizeof...(Member)>{
            Field{spelling<T>(Member::name), is_required<T>(spelling<T>(Member::name)), &type_of<std::remove_cvref_t<decltype(std::declval<T>().*Member::pointer)>>, &member_of<T, Member>}
            ...
        };
    }
    static constexpr auto value = table(boost::mp11::mp_rename<Members<T>, boost::mp11::mp_list>{});

    static constexpr bool requires_what_is_there()
    {
        if constexpr (Named<T>) {
            for (const std::string_view one : T::required) {
                bool there = false;
                for (const Field& field : value)
                    there = there || field.name == one;
                if (!there) return false;
            }
        }
        return true;
    }
    static_assert(
        requires_what_is_there(), "`required` names something that is not a described field"
    );
};

template <class T>
struct Names {
    template <class... E>
    static constexpr auto table(boost::mp11::mp_list<E...>)
    {
        return std::array<std::string_view, sizeof...(E)>{spelling<T>(E::name)...};
    }
    template <class... E>
    static constexpr auto list(boost::mp11::mp_list<E...>)
    {
        return std::array<T, sizeof...(E)>{E::value...};
    }
    using All =
        boost::mp11::mp_rename<boost::describe::describe_enumerators<T>, boost::mp11::mp_list>;
    static constexpr auto names = table(All{});
    static constexpr auto values = list(All{});
};

// ---- How one value is read

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
        return {.kind = Kind::list, .element = &type_of<typename T::value_type>, .add = &add_to<T>};
    } else if constexpr (is_map<T>) {
        return {.kind = Kind::map, .element = &type_of<typename T::mapped_type>, .add = &add_to<T>};
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

template <class T>
    requires(!std::same_as<T, Secret>)
Node to_node(const T& value)
{
    if constexpr (requires {
                      { write_node(value) } -> std::same_as<Node>;
                  }) {
        return write_node(value);
    } else if constexpr (std::same_as<T, Node> || std::is_arithmetic_v<T> ||
                         std::same_as<T, std::string>) {
        return Node(value);
    } else if constexpr (detail::Text<T>) {
        return Node(std::string(to_text(value)));
    } else if constexpr (detail::Choice<T>) {
        for (std::size_t i = 0; i < detail::Names<T>::values.size(); ++i) {
            if (detail::Names<T>::values[i] == value) return Node(detail::Names<T>::names[i]);
        }
        return Node();
    } else if constexpr (detail::is_optional<T>) {
        return value ? to_node(*value) : Node();
    } else if constexpr (detail::is_list<T>) {
        Node::List list;
        for (const auto& item : value)
            list.push_back(to_node(item));
        return list;
    } else if constexpr (detail::is_map<T>) {
        Node::Map map;
        for (const auto& [key, item] : value)
            map.push_back({key, to_node(item)});
        return map;
    } else {
        static_assert(
            detail::Record<T>,
            "describe this type with BOOST_DESCRIBE_STRUCT, or give it to_text or write_node"
        );
        Node::Map map;
        boost::mp11::mp_for_each<detail::Members<T>>([&]<class Member>(Member) {
            const auto& member = value.*Member::pointer;
            if constexpr (detail::is_optional<std::remove_cvref_t<decltype(member)>>) {
                if (!member) return;
            }
            map.push_back({std::string(detail::spelling<T>(Member::name)), to_node(member)});
        });
        return map;
    }
}

}  // namespace diorama
