#include "base/node.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace diorama {

std::string place(std::string_view file, Position at)
{
    if (!at.known()) return std::string(file);
    return fmt::format("{}:{}:{}", file, at.line, at.column);
}

Node::Node() = default;
Node::Node(const Node&) = default;
Node::Node(Node&&) noexcept = default;
Node& Node::operator=(const Node&) = default;
Node& Node::operator=(Node&&) noexcept = default;
Node::~Node() = default;

Node::Node(double number) : value(number) {}
Node::Node(std::string text) : value(std::move(text)) {}
Node::Node(std::string_view text) : value(std::string(text)) {}
Node::Node(const char* text) : value(std::string(text)) {}
Node::Node(List list) : value(std::move(list)) {}
Node::Node(Map map) : value(std::move(map)) {}

Node Node::of_boolean(bool truth)
{
    Node node;
    node.value = truth;
    return node;
}

Node Node::of_integer(std::int64_t whole)
{
    Node node;
    node.value = whole;
    return node;
}

std::string_view Node::kind_name() const
{
    static constexpr std::array<std::string_view, 7> names{
        "null", "boolean", "number", "number", "string", "list", "map"
    };
    return names[value.index()];
}

std::optional<double> Node::number() const
{
    if (const auto* whole = integer()) return static_cast<double>(*whole);
    if (const auto* number = std::get_if<double>(&value)) return *number;
    return std::nullopt;
}

std::optional<std::string> Node::scalar_text() const
{
    if (const auto* text = string()) return *text;
    if (list() || map()) return std::nullopt;
    if (!written.empty()) return written;
    if (const auto* truth = boolean()) return *truth ? "true" : "false";
    if (const auto* whole = integer()) return fmt::format("{}", *whole);
    if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
    return std::string{};
}

const Node* Node::find(std::string_view key) const
{
    const auto* entries = map();
    if (!entries) return nullptr;
    for (const Entry& entry : *entries) {
        if (entry.key == key) return &entry.value;
    }
    return nullptr;
}

Node& Node::set(std::string_view key, Node node)
{
    if (!map()) value = Map{};
    auto& entries = std::get<Map>(value);
    for (Entry& entry : entries) {
        if (entry.key == key) return entry.value = std::move(node);
    }
    return entries.emplace_back(std::string(key), std::move(node)).value;
}

bool operator==(const Node& left, const Node& right)
{
    return left.value == right.value;
}

}  // namespace diorama
