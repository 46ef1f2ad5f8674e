#include "engine/brake.hpp"

#include "base/instant.hpp"
#include "base/json.hpp"
#include "store/settings.hpp"

namespace diorama {

namespace {

constexpr std::string_view key = "brake";

}  // namespace

bool too_many_at_once(std::size_t lost, std::size_t standing)
{
    return lost > 3 && lost * 5 > standing;
}

namespace brake {

std::optional<Brake> read(Tx& tx)
{
    const auto text = settings::get(tx, key);
    if (!text || text->empty()) return std::nullopt;
    const Node node = parse_json(*text).value();
    Brake brake{.at = Instant{milliseconds{*node.find("at")->integer()}}};
    for (const Node& each : *node.find("missing")->list())
        brake.missing.push_back(
            {ProjectId::parse(*each.find("project")->string()).value(),
             *each.find("number")->integer()}
        );
    return brake;
}

void hold(Tx& tx, const Brake& brake)
{
    Node::List missing;
    for (const Missing& each : brake.missing)
        missing.push_back(Node::Map{
            {"project", each.project.text()},
            {"number",  each.number        }
        });
    const Node node = Node::Map{
        {"at",      static_cast<std::int64_t>(brake.at.time_since_epoch().count())},
        {"missing", std::move(missing)                                            }
    };
    settings::set(tx, key, write_json(node));
}

void let_go(Tx& tx)
{
    settings::set(tx, key, "");
}

std::string sentence(const Brake& brake)
{
    return fmt::format(
        "since {} the forge lists {} pull requests no longer that have previews; none was taken "
        "down, "
        "because that many at once is more often a fault than the truth. If they are really "
        "closed: "
        "diorama brake release",
        format_instant(brake.at),
        brake.missing.size()
    );
}

}  // namespace brake

}  // namespace diorama
