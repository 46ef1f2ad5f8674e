#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace diorama {

/// Where something stands in a text, counted from 1; 0 when unknown (JSON, values made by code).
struct Position {
    int line = 0;
    int column = 0;  ///< In characters, not bytes, for YAML and TOML.
    int source = 0;  ///< Which text, where trees of several are merged; numbered by who merges.

    bool known() const { return line > 0; }
    friend bool operator==(const Position&, const Position&) = default;
};

/// `file:line:column`, or `file` alone when the position is unknown.
std::string place(std::string_view file, Position at);

/// A value as JSON, YAML and TOML know it: what the parsers give and `described.hpp` reads.
///
/// Built by hand it reads like the text it becomes:
/// `Node::Map{{"Image", image}, {"Labels", Node::Map{{"a", "b"}}}, {"Ports", Node::List{80, 81}}}`.
struct Node {
    struct Entry;
    using List = std::vector<Node>;
    using Map = std::vector<Entry>;  ///< In file order; the parsers give each key once.

    enum class Kind { null, boolean, integer, number, string, list, map };

    std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Map> value;
    Position at;
    /// YAML: what the file says for a plain scalar that is not a string (`0x50`, `0440`, `~`),
    /// since Compose takes `80` and `1.10` as text in many places. Empty everywhere else.
    std::string written;
    bool quoted = false;  ///< YAML: '…', "…", | or >.

    Node();
    Node(const Node&);
    Node(Node&&) noexcept;
    Node& operator=(const Node&);
    Node& operator=(Node&&) noexcept;
    ~Node();

    Node(std::nullptr_t) : Node() {}
    template <std::same_as<bool> B>
    Node(B truth) : Node(of_boolean(truth))
    {}
    /// Above the largest int64 a number loses digits, as it does in every JavaScript reader.
    template <std::integral I>
        requires(!std::same_as<I, bool>)
    Node(I whole)
        : Node(
              std::in_range<std::int64_t>(whole) ? of_integer(static_cast<std::int64_t>(whole))
                                                 : Node(static_cast<double>(whole))
          )
    {}
    Node(double number);
    Node(std::string text);
    Node(std::string_view text);
    Node(const char* text);
    Node(List list);
    Node(Map map);

    Kind kind() const { return static_cast<Kind>(value.index()); }
    /// For messages: "null", "boolean", "number", "string", "list" or "map".
    std::string_view kind_name() const;

    bool is_null() const { return kind() == Kind::null; }
    const bool* boolean() const { return std::get_if<bool>(&value); }
    const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value); }
    std::optional<double> number() const;  ///< Whole numbers too.
    const std::string* string() const { return std::get_if<std::string>(&value); }
    const List* list() const { return std::get_if<List>(&value); }
    const Map* map() const { return std::get_if<Map>(&value); }

    /// A string, or the text of any other scalar as the file has it; nothing for lists and maps.
    std::optional<std::string> scalar_text() const;

    /// The value at `key`; null when this is no map or has no such key.
    const Node* find(std::string_view key) const;
    /// Replaces the value at `key`, or adds it at the end. Makes a map of what is not one.
    Node& set(std::string_view key, Node node);

    /// Compares values only: not positions, nor how a scalar was written.
    friend bool operator==(const Node& left, const Node& right);

private:
    static Node of_boolean(bool truth);
    static Node of_integer(std::int64_t whole);
};

struct Node::Entry {
    std::string key;
    Node value;
    Position at;  ///< Of the key.

    friend bool operator==(const Entry& left, const Entry& right)
    {
        return left.key == right.key && left.value == right.value;
    }
};

}  // namespace diorama
