#include "daemon/config.hpp"

#include "base/byte_size.hpp"
#include "base/described.hpp"
#include "base/text.hpp"
#include "base/toml.hpp"
#include "model/addresses.hpp"

#include <algorithm>

namespace diorama {

namespace {

std::string variable(std::string_view section, std::string_view key)
{
    std::string name = "DIORAMA_";
    if (!section.empty()) name += std::string(section) + "_";
    name += key;
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return name;
}

/// The value a variable's text stands for, judged by what the field is now.
Node value_of(const std::string& text, const Node& now)
{
    if (now.list()) {
        Node::List list;
        for (const std::string_view part : split(text, ','))
            list.emplace_back(trim(part));
        return list;
    }
    if (now.boolean()) {
        if (text == "true" || text == "1") return true;
        if (text == "false" || text == "0") return false;
        return text;
    }
    if (now.string()) return text;
    const auto number = parse_toml("value = " + text, "");
    return number && number->find("value") ? *number->find("value") : Node(text);
}

/// The defaults as a document, which tells which keys there are and what kind each has. Secrets
/// are in no document: registries come from the file alone.
Node shape()
{
    Config config;
    config.url.port = std::uint16_t{0};
    return Node::Map{
        {"data",         config.data                 },
        {"manifest",     config.manifest             },
        {"api",          to_node(config.api)         },
        {"gateway",      to_node(config.gateway)     },
        {"url",          to_node(config.url)         },
        {"repositories", to_node(config.repositories)},
        {"docker",       to_node(config.docker)      },
        {"network",      to_node(config.network)     },
        {"limits",       to_node(config.limits)      },
        {"security",     to_node(config.security)    },
        {"deadlines",    to_node(config.deadlines)   },
        {"log",          to_node(config.log)         }
    };
}

void override_from(Node& document, const Lookup& environment)
{
    const Node known = shape();
    for (const Node::Entry& section : *known.map()) {
        if (!section.value.map()) {
            if (const auto text = environment(variable("", section.key)))
                document.set(section.key, value_of(*text, section.value));
            continue;
        }
        for (const Node::Entry& field : *section.value.map()) {
            const auto text = environment(variable(section.key, field.key));
            if (!text) continue;
            Node table =
                document.find(section.key) ? *document.find(section.key) : Node(Node::Map{});
            table.set(field.key, value_of(*text, field.value));
            document.set(section.key, table);
        }
    }
}

Result<> one_of(
    std::string_view key, const std::string& value, std::initializer_list<std::string_view> words
)
{
    if (std::ranges::find(words, value) != words.end()) return ok();
    return Error{
        Code::invalid,
        fmt::format("{} is '{}'", key, value),
        fmt::format("Use one of: {}.", fmt::join(words, ", "))
    };
}

Result<> check(const Config& config)
{
    for (const auto& checked :
         {one_of("network.filter", config.network.filter, {"require", "off"}),
          one_of("security.non_root", config.security.non_root, {"allow", "require"}),
          one_of("url.scheme", config.url.scheme, {"http", "https"}),
          one_of("log.level", config.log.level, {"debug", "info", "warn", "error"})}) {
        if (!checked) return checked.error();
    }
    if (config.limits.workers < 1 || config.limits.builds < 1 || config.limits.services < 1)
        return Error{
            Code::invalid, "limits.workers, limits.builds and limits.services are at least 1"
        };
    return ok();
}

}  // namespace

Result<Config>
read_config(std::string_view text, const std::string& file, const Lookup& environment)
{
    auto document = parse_toml(text, file);
    if (!document) return document.error();
    override_from(*document, environment);
    auto config = read<Config>(*document, file.empty() ? "the environment" : file);
    if (!config) return config.error();
    const auto checked = check(*config);
    if (!checked) return checked.error().during(file.empty() ? "the environment" : file);
    return config;
}

Result<EngineSettings> engine_settings(const Config& config, std::uint16_t gateway_port)
{
    EngineSettings settings;
    const auto domain = check_domain(config.url.domain);
    if (!domain) return domain.error().during("url.domain");
    settings.domain = *domain;
    settings.entrance = {
        .scheme = config.url.scheme, .port = config.url.port.value_or(gateway_port)
    };
    settings.shapes.clear();
    for (const std::string& word : config.url.shapes) {
        const auto shape = shape_named(word);
        if (!shape) return shape.error().during("url.shapes");
        settings.shapes.push_back(*shape);
    }
    const auto range = Subnet::parse(config.network.subnets);
    if (!range) return range.error().during("network.subnets");
    settings.subnets = config.network.subnets;
    const auto reserved = free_subnet(*range, scene_prefix, {}, {});
    if (!reserved) return reserved.error().during("network.subnets");
    settings.reserved_subnet = reserved->text();
    settings.manifest = config.manifest;
    const auto memory = parse_byte_size(config.limits.memory);
    if (!memory) return memory.error().during("limits.memory");
    const auto most = parse_byte_size(config.limits.memory_most);
    if (!most) return most.error().during("limits.memory_most");
    settings.policy.defaults = {
        .memory = memory->bytes, .cpus = config.limits.cpus, .pids = config.limits.pids
    };
    settings.policy.most.memory = most->bytes;
    settings.policy.most.cpus = config.limits.cpus_most;
    settings.policy.services = static_cast<std::size_t>(config.limits.services);
    settings.policy.require_non_root = config.security.non_root == "require";
    settings.deadlines = {
        config.deadlines.fetch,
        config.deadlines.build,
        config.deadlines.health,
        config.deadlines.removal
    };
    settings.workers = static_cast<std::size_t>(config.limits.workers);
    settings.builds = static_cast<std::size_t>(config.limits.builds);
    return settings;
}

}  // namespace diorama
