#include "manifest/long_form.hpp"

#include "base/unicode.hpp"
#include "manifest/shell_words.hpp"

namespace diorama::manifest {

namespace {

/// Rewrites the value of one key.
using Rewrite = Node (*)(const Node&, Findings&);

/// "K=V" and "K" as entries of a map; a later one of the same key wins.
Node pairs(const Node& node, Findings& findings, std::string_view separators)
{
    if (!node.list()) return node;
    Node map = placed(Node::Map{}, node.at);
    for (const Node& each : *node.list()) {
        const auto text = each.scalar_text();
        if (!text) {
            findings.wrong(
                each.at, fmt::format("a {} stands where NAME=value shall be", each.kind_name())
            );
            continue;
        }
        const auto sign = text->find_first_of(separators);
        Node value = sign == std::string::npos ? Node() : Node(text->substr(sign + 1));
        map.set(text->substr(0, sign), placed(std::move(value), each.at));
    }
    for (Node::Entry& entry : std::get<Node::Map>(map.value))
        entry.at = entry.value.at;
    return map;
}

Node equals_pairs(const Node& node, Findings& findings)
{
    return pairs(node, findings, "=");
}

Node host_pairs(const Node& node, Findings& findings)
{
    return pairs(node, findings, "=:");
}

/// Names as keys of a map whose values are empty maps.
Node names(const Node& node, Findings& findings)
{
    if (!node.list()) return node;
    Node map = placed(Node::Map{}, node.at);
    auto& entries = std::get<Node::Map>(map.value);
    for (const Node& each : *node.list()) {
        const auto text = each.scalar_text();
        if (text && map.find(*text)) continue;
        if (text)
            entries.push_back({*text, placed(Node::Map{}, each.at), each.at});
        else
            findings.wrong(
                each.at, fmt::format("a {} stands where a name shall be", each.kind_name())
            );
    }
    return map;
}

/// One value as a list of it.
Node listed(const Node& node, Findings&)
{
    if (node.list() || node.is_null()) return node;
    return placed(Node::List{node}, node.at);
}

/// Strings in a list become maps with one key.
template <char const* Name>
Node listed_as(const Node& node, Findings& findings)
{
    Node list = listed(node, findings);
    if (!list.list()) return list;
    for (Node& each : std::get<Node::List>(list.value)) {
        if (each.map() || each.list()) continue;
        const Position at = each.at;
        each = placed(
            Node::Map{
                {Name, each, at}
        },
            at
        );
    }
    return list;
}

template <char const* Name>
Node mapped_as(const Node& node, Findings&)
{
    if (node.map() || node.list() || node.is_null()) return node;
    return placed(
        Node::Map{
            {Name, node, node.at}
    },
        node.at
    );
}

Node words(const Node& node, Findings& findings)
{
    if (node.list() || node.map() || node.is_null()) return node;
    const auto split = shell_words(*node.scalar_text());
    if (!split) {
        findings.add(node.at, split.error());
        return node;
    }
    Node list = placed(Node::List{}, node.at);
    for (const std::string& word : *split)
        std::get<Node::List>(list.value).push_back(placed(word, node.at));
    return list;
}

/// `test: curl …` is for the image's shell.
Node health_test(const Node& node, Findings&)
{
    if (node.list() || node.map() || node.is_null()) return node;
    return placed(
        Node::List{placed("CMD-SHELL", node.at), placed(*node.scalar_text(), node.at)}, node.at
    );
}

Node ulimits(const Node& node, Findings&)
{
    Node map = node;
    if (!map.map()) return map;
    for (Node::Entry& entry : std::get<Node::Map>(map.value)) {
        if (entry.value.map() || entry.value.list()) continue;
        const Position at = entry.value.at;
        entry.value = placed(
            Node::Map{
                {"soft", entry.value, at},
                {"hard", entry.value, at}
        },
            at
        );
    }
    return map;
}

struct Rule {
    std::string_view key;
    Rewrite rewrite;
};

constexpr char context_key[] = "context";
constexpr char path_key[] = "path";
constexpr char service_key[] = "service";
constexpr char source_key[] = "source";

constexpr auto service_rules = std::to_array<Rule>({
    {"build",       mapped_as<context_key>},
    {"cap_add",     listed                },
    {"cap_drop",    listed                },
    {"command",     words                 },
    {"configs",     listed_as<source_key> },
    {"depends_on",  names                 },
    {"entrypoint",  words                 },
    {"env_file",    listed_as<path_key>   },
    {"environment", equals_pairs          },
    {"expose",      listed                },
    {"extends",     mapped_as<service_key>},
    {"extra_hosts", host_pairs            },
    {"group_add",   listed                },
    {"labels",      equals_pairs          },
    {"links",       listed                },
    {"networks",    names                 },
    {"ports",       long_ports            },
    {"profiles",    listed                },
    {"secrets",     listed_as<source_key> },
    {"sysctls",     equals_pairs          },
    {"tmpfs",       listed                },
    {"ulimits",     ulimits               },
    {"volumes",     long_volumes          },
});

constexpr auto build_rules = std::to_array<Rule>({
    {"args",       equals_pairs},
    {"cache_from", listed      },
    {"labels",     equals_pairs},
});

constexpr auto healthcheck_rules = std::to_array<Rule>({
    {"test", health_test}
});
constexpr auto labels_rules = std::to_array<Rule>({
    {"labels", equals_pairs}
});
constexpr auto include_rules = std::to_array<Rule>({
    {"env_file", listed},
    {"path",     listed}
});

void apply(Node& map, std::span<const Rule> rules, Findings& findings)
{
    if (!map.map()) return;
    for (Node::Entry& entry : std::get<Node::Map>(map.value)) {
        for (const Rule& rule : rules) {
            if (entry.key == rule.key) entry.value = rule.rewrite(entry.value, findings);
        }
    }
}

Node* below(Node& map, std::string_view key)
{
    return const_cast<Node*>(std::as_const(map).find(key));
}

void service_to_long_form(Node& service, Findings& findings)
{
    apply(service, service_rules, findings);
    if (Node* build = below(service, "build")) apply(*build, build_rules, findings);
    if (Node* health = below(service, "healthcheck")) apply(*health, healthcheck_rules, findings);
}

/// Calls `rewrite` for each value of the section's map.
template <class Each>
void each_value(Node& document, std::string_view section, Each rewrite)
{
    Node* map = below(document, section);
    if (!map || !map->map()) return;
    for (Node::Entry& entry : std::get<Node::Map>(map->value))
        rewrite(entry.value);
}

}  // namespace

Node placed(Node node, Position at)
{
    node.at = at;
    return node;
}

void to_long_form(Node& document, Findings& findings)
{
    each_value(document, "services", [&](Node& each) { service_to_long_form(each, findings); });
    for (const std::string_view section : {"networks", "volumes"})
        each_value(document, section, [&](Node& each) { apply(each, labels_rules, findings); });
    if (Node* include = below(document, "include")) {
        *include = listed_as<path_key>(*include, findings);
        if (!include->list()) return;
        for (Node& each : std::get<Node::List>(include->value))
            apply(each, include_rules, findings);
    }
}

}  // namespace diorama::manifest
