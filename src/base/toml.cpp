#include "base/toml.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"

#include <algorithm>
#include <sstream>
#include <toml++/toml.h>
#include <tuple>

namespace diorama {

namespace {

constexpr std::size_t most_bytes = 1U << 20U;
/// Each dot of a key may open a table, and neither toml++ nor our tree survives tens of thousands
/// of them one in another. toml++ itself bounds brackets and braces (256 levels).
constexpr std::ptrdiff_t most_dots = 64;

Position position(const toml::source_region& source)
{
    return {static_cast<int>(source.begin.line), static_cast<int>(source.begin.column)};
}

template <class Time>
Node written(const Time& time)
{
    std::ostringstream out;
    out << time;
    return Node(out.str());
}

Node convert(const toml::node& from);

Node convert_table(const toml::table& table)
{
    Node::Map map;
    for (const auto& [key, value] : table)
        map.push_back({std::string(key.str()), convert(value), position(key.source())});
    // toml++ sorts by name; people expect the order of the file.
    std::ranges::sort(map, {}, [](const Node::Entry& entry) {
        return std::tuple(entry.at.line, entry.at.column);
    });
    return map;
}

Node convert_array(const toml::array& array)
{
    Node::List list;
    for (const auto& item : array)
        list.push_back(convert(item));
    return list;
}

Node convert_value(const toml::node& from)
{
    switch (from.type()) {
        case toml::node_type::table: return convert_table(*from.as_table());
        case toml::node_type::array: return convert_array(*from.as_array());
        case toml::node_type::string: return Node(from.as_string()->get());
        case toml::node_type::integer: return Node(from.as_integer()->get());
        case toml::node_type::floating_point: return Node(from.as_floating_point()->get());
        case toml::node_type::boolean: return Node(from.as_boolean()->get());
        case toml::node_type::date: return written(from.as_date()->get());
        case toml::node_type::time: return written(from.as_time()->get());
        case toml::node_type::date_time: return written(from.as_date_time()->get());
        case toml::node_type::none: break;
    }
    return {};
}

Node convert(const toml::node& from)
{
    Node node = convert_value(from);
    node.at = position(from.source());
    return node;
}

std::optional<int> line_of_many_dots(std::string_view text)
{
    int number = 0;
    for (const auto line : split(text, '\n')) {
        ++number;
        if (std::ranges::count(line, '.') > most_dots) return number;
    }
    return std::nullopt;
}

}  // namespace

Result<Node> parse_toml(std::string_view text, std::string file)
{
    file = display(file);
    if (text.size() > most_bytes)
        return Error{
            Code::too_many,
            fmt::format("{}: has {} bytes, at most {} are taken", file, text.size(), most_bytes),
            "Write a smaller file."
        };
    if (const auto line = line_of_many_dots(text))
        return Error{
            Code::too_many,
            fmt::format("{}:{}: more than {} dots in one line", file, *line, most_dots),
            "Break the line, or nest less deeply."
        };
    try {
        return convert(toml::parse(text));
    } catch (const toml::parse_error& error) {
        return Error{
            Code::invalid,
            fmt::format(
                "{}: {}", place(file, position(error.source())), display(error.description())
            ),
            "Correct the TOML there."
        };
    }
}

}  // namespace diorama
