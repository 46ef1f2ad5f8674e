#include "base/yaml.hpp"

#include "base/key_set.hpp"
#include "base/unicode.hpp"
#include "base/yaml_events.hpp"
#include "base/yaml_scalar.hpp"

#include <algorithm>
#include <unordered_map>

namespace diorama {

namespace {

using Type = YamlEvent::Type;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view core_tags = "tag:yaml.org,2002:";
/// The tree may hold this many times the text's bytes in scalars: aliases repeat them.
constexpr std::size_t expansion = 4;

/// What a copy of a tree costs.
struct Cost {
    std::size_t nodes = 1;
    std::size_t bytes = 0;
    std::size_t depth = 0;  ///< Levels of lists and maps.

    void add(const Cost& inner)
    {
        nodes += inner.nodes;
        bytes += inner.bytes;
        depth = std::max(depth, inner.depth + 1);
    }
};

Cost cost_of(const Node& node)
{
    Cost cost;
    if (const auto* text = node.string()) cost.bytes = text->size();
    if (const auto* list = node.list()) {
        cost.depth = 1;
        for (const Node& item : *list)
            cost.add(cost_of(item));
    }
    if (const auto* map = node.map()) {
        cost.depth = 1;
        for (const auto& [key, value, at] : *map) {
            cost.bytes += key.size();
            cost.add(cost_of(value));
        }
    }
    return cost;
}

class Reader {
public:
    Reader(std::string_view text, std::string file, YamlLimits limits)
        : events_(text),
          file_(std::move(file)),
          limits_(limits),
          left_{limits.nodes, limits.bytes * expansion}
    {}

    Result<Node> document()
    {
        auto first = next();
        if (!first) return first.error();
        if (first->type == Type::end) return Node{};
        auto begin = next();
        if (!begin) return begin.error();
        auto root = value(*begin, 0);
        if (!root) return root.error();
        const auto after = next();
        if (!after) return after.error();
        if (after->type == Type::end) return root;
        return fail(after->at, "a second document begins here", "Keep one document in the file.");
    }

private:
    struct Anchor {
        Node node;
        Cost cost;
    };
    struct Budget {
        std::size_t nodes;
        std::size_t bytes;
    };

    Result<YamlEvent> next()
    {
        auto event = events_.next();
        if (!event) {
            const auto& fault = event.error();
            const bool tab = fault.text.find("cannot start any token") != std::string::npos;
            return fail(
                fault.at,
                display(fault.text),
                tab ? "Put the text in quotes; indent with blanks, not tabs."
                    : "Correct the YAML there."
            );
        }
        if (event->at.known()) last_ = event->at;
        return std::move(*event);
    }

    Error fail(Position at, std::string what, std::string mend, Code code = Code::invalid) const
    {
        return {
            code,
            fmt::format("{}: {}", place(file_, at.known() ? at : last_), what),
            std::move(mend)
        };
    }

    Result<Node> value(const YamlEvent& event, std::size_t depth)
    {
        if (depth >= limits_.depth && event.type != Type::scalar && event.type != Type::alias)
            return too_deep(event.at);
        if (event.type == Type::alias) return alias(event, depth);
        // From here on an alias of that name would mean what begins here.
        if (!event.anchor.empty()) anchors_.erase(event.anchor);
        auto node = event.type == Type::scalar ? scalar(event)
                    : event.type == Type::list ? list(event, depth)
                                               : map(event, depth);
        if (!node) return node.error();
        if (!node->at.known()) node->at = event.at;
        if (const auto kept = keep(event, *node); !kept) return kept.error();
        return node;
    }

    Result<Node> scalar(const YamlEvent& event)
    {
        if (const auto spent = spend(event.at, {.bytes = event.text.size()}); !spent)
            return spent.error();
        auto resolved = resolve(event);
        if (!resolved) return resolved.error();
        resolved->at =
            event.at.known() ? event.at : last_;  // An absent value stands where its key does.
        resolved->quoted = !event.plain;
        if (!resolved->string()) resolved->written = event.text;
        return resolved;
    }

    Result<Node> resolve(const YamlEvent& event) const
    {
        if (event.tag.empty()) return event.plain ? yaml_scalar(event.text) : Node(event.text);
        const auto kind = core_tag(event);
        if (kind == "str") return Node(event.text);
        Node node = yaml_scalar(event.text);
        if (kind == "int" && node.integer()) return node;
        if (kind == "float" && node.number()) return Node(*node.number());
        if (kind == "bool" && node.boolean()) return node;
        if (kind == "null" && node.is_null()) return node;
        return bad_tag(event);
    }

    Result<Node> list(const YamlEvent& event, std::size_t depth)
    {
        if (!event.tag.empty() && core_tag(event) != "seq") return bad_tag(event);
        if (const auto spent = spend(event.at, {}); !spent) return spent.error();
        Node node(Node::List{});
        auto& items = std::get<Node::List>(node.value);
        for (;;) {
            const auto item = next();
            if (!item) return item.error();
            if (item->type == Type::list_end) return node;
            auto read = value(*item, depth + 1);
            if (!read) return read.error();
            if (items.empty() && !event.at.known()) node.at = read->at;
            items.push_back(std::move(*read));
        }
    }

    Result<Node> map(const YamlEvent& event, std::size_t depth)
    {
        if (!event.tag.empty() && core_tag(event) != "map") return bad_tag(event);
        if (const auto spent = spend(event.at, {}); !spent) return spent.error();
        Node node(Node::Map{});
        auto& entries = std::get<Node::Map>(node.value);
        KeySet keys;
        std::optional<std::size_t> merge;
        for (;;) {
            const auto key = next();
            if (!key) return key.error();
            if (key->type == Type::map_end) break;
            if (const auto fine = check_key(*key, keys); !fine) return fine.error();
            const auto begin = next();
            if (!begin) return begin.error();
            auto read = value(*begin, depth + 1);
            if (!read) return read.error();
            if (entries.empty() && !event.at.known()) node.at = key->at;
            if (key->plain && key->text == "<<") merge = entries.size();
            entries.push_back({key->text, std::move(*read), key->at});
        }
        if (!merge) return node;
        if (const auto merged = expand(entries, *merge, keys); !merged) return merged.error();
        return node;
    }

    Result<> check_key(const YamlEvent& key, KeySet& keys)
    {
        if (key.type != Type::scalar)
            return fail(
                key.at, "a key must be a scalar", "Write plain or quoted text before the colon."
            );
        if (!key.tag.empty() && core_tag(key) != "str") return bad_tag(key);
        if (!key.anchor.empty())
            return fail(key.at, "a key cannot have an anchor", "Put the anchor on the value.");
        if (key.plain && key.text.empty())
            return fail(key.at, "the key is missing", "Write a key before the colon.");
        if (!keys.add(key.text))
            return fail(
                key.at,
                fmt::format("the key '{}' stands twice in one map", display(key.text)),
                "Remove one of the two."
            );
        return spend(key.at, {.nodes = 0, .bytes = key.text.size()});
    }

    /// Replaces the entry at `merge`, whose key is `<<`, by those of its maps' entries that `keys`
    /// has not.
    Result<> expand(Node::Map& entries, std::size_t merge, KeySet& keys) const
    {
        const Node::Entry source = std::move(entries[merge]);
        Node::Map merged;
        const auto take = [&](const Node& from) {
            if (!from.map()) return false;
            for (const Node::Entry& entry : *from.map()) {
                if (keys.add(entry.key)) merged.push_back(entry);
            }
            return true;
        };
        const auto* list = source.value.list();
        const bool fine = list ? std::ranges::all_of(*list, take) : take(source.value);
        if (!fine)
            return fail(
                source.at, "<< takes a map or a list of maps", "Name an anchor of a map: <<: *name."
            );
        const auto at = entries.begin() + static_cast<std::ptrdiff_t>(merge);
        entries.insert(
            entries.erase(at),
            std::make_move_iterator(merged.begin()),
            std::make_move_iterator(merged.end())
        );
        return ok();
    }

    Result<Node> alias(const YamlEvent& event, std::size_t depth)
    {
        const auto found = anchors_.find(event.text);
        if (found == anchors_.end())
            return fail(
                event.at,
                fmt::format("the alias '*{}' names nothing", display(event.text)),
                fmt::format(
                    "Put '&{}' on an earlier value that does not hold the alias.",
                    display(event.text)
                )
            );
        if (aliases_++ == limits_.aliases)
            return fail(
                event.at,
                fmt::format("more than {} aliases", limits_.aliases),
                "Write the values out.",
                Code::too_many
            );
        const Anchor& anchor = found->second;
        if (depth + anchor.cost.depth > limits_.depth) return too_deep(event.at);
        if (const auto spent = spend(event.at, anchor.cost); !spent) return spent.error();
        return anchor.node;
    }

    /// Remembers what an anchor names. The copies count too, or anchors within anchors would be a
    /// bomb.
    Result<> keep(const YamlEvent& event, const Node& node)
    {
        if (event.anchor.empty()) return ok();
        const auto cost = cost_of(node);
        anchored_ += cost.nodes;
        if (anchored_ > limits_.nodes) return too_many(event.at);
        anchors_.insert_or_assign(event.anchor, Anchor{node, cost});
        return ok();
    }

    Result<> spend(Position at, Cost cost)
    {
        if (cost.nodes > left_.nodes || cost.bytes > left_.bytes) return too_many(at);
        left_.nodes -= cost.nodes;
        left_.bytes -= cost.bytes;
        return ok();
    }

    /// "str" for "tag:yaml.org,2002:str"; empty for tags that are not of YAML itself.
    static std::string_view core_tag(const YamlEvent& event)
    {
        const std::string_view tag = event.tag;
        return tag.starts_with(core_tags) ? tag.substr(core_tags.size()) : std::string_view();
    }

    Error bad_tag(const YamlEvent& event) const
    {
        return fail(
            event.at,
            fmt::format("the tag '{}' is not taken here", display(event.tag)),
            "Remove the tag."
        );
    }
    Error too_deep(Position at) const
    {
        return fail(
            at,
            fmt::format("nested deeper than {} levels", limits_.depth),
            "Flatten the document.",
            Code::too_many
        );
    }
    Error too_many(Position at) const
    {
        return fail(
            at,
            fmt::format(
                "more than {} values or {} bytes once aliases are expanded",
                limits_.nodes,
                limits_.bytes * expansion
            ),
            "Write a smaller document.",
            Code::too_many
        );
    }

    YamlEvents events_;
    std::string file_;
    YamlLimits limits_;
    Budget left_;
    std::size_t aliases_ = 0;
    std::size_t anchored_ = 0;
    std::unordered_map<std::string, Anchor> anchors_;
    Position last_;
};

/// Characters that YAML does not allow (section 5.1: control characters but tab and line ends), or
/// about which its versions disagree: 1.1 ends a line at U+0085, U+2028 and U+2029, 1.2 does not.
std::optional<std::string_view> forbidden_character(std::string_view text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool blank = text[i] == '\t' || text[i] == '\n' || text[i] == '\r';
        if ((byte < 0x20 && !blank) || byte == 0x7F) return text.substr(i, 1);
        if (text.substr(i).starts_with("\u0085")) return text.substr(i, 2);
        if (byte != 0xE2) continue;
        const auto three = text.substr(i, 3);
        if (three == "\u2028" || three == "\u2029") return three;
    }
    return std::nullopt;
}

/// Directives for tags, which nobody needs where only core tags are taken; libyaml compares each
/// with all before it.
bool has_tag_directive(std::string_view text)
{
    return text.starts_with("%TAG") || text.find("\n%TAG") != std::string_view::npos ||
           text.find("\r%TAG") != std::string_view::npos;
}

}  // namespace

Result<Node> parse_yaml(std::string_view text, std::string file, YamlLimits limits)
{
    file = display(file);
    if (text.size() > limits.bytes)
        return Error{
            Code::too_many,
            fmt::format("{}: has {} bytes, at most {} are taken", file, text.size(), limits.bytes),
            "Write a smaller document."
        };
    if (!is_utf8(text))
        return Error{
            Code::invalid, fmt::format("{}: is not UTF-8", file), "Save the file as UTF-8."
        };
    if (const auto bad = forbidden_character(text)) {
        const auto before = text.substr(0, static_cast<std::size_t>(bad->data() - text.data()));
        const auto line = std::ranges::count(before, '\n') + 1;
        return Error{
            Code::invalid,
            fmt::format("{}:{}: holds the character {}", file, line, display(*bad)),
            "Remove it, or write it as an escape in double quotes."
        };
    }
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    if (has_tag_directive(text))
        return Error{
            Code::invalid,
            fmt::format("{}: has a %TAG directive", file),
            "Remove it; only core tags are taken."
        };
    return Reader(text, std::move(file), limits).document();
}

}  // namespace diorama
