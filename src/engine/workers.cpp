#include "engine/workers.hpp"

#include "engine/accident.hpp"
#include "engine/retry.hpp"
#include "engine/teller.hpp"

#include <algorithm>

namespace diorama {

namespace {

/// The bell is only a hint, so that nobody waits long for it.
constexpr milliseconds longest_idle = seconds{5};

/// What may pass is tried again. What moved on while somebody looked is looked at once more, and so
/// is what a ring interrupted: not every ring comes with a new wish.
bool shall_look_again(Code code)
{
    return is_retryable(code) || code == Code::conflict || code == Code::cancelled;
}

}  // namespace

Task<> Workers::run(std::stop_token stop)
{
    TaskGroup group(shop_.world.scheduler);
    while (!stop.stop_requested()) {
        const auto heard = bell_.rings();
        co_await take_all(group, stop);
        auto idle = longest_idle;
        if (!is_full(group)) idle = co_await idle_time();
        if (bell_.rings() != heard) continue;
        Deadline until(shop_.world.scheduler, idle, stop);
        co_await bell_.queue().wait(until.token());
    }
    co_await group.join();
}

Task<> Workers::take_all(TaskGroup& group, std::stop_token stop)
{
    while (!stop.stop_requested()) {
        const bool full = is_full(group);
        if (full && waking_ >= shop_.world.settings.wakers) co_return;
        const auto job = co_await caught(claim(full));
        if (!job || !*job) co_return;
        group.spawn(full ? wake(**job, stop) : work(**job, stop));
    }
}

/// Whether all places are taken but those of their own that waking has.
bool Workers::is_full(const TaskGroup& group) const
{
    const std::size_t waiting = shop_.publisher.waiting();
    return group.size() >= shop_.world.settings.workers + waiting + waking_;
}

Task<Result<std::optional<jobs::Job>>> Workers::claim(bool only_wakes)
{
    const auto now = shop_.world.scheduler.now();
    const auto work = [=, owner = owner_, lease = shop_.world.settings.lease](Tx& tx
                      ) -> Result<std::optional<jobs::Job>> {
        return only_wakes ? jobs::claim_wake(tx, owner, now, lease)
                          : jobs::claim(tx, owner, now, lease);
    };
    co_return co_await shop_.world.store.transact(work);
}

Task<Result<std::optional<Instant>>> Workers::next_due()
{
    const auto read = [](Tx& tx) -> Result<std::optional<Instant>> { return jobs::next_due(tx); };
    co_return co_await shop_.world.store.read(read);
}

/// Until the next job is due, or its lease ends.
Task<milliseconds> Workers::idle_time()
{
    const auto due = co_await caught(next_due());
    if (!due || !*due) co_return longest_idle;
    const auto left = std::chrono::duration_cast<milliseconds>(**due - shop_.world.scheduler.now());
    co_return std::clamp(left, milliseconds{20}, longest_idle);
}

/// Somebody waits at a door: deployments cannot take these places.
Task<> Workers::wake(jobs::Job job, std::stop_token stop)
{
    ++waking_;
    co_await work(job, stop);
    --waking_;
}

Task<> Workers::work(jobs::Job job, std::stop_token stop)
{
    std::stop_source working;
    std::stop_callback<std::function<void()>> end(stop, [working]() mutable {
        working.request_stop();
    });
    std::stop_source done;
    TaskGroup holder(shop_.world.scheduler);
    holder.spawn(hold(job, working, done.get_token()));

    Result<> outcome = co_await work_alone(job.environment, working);
    done.request_stop();
    co_await holder.join();
    // A lost lease, or a store that does not answer: the job comes back when its lease ends.
    [[maybe_unused]] const auto settled =
        co_await caught(settle(job, std::move(outcome), stop.stop_requested()));
    // What it missed, the resync sees.
    [[maybe_unused]] const auto looked = co_await caught(doorman_.look(job.environment));
    bell_.nudge();
}

/// A clock that leaps ends leases of ours while their work goes on: that work ends first.
Task<Result<>> Workers::work_alone(EnvironmentId environment, std::stop_source working)
{
    const milliseconds lease = shop_.world.settings.lease;
    while (bell_.is_worked_on(environment) && !working.stop_requested())
        co_await bell_.end(shop_.world.scheduler, environment, lease / 3);
    if (working.stop_requested()) co_return Error{Code::cancelled, "the lease was lost"};
    const Bell::Listening listening(bell_, environment, working);
    co_return co_await converge(environment, working.get_token());
}

/// One of the four doors at which accidents are caught.
Task<Result<>> Workers::converge(EnvironmentId environment, std::stop_token stop)
{
    const auto outcome = co_await caught(reconciler_.converge(environment, stop));
    const Teller teller(shop_.world, environment, std::nullopt);
    if (!outcome && is_retryable(outcome.error().code))
        teller.deploy("to be tried again: " + outcome.error().text());
    co_return outcome;
}

/// Renews the lease while the work runs. Losing it means that somebody else may work on the
/// environment: stop at once.
Task<> Workers::hold(jobs::Job job, std::stop_source working, std::stop_token done)
{
    const milliseconds lease = shop_.world.settings.lease;
    for (;;) {
        const bool slept = co_await sleep(shop_.world.scheduler, lease / 3, done);
        if (!slept) co_return;
        const auto renewed = co_await caught(renew(job));
        if (renewed) continue;
        if (renewed.error().code == Code::conflict) {
            working.request_stop();
            co_return;
        }
    }
}

Task<Result<>> Workers::renew(jobs::Job job)
{
    const auto now = shop_.world.scheduler.now();
    const auto work = [=, lease = shop_.world.settings.lease](Tx& tx) -> Result<> {
        const auto renewed = jobs::renew(tx, job, now, lease);
        if (!renewed) return renewed.error();
        return ok();
    };
    co_return co_await shop_.world.store.transact(work);
}

Task<Result<>> Workers::settle(jobs::Job job, Result<> outcome, bool stopping)
{
    const auto now = shop_.world.scheduler.now();
    const bool over = outcome.has_value() || !shall_look_again(outcome.error().code);
    const Instant again =
        stopping ? now : now + pause_after(job.attempt - 1, seconds{2}, minutes{5});
    const bool at_once = !over || stopping;
    const auto work = [=](Tx& tx) -> Result<> {
        return at_once ? jobs::release(tx, job, again) : jobs::finish(tx, job);
    };
    co_return co_await shop_.world.store.transact(work);
}

}  // namespace diorama
