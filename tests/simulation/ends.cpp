#include "simulation/ends.hpp"

#include "base/json.hpp"
#include "store/deliveries.hpp"
#include "store/environments.hpp"
#include "store/image_uses.hpp"
#include "store/occupants.hpp"

#include <algorithm>
#include <set>

namespace diorama::simulation {

namespace {

/// The last event of that name that somebody brought about before the one at `end`; the whole life
/// where there was none.
Instant last(const Events& events, std::string_view name, std::size_t end, Instant otherwise)
{
    for (std::size_t i = end; i-- > 0;)
        if (events[i].event == name && events[i].actor.type != Actor::Type::system)
            return events[i].at;
    return otherwise;
}

/// Where the last event of that name stands; behind the end where there is none.
std::size_t place_of_last(const Events& events, std::string_view name)
{
    for (std::size_t i = events.size(); i-- > 0;)
        if (events[i].event == name) return i;
    return events.size();
}

/// Not because its forge said so.
bool is_meant(const event_log::Record& closed)
{
    return closed.actor.type != Actor::Type::forge;
}

/// The wish that an end writes.
bool is_end(const event_log::Record& wanted)
{
    return wanted.data.find(R"("presence":"gone")") != std::string::npos;
}

std::string commit_in(const event_log::Record& event, std::string_view key)
{
    const Node node = parse_json(event.data).value();
    const Node* found = node.find(key);
    return found && found->string() ? *found->string() : "";
}

bool is_kept(const Environment& environment, Instant now)
{
    return environment.pinned || environment.kept_until.value_or(now) > now ||
           environment.state == State::awaiting_approval;
}

bool waits_for_place(House& house, const Environment& environment)
{
    return house.ask([&](Tx& tx) -> Result<bool> {
        const auto all = waiters(tx);
        return std::ranges::any_of(all, [&](const Waiter& each) {
            return each.environment.id == environment.id;
        });
    });
}

}  // namespace

bool was_ended_on_purpose(
    const Events& events, const Environment& environment, const std::string& head
)
{
    if (environment.state != State::destroyed) return false;
    const auto closed = place_of_last(events, "closed");
    return closed < events.size() && is_meant(events[closed]) &&
           commit_in(events[closed], "head") == head;
}

int stops(const Events& events)
{
    return static_cast<int>(std::ranges::count_if(events, [](const event_log::Record& event) {
        return event.event == "closed" && is_meant(event) && event.actor.type != Actor::Type::timer;
    }));
}

std::optional<std::string> wrong_hand(const Events& events, int extensions)
{
    int extended = 0;
    for (const event_log::Record& event : events) {
        if (event.actor.type != Actor::Type::user) continue;
        if (event.actor.name != "ann") return event.actor.name + " did what she may not";
        if (event.event == "extended") ++extended;
    }
    if (extended <= extensions) return std::nullopt;
    return fmt::format("was extended {} times, and {} asked for", extended, extensions);
}

std::optional<std::string> unsettled(House& house)
{
    return house.ask([&](Tx& tx) -> Result<std::optional<std::string>> {
        using enum deliveries::Verdict;
        for (const auto verdict : {waiting, failed}) {
            const deliveries::Filter filter{.verdict = verdict};
            const auto page = deliveries::list(tx, house.settings().tenant, filter, "", 1);
            if (!page) return page.error();
            for (const auto& each : page->items)
                return fmt::format(
                    "{} {} of pull request {} is {} for ever: {}",
                    each.action,
                    each.command,
                    each.pull_request.value_or(0),
                    name(verdict),
                    each.reason
                );
        }
        return std::optional<std::string>{};
    });
}

std::optional<std::string>
wrong_return(const Events& events, const Environment& environment, bool reopened)
{
    const event_log::Record* end = nullptr;
    for (const event_log::Record& event : events) {
        if (event.event == "closed") end = is_meant(event) ? &event : nullptr;
        if (event.event != "wanted" || !end || is_end(event)) continue;
        const bool unasked = event.actor.type == Actor::Type::forge && !reopened;
        if (unasked && commit_in(event, "commit") == commit_in(*end, "head"))
            return environment.slug + " was ended on purpose, and came back by itself";
        end = nullptr;
    }
    return std::nullopt;
}

std::optional<std::string>
wrong_end(const House& house, const Events& events, const Environment& environment)
{
    const auto at = place_of_last(events, "closed");
    if (events.at(at).actor.type != Actor::Type::timer) return std::nullopt;
    const Instant end = events.at(at).at;
    const auto passed = [&](Instant since) { return end - since - house.skipped(since, end); };
    const auto used = passed(last(events, "wanted", at, environment.created_at));
    const auto stood = passed(last(events, "reopened", at, environment.created_at));
    const CleanupSettings& cleanup = house.settings().cleanup;
    if (environment.pinned) return environment.slug + " was pinned, and the clock took it down";
    if (environment.kept_until && *environment.kept_until > end)
        return environment.slug + " was extended, and the clock took it down";
    // It made room for another: that has no time of its own.
    const bool displaced = events[at].actor.name.starts_with("unused for the longest time");
    if (displaced && house.settings().limits.at_limit == AtLimit::destroy_oldest)
        return std::nullopt;
    if (cleanup.idle > milliseconds{0} && used >= cleanup.idle) return std::nullopt;
    if (cleanup.ttl > milliseconds{0} && stood >= cleanup.ttl) return std::nullopt;
    return fmt::format(
        "{} was taken down as {}, after {} s without use in a life of {} s",
        environment.slug,
        events[at].actor.name,
        used.count() / 1000,
        stood.count() / 1000
    );
}

std::vector<Environment> standing(House& house)
{
    return house.ask([](Tx& tx) -> Result<std::vector<Environment>> {
        auto all = environments::all_live(tx);
        std::erase_if(all, [](const Environment& each) { return is_going(each.state); });
        return all;
    });
}

std::vector<std::string>
differences(House& house, const CleanupPlan& announced, const std::vector<Environment>& before)
{
    std::vector<std::string> wrong;
    const auto now = standing(house);
    for (const Environment& each : before) {
        const bool said = std::ranges::find(announced.endings, each.id, &Ending::environment) !=
                          announced.endings.end();
        const bool stands = std::ranges::find(now, each.id, &Environment::id) != now.end();
        if (said == stands)
            wrong.push_back(fmt::format(
                "{} was {}announced to go, and it {}",
                each.slug,
                said ? "" : "not ",
                stands ? "stands" : "went"
            ));
    }
    return wrong;
}

std::optional<std::string> beyond_budget(House& house)
{
    const std::uint64_t limit = house.settings().cleanup.images;
    const auto& there = house.builder.images;
    if (limit == 0 || there.size() * house.builder.image_size <= limit) return std::nullopt;
    const auto needed = house.ask([](Tx& tx) -> Result<std::set<std::string>> {
        std::set<std::string> all;
        for (const Environment& each : environments::all_live(tx)) {
            for (const auto& use : image_uses::of_environment(tx, each.id))
                if (use.generation == each.serving || use.generation == each.wanted.generation)
                    all.insert(use.reference);
        }
        return all;
    });
    if (needed.size() == there.size()) return std::nullopt;
    return fmt::format(
        "{} images take more than they may, and only {} are needed", there.size(), needed.size()
    );
}

std::vector<std::string> overdue(House& house)
{
    std::vector<std::string> wrong;
    for (const Environment& each : standing(house)) {
        if (!is_kept(each, house.scheduler.now() - minutes{3}) && !waits_for_place(house, each))
            wrong.push_back(each.slug + " stands, though nobody uses or keeps it");
    }
    return wrong;
}

}  // namespace diorama::simulation
