#include "engine/sleep/revival.hpp"

#include "base/described.hpp"
#include "base/json.hpp"

namespace diorama {

namespace {

// What stands in the store: its own names, so that the model may change its.

struct KeptDependency {
    std::string service;
    std::int64_t condition = 0;
};
BOOST_DESCRIBE_STRUCT(KeptDependency, (), (service, condition))

struct Kept {
    bool job = false;
    bool routed = false;
    std::optional<std::string> path;
    std::optional<std::uint16_t> port;
    milliseconds limit{};
    std::vector<KeptDependency> after;

    static constexpr auto required = {"limit"};
};
BOOST_DESCRIBE_STRUCT(Kept, (), (job, routed, path, port, limit, after))

}  // namespace

std::string to_text(const Revival& revival)
{
    const Gate& gate = revival.gate;
    Kept kept{
        .job = revival.job,
        .routed = gate.routed,
        .path = gate.path,
        .port = gate.port,
        .limit = gate.limit
    };
    for (const Dependency& each : revival.depends_on)
        kept.after.push_back({each.service, static_cast<std::int64_t>(each.condition)});
    return write_json(to_node(kept));
}

Result<Revival> parse_revival(std::string_view text)
{
    const auto node = parse_json(text);
    if (!node) return node.error();
    const auto kept = read<Kept>(*node, "instance");
    if (!kept) return kept.error();
    Revival revival{
        .gate = {kept->routed, kept->path, kept->port, kept->limit},
          .job = kept->job
    };
    for (const KeptDependency& each : kept->after) {
        const auto condition = static_cast<Dependency::Condition>(each.condition);
        if (condition < Dependency::Condition::started ||
            condition > Dependency::Condition::completed)
            return Error{Code::invalid, "there is no such condition"};
        revival.depends_on.push_back({.service = each.service, .condition = condition});
    }
    return revival;
}

}  // namespace diorama
