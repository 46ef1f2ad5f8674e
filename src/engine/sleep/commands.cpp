#include "engine/commands.hpp"

#include "base/duration.hpp"
#include "base/instant.hpp"
#include "base/json.hpp"
#include "engine/checked.hpp"
#include "store/environments.hpp"
#include "store/event_log.hpp"

namespace diorama {

namespace {

constexpr milliseconds longest_extension = std::chrono::days{365};

Error going(const Environment& environment)
{
    return {
        Code::conflict,
        fmt::format("{} is {}", environment.slug, name(environment.state)),
        "Put it up again: diorama up."
    };
}

Result<Environment> keep(
    Tx& tx,
    const Environment& seen,
    const environments::Keeping& keeping,
    std::string event,
    const Moment& moment
)
{
    const auto kept = environments::keep(tx, seen.id, keeping, moment.now);
    if (!kept) return kept.error();
    Node data = Node::Map{
        {"pinned", keeping.pinned}
    };
    if (keeping.until) data.set("kept_until", to_text(*keeping.until));
    const auto noted = event_log::add(
        tx,
        {.environment = seen.id,
         .at = moment.now,
         .actor = moment.actor,
         .event = std::move(event),
         .from = seen.state,
         .to = seen.state,
         .data = write_json(data)}
    );
    if (!noted) return noted.error();
    return kept;
}

Result<> check_extension(milliseconds by)
{
    if (by > milliseconds{0} && by <= longest_extension) return ok();
    return Error{
        Code::invalid,
        fmt::format("a life is not extended by {}", format_duration(by)),
        "Say by how much, up to 365d: e.g. 2d."
    };
}

}  // namespace

Result<Environment>
wishes::extend(Tx& tx, const Environment& seen, milliseconds by, const Moment& moment)
{
    const auto valid = check_extension(by);
    if (!valid) return valid.error();
    if (is_going(seen.state)) return going(seen);
    const Instant from = std::max(seen.kept_until.value_or(moment.now), moment.now);
    return keep(tx, seen, {seen.pinned, from + by}, "extended", moment);
}

Task<Result<Environment>>
Commands::operate(Caller caller, EnvironmentId environment, std::string doing, Change change)
{
    const Moment moment = now(caller);
    struct Done {
        Environment environment;
        bool changed = false;
    };
    const auto work = [=](Tx& tx) -> Result<Done> {
        const auto seen = checked(tx, caller.grants, environment, Right::operate, doing);
        if (!seen) return seen.error();
        const auto changed = change(tx, *seen, moment);
        if (!changed) return changed.error();
        return Done{*changed, changed->wanted.presence != seen->wanted.presence};
    };
    const auto done = co_await world_.store.transact(work);
    if (!done) co_return done.error();
    if (done->changed) bell_.ring(environment);
    co_return done->environment;
}

Task<Result<Environment>> Commands::sleep(Caller caller, EnvironmentId environment, Presence rung)
{
    const auto change = [rung](Tx& tx, const Environment& seen, const Moment& moment) {
        return wishes::rest(tx, seen, rung, moment);
    };
    co_return co_await operate(caller, environment, "putting to sleep", change);
}

Task<Result<Environment>> Commands::wake(Caller caller, EnvironmentId environment)
{
    co_return co_await operate(caller, environment, "waking", wishes::wake);
}

Task<Result<Environment>> Commands::pin(Caller caller, EnvironmentId environment, bool pinned)
{
    const auto change =
        [pinned](Tx& tx, const Environment& seen, const Moment& moment) -> Result<Environment> {
        if (is_going(seen.state)) return going(seen);
        if (seen.pinned == pinned) return seen;
        return keep(tx, seen, {pinned, seen.kept_until}, pinned ? "pinned" : "unpinned", moment);
    };
    co_return co_await operate(caller, environment, pinned ? "pinning" : "unpinning", change);
}

Task<Result<Environment>>
Commands::extend(Caller caller, EnvironmentId environment, milliseconds by)
{
    const auto change = [by](Tx& tx, const Environment& seen, const Moment& moment) {
        return wishes::extend(tx, seen, by, moment);
    };
    co_return co_await operate(caller, environment, "extending", change);
}

}  // namespace diorama
