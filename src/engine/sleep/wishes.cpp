#include "engine/wishes.hpp"

#include "base/json.hpp"
#include "store/environments.hpp"
#include "store/event_log.hpp"
#include "store/jobs.hpp"

namespace diorama::wishes {

namespace {

/// Who wished it, for the timeline; the move itself is the worker's.
Result<> note(Tx& tx, const Environment& environment, const Moment& moment)
{
    const bool awake = environment.wanted.presence == Presence::awake;
    const auto noted = event_log::add(
        tx,
        {
            .environment = environment.id,
            .at = moment.now,
            .actor = moment.actor,
            .event = awake ? "wake_wanted" : "sleep_wanted",
            .from = environment.state,
            .to = environment.state,
            .data = write_json(Node::Map{{"presence", name(environment.wanted.presence)}}
              )
    }
    );
    if (!noted) return noted.error();
    return ok();
}

Result<Environment> want(
    Tx& tx,
    const Environment& seen,
    Presence presence,
    jobs::Priority priority,
    const Moment& moment
)
{
    const auto wanted = environments::want_presence(tx, seen.id, presence, moment.now);
    if (!wanted) return wanted.error();
    const auto noted = note(tx, *wanted, moment);
    if (!noted) return noted.error();
    jobs::enqueue(tx, seen.id, priority, moment.now);
    return wanted;
}

Error nothing_to_rest(const Environment& environment)
{
    return {
        Code::conflict,
        fmt::format(
            "{} is {}: only what serves can sleep", environment.slug, name(environment.state)
        ),
        "Ask again when diorama ls shows it as ready."
    };
}

}  // namespace

Result<Environment> rest(Tx& tx, const Environment& seen, Presence rung, const Moment& moment)
{
    if (seen.state != State::ready && seen.state != State::asleep) return nothing_to_rest(seen);
    if (seen.wanted.presence >= rung) return seen;
    return want(tx, seen, rung, jobs::Priority::low, moment);
}

Result<Environment> wake(Tx& tx, const Environment& seen, const Moment& moment)
{
    if (is_going(seen.state))
        return Error{
            Code::conflict,
            fmt::format("{} is {}: nothing of it can wake", seen.slug, name(seen.state)),
            "Put it up again: diorama up."
        };
    if (seen.wanted.presence != Presence::awake)
        return want(tx, seen, Presence::awake, jobs::Priority::high, moment);
    // It is on its way up; should its job be lost, here is another.
    if (is_asleep(seen.presence)) jobs::remind(tx, seen.id, jobs::Priority::high, moment.now);
    return seen;
}

}  // namespace diorama::wishes
