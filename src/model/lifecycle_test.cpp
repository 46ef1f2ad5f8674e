#include "model/lifecycle.hpp"
#include "tests/support/golden.hpp"

#include <map>
#include <set>

using namespace diorama;

namespace {

using enum State;
using enum Event;

/// The rules as people say them, written down a second time and on purpose in another form: for
/// each event, where it leads from where.
const std::map<Event, std::map<State, State>> promised{
    {held,     {{pending, awaiting_approval}}                             },
    {approved, {{awaiting_approval, pending}}                             },
    {claimed,  {{pending, provisioning}}                                  },
    {changed,  {{ready, updating}, {asleep, updating}, {failed, updating}}},
    {healthy,  {{provisioning, ready}, {updating, ready}}                 },
    {broken,   {{provisioning, failed}, {updating, failed}}               },
    {kept,     {{provisioning, ready}, {updating, ready}}                 },
    {rested,   {{ready, asleep}}                                          },
    {visited,  {{asleep, ready}}                                          },
    {closed,
     {{pending, destroying},
      {awaiting_approval, destroying},
      {provisioning, destroying},
      {ready, destroying},
      {updating, destroying},
      {asleep, destroying},
      {failed, destroying}}                                               },
    {erased,   {{destroying, destroyed}}                                  },
    {reopened, {{destroyed, pending}}                                     },
};

std::set<State> reachable_from(State start)
{
    std::set<State> seen{start};
    for (bool grew = true; grew;) {
        grew = false;
        for (const Move& move : moves())
            if (seen.contains(move.from)) grew |= seen.insert(move.to).second;
    }
    return seen;
}

std::string_view words(State state, std::size_t vocabulary)
{
    return project(state, static_cast<Vocabulary>(vocabulary));
}

/// docs/lifecycle.md, printed from the table.
std::string document()
{
    std::string out =
        "# The life of an environment\n\n"
        "Printed from the table in `src/model/lifecycle.cpp`; a test compares them. An event that "
        "is not listed for a state is a conflict and changes nothing.\n\n"
        "```mermaid\nstateDiagram-v2\n    [*] --> pending\n";
    for (const Move& move : moves())
        out += fmt::format("    {} --> {}: {}\n", name(move.from), name(move.to), name(move.on));
    out += "    destroyed --> [*]\n```\n\n| from | on | to |\n|---|---|---|\n";
    for (const Move& move : moves())
        out += fmt::format("| {} | {} | {} |\n", name(move.from), name(move.on), name(move.to));
    out += "\n## The same in other systems' words\n\n"
           "| state | PreviewCloud | preview-deployer | PREvant | PREvant, backups |\n"
           "|---|---|---|---|---|\n";
    for (const State state : states) {
        out += fmt::format("| {} ", name(state));
        for (std::size_t vocabulary = 0; vocabulary < 4; ++vocabulary)
            out += fmt::format("| {} ", words(state, vocabulary));
        out += "|\n";
    }
    return out;
}

}  // namespace

TEST_CASE("A06: every event in every state does what the rules promise, or is a conflict")
{
    for (const State from : states) {
        for (const Event on : events) {
            CAPTURE(std::string(name(from)));
            CAPTURE(std::string(name(on)));
            const auto found = next(from, on);
            const auto& rule = promised.at(on);
            if (const auto to = rule.find(from); to != rule.end()) {
                CHECK(*found == to->second);
            } else {
                REQUIRE(found.has_error());
                CHECK(found.error().code == Code::conflict);
                CHECK(found.error().message.find(name(from)) != std::string::npos);
                CHECK(found.error().message.find(name(on)) != std::string::npos);
            }
        }
    }
}

TEST_CASE("an event never has two outcomes, and every event can happen somewhere")
{
    std::set<std::pair<State, Event>> seen;
    std::set<Event> used;
    for (const Move& move : moves()) {
        CHECK(seen.insert({move.from, move.on}).second);
        used.insert(move.on);
    }
    CHECK(used.size() == events.size());
}

TEST_CASE("closing always wins, and nothing is ever stuck")
{
    for (const State state : states) {
        CAPTURE(std::string(name(state)));
        if (state != destroying && state != destroyed) CHECK(next(state, closed).has_value());
        CHECK(reachable_from(state).size() == states.size());
    }
}

TEST_CASE("A08: the states are Ephemera's seven words and two of our own, and read back")
{
    std::set<std::string_view> all;
    for (const State state : states) {
        all.insert(name(state));
        CHECK(*state_named(name(state)) == state);
    }
    CHECK(
        all ==
        std::set<std::string_view>{
            "pending",
            "provisioning",
            "ready",
            "updating",
            "destroying",
            "destroyed",
            "failed",
            "asleep",
            "awaiting_approval"
        }
    );
    CHECK(state_named("running").error().code == Code::invalid);
}

TEST_CASE("A06: PreviewCloud sees its own six words and its own seven transitions")
{
    const auto seen = [](State state) { return project(state, Vocabulary::preview_cloud); };
    std::set<std::string_view> all;
    std::set<std::pair<std::string_view, std::string_view>> steps;
    for (const State state : states)
        all.insert(seen(state));
    for (const Move& move : moves())
        if (seen(move.from) != seen(move.to)) steps.insert({seen(move.from), seen(move.to)});

    CHECK(
        all ==
        std::set<std::string_view>{
            "creating", "running", "updating", "destroying", "destroyed", "failed"
        }
    );
    for (const auto& step : std::vector<std::pair<std::string_view, std::string_view>>{
             {"creating",   "running"   },
             {"creating",   "failed"    },
             {"running",    "updating"  },
             {"updating",   "running"   },
             {"running",    "destroying"},
             {"destroying", "destroyed" },
    })
        CHECK(steps.contains(step));
}

TEST_CASE("A10: preview-deployer sees building, running, failed and stopped")
{
    const auto seen = [](State state) { return project(state, Vocabulary::preview_deployer); };
    CHECK(seen(pending) == "building");
    CHECK(seen(provisioning) == "building");
    CHECK(seen(updating) == "building");
    CHECK(seen(ready) == "running");
    CHECK(seen(failed) == "failed");
    CHECK(seen(asleep) == "stopped");
    CHECK(seen(destroyed) == "stopped");
}

TEST_CASE("PREvant sees running and paused, deployed and backed-up")
{
    CHECK(project(asleep, Vocabulary::prevant) == "paused");
    CHECK(project(ready, Vocabulary::prevant) == "running");
    CHECK(project(ready, Vocabulary::prevant_backup) == "deployed");
    CHECK(project(destroyed, Vocabulary::prevant_backup) == "backed-up");
}

TEST_CASE("A09: a deployment's status reads back, and only an ended one is final")
{
    using enum DeploymentStatus;
    for (const auto status : {queued, in_progress, success, DeploymentStatus::failed, superseded})
        CHECK(*deployment_status_named(name(status)) == status);
    CHECK_FALSE(is_final(in_progress));
    CHECK(is_final(superseded));
    CHECK(deployment_status_named("done").error().code == Code::invalid);
}

TEST_CASE("docs/lifecycle.md is what the table says")
{
    check_golden("docs/lifecycle.md", document());
}
