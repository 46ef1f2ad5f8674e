#include "engine/cleanup/attendance.hpp"

#include "base/json.hpp"
#include "store/settings.hpp"

#include <algorithm>

namespace diorama {

namespace {

constexpr std::string_view key = "attendance";

/// Older gaps concern nobody: whatever stands since then was looked at long ago.
constexpr std::chrono::days memory{100};

/// So many that a daemon which is away each night has its months.
constexpr std::size_t most_gaps = 500;

std::int64_t number_of(Instant instant)
{
    return instant.time_since_epoch().count();
}

Instant instant_at(const Node& node, std::string_view name)
{
    return Instant{milliseconds{*node.find(name)->integer()}};
}

}  // namespace

Attendance Attendance::at(Instant now, milliseconds every) const
{
    if (last_ == Instant{}) return {now, {}};
    Attendance later{now, {}};
    for (Gap gap : gaps_) {
        gap.to = std::min(gap.to, now);
        if (gap.from < gap.to && gap.to > now - memory) later.gaps_.push_back(gap);
    }
    if (now - last_ > 2 * every) later.gaps_.push_back({last_ + every, now});
    if (later.gaps_.size() > most_gaps) later.gaps_.erase(later.gaps_.begin());
    return later;
}

milliseconds Attendance::since(Instant since) const
{
    if (since >= last_) return {};
    milliseconds attended = last_ - since;
    for (const Gap& gap : gaps_) {
        const Instant from = std::max(gap.from, since);
        if (from < gap.to) attended -= gap.to - from;
    }
    return attended;
}

namespace attendance {

Attendance read(Tx& tx)
{
    const auto text = settings::get(tx, key);
    if (!text) return {};
    const Node node = parse_json(*text).value();
    std::vector<Attendance::Gap> gaps;
    for (const Node& each : *node.find("gaps")->list())
        gaps.push_back({instant_at(each, "from"), instant_at(each, "to")});
    return {instant_at(node, "last"), std::move(gaps)};
}

void keep(Tx& tx, const Attendance& attendance)
{
    Node::List gaps;
    for (const auto& [from, to] : attendance.gaps())
        gaps.push_back(Node::Map{
            {"from", number_of(from)},
            {"to",   number_of(to)  }
        });
    const Node node = Node::Map{
        {"last", number_of(attendance.last())},
        {"gaps", std::move(gaps)             }
    };
    settings::set(tx, key, write_json(node));
}

}  // namespace attendance

}  // namespace diorama
