#pragma once

#include "base/described.hpp"

// Behind described.hpp: which types there are, and the tables of a struct's fields and an enum's
// names.

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

}  // namespace diorama::detail
