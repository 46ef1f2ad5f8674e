#include "base/reading.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"

#include <algorithm>

namespace diorama {

namespace {

/// More than a person mends at once; a hostile document must not grow our answer without bound.
constexpr std::size_t most_lines = 20;
constexpr std::size_t longest_shown = 64;

std::string quoted(std::string_view text)
{
    return fmt::format("'{}'", display(text, longest_shown));
}

std::string listed(std::span<const std::string_view> names)
{
    return fmt::format("{}", fmt::join(names, ", "));
}

bool is_word(std::string_view key)
{
    return !key.empty() && std::ranges::all_of(key, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
}

/// Plain YAML words that YAML 1.1 took for a boolean and 1.2 does not.
bool was_boolean(std::string_view word)
{
    constexpr std::array words{"yes", "no", "on", "off", "y", "n", "true", "false"};
    return std::ranges::find(words, lower(word)) != words.end();
}

std::string mend_for(const Node& node, std::string_view wanted)
{
    const auto* text = node.string();
    if (wanted == "boolean" && text && was_boolean(*text))
        return "Write true or false, without quotes.";
    if (wanted == "string" && node.kind_name() != "list" && node.kind_name() != "map" &&
        !node.is_null())
        return "Put it in quotes.";
    return {};
}

}  // namespace

/// One step down the path, taken back when it goes.
class Reading::Step {
public:
    Step(Reading& reading, std::string_view key) : path_(reading.path_), length_(path_.size())
    {
        if (is_word(key) && key.size() <= longest_shown) {
            if (!path_.empty()) path_ += '.';
            path_ += key;
        } else {
            path_ += fmt::format("[{}]", quoted(key));
        }
    }
    Step(Reading& reading, std::size_t index) : path_(reading.path_), length_(path_.size())
    {
        path_ += fmt::format("[{}]", index);
    }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    ~Step() { path_.resize(length_); }

private:
    std::string& path_;
    std::size_t length_;
};

void Reading::value(const Type& type, const Node& node, void* into)
{
    if (type.read) return type.read(type, *this, node, into);
    switch (type.kind) {
        case Type::Kind::record: return record(type, node, into);
        case Type::Kind::list: return list(type, node, into);
        case Type::Kind::map: return map(type, node, into);
        case Type::Kind::optional:
            if (!node.is_null()) value(type.element(), node, type.add(into, {}));
            return;
        default: std::abort();  // A leaf without a reader is a mistake in described.hpp.
    }
}

void Reading::record(const Type& type, const Node& node, void* into)
{
    if (!node.map()) return expected(node, "map");
    for (const Node::Entry& entry : *node.map()) {
        const auto field = std::ranges::find(type.fields, entry.key, &Field::name);
        if (field == type.fields.end()) {
            if (unknown_ == Unknown::error) unknown_key(type, entry);
            continue;
        }
        const Step step(*this, entry.key);
        value(field->type(), entry.value, field->in(into));
    }
    for (const Field& field : type.fields) {
        if (!field.required || node.find(field.name)) continue;
        const Step step(*this, field.name);
        problem(node.at, "is missing", fmt::format("Add '{}'.", field.name));
    }
}

void Reading::unknown_key(const Type& type, const Node::Entry& entry)
{
    std::vector<std::string_view> names;
    for (const Field& field : type.fields)
        names.push_back(field.name);
    const auto near = nearest(entry.key, names);
    const Step step(*this, entry.key);
    if (near)
        return problem(
            entry.at,
            fmt::format("unknown key (did you mean '{}'?)", *near),
            fmt::format("Rename it to '{}'.", *near)
        );
    problem(entry.at, "unknown key", fmt::format("Remove it; known here: {}.", listed(names)));
}

void Reading::list(const Type& type, const Node& node, void* into)
{
    if (node.is_null()) return;
    if (!node.list()) return expected(node, "list");
    type.clear(into);
    for (std::size_t i = 0; i < node.list()->size(); ++i) {
        const Step step(*this, i);
        value(type.element(), (*node.list())[i], type.add(into, {}));
    }
}

void Reading::map(const Type& type, const Node& node, void* into)
{
    if (node.is_null()) return;
    if (!node.map()) return expected(node, "map");
    type.clear(into);
    for (const Node::Entry& entry : *node.map()) {
        const Step step(*this, entry.key);
        value(type.element(), entry.value, type.add(into, entry.key));
    }
}

void Reading::problem(Position at, std::string text, std::string mend)
{
    if (++count_ > most_lines) return;
    if (count_ == 1) first_mend_ = std::move(mend);
    const std::string_view separator = path_.empty() ? "" : ": ";
    lines_.push_back(fmt::format("{}: {}{}{}", place(what_, at), path_, separator, text));
}

void Reading::expected(const Node& node, std::string_view wanted)
{
    problem(
        node.at,
        fmt::format("expected {}, got {}", wanted, node.kind_name()),
        mend_for(node, wanted)
    );
}

const std::string* Reading::text(const Node& node)
{
    if (!node.string()) expected(node, "string");
    return node.string();
}

std::optional<std::int64_t>
Reading::integer(const Node& node, std::int64_t least, std::int64_t most)
{
    const auto* whole = node.integer();
    if (!whole) {
        expected(node, "whole number");
        return std::nullopt;
    }
    if (*whole >= least && *whole <= most) return *whole;
    problem(node.at, fmt::format("expected a number from {} to {}, got {}", least, most, *whole));
    return std::nullopt;
}

std::optional<std::size_t>
Reading::choice(const Node& node, std::span<const std::string_view> names)
{
    const auto* word = text(node);
    if (!word) return std::nullopt;
    const auto found = std::ranges::find(names, *word);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    const auto near = nearest(*word, names);
    problem(
        node.at,
        fmt::format("{} is not one of {}", quoted(*word), listed(names)),
        near ? fmt::format("Write '{}'.", *near) : std::string("Write one of these words.")
    );
    return std::nullopt;
}

Error Reading::error() const
{
    Error error{Code::invalid, fmt::format("{}", fmt::join(lines_, "\n")), first_mend_};
    if (count_ > lines_.size())
        error.message += fmt::format("\nand {} more", count_ - lines_.size());
    if (count_ > 1) error.mend = fmt::format("Mend these {} places.", count_);
    return error;
}

}  // namespace diorama
