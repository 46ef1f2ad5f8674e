#pragma once

#include "base/described_types.hpp"

// Behind described.hpp: a T as a document.

namespace diorama {

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
