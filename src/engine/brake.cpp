#include "engine/brake.hpp"

#include "base/instant.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "store/settings.hpp"

#include <algorithm>

namespace diorama {

namespace {

constexpr std::string_view key = "brake";

std::string count_of(const Brake& brake, Leaver::Why why)
{
    const auto count = std::ranges::count(brake.leavers, why, &Leaver::why);
    if (count == 0) return "";
    const std::string_view fact = why == Leaver::Why::unlisted
                                      ? "the forge lists {} no longer"
                                      : "the rules, which changed, no longer want {}";
    return fmt::format(fmt::runtime(fact), count);
}

}  // namespace

std::string_view sentence(Leaver::Why why)
{
    return why == Leaver::Why::unlisted ? "its forge lists it no longer"
                                        : "the rules changed, and no longer want it";
}

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
        brake.leavers.push_back(
            {ProjectId::parse(*each.find("project")->string()).value(),
             *each.find("number")->integer(),
             each.find("unwanted") ? Leaver::Why::unwanted : Leaver::Why::unlisted}
        );
    return brake;
}

void hold(Tx& tx, const Brake& brake)
{
    Node::List leavers;
    for (const Leaver& each : brake.leavers) {
        Node leaver = Node::Map{
            {"project", each.project.text()},
            {"number",  each.number        }
        };
        if (each.why == Leaver::Why::unwanted) leaver.set("unwanted", true);
        leavers.push_back(std::move(leaver));
    }
    const Node node = Node::Map{
        {"at",      static_cast<std::int64_t>(brake.at.time_since_epoch().count())},
        {"missing", std::move(leavers)                                            }
    };
    settings::set(tx, key, write_json(node));
}

void let_go(Tx& tx)
{
    settings::set(tx, key, "");
}

std::string sentence(const Brake& brake)
{
    std::vector<std::string> facts;
    for (const auto why : {Leaver::Why::unlisted, Leaver::Why::unwanted})
        if (auto fact = count_of(brake, why); !fact.empty()) facts.push_back(std::move(fact));
    return fmt::format(
        "since {} {}; none of these previews was taken down, because that many at once is more "
        "often a mistake than meant. If it is right: diorama brake release",
        format_instant(brake.at),
        join(facts, ", and ")
    );
}

}  // namespace brake

}  // namespace diorama
