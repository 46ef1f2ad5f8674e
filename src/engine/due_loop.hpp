#pragma once

#include "base/concurrency.hpp"
#include "engine/accident.hpp"
#include "engine/world.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <vector>

namespace diorama {

/// Works through the rows of a table that are due: several at once, one at a time for each key.
/// Holds no truth: killed anywhere, it goes on from what is still due.
///
/// `Rows` says what is worked through:
///     using Due = …;                                   one row
///     using Key = …; static Key key(const Due&);       whose row it is
///     static std::vector<Due> due(Tx&, Instant now, std::size_t limit);
///     static std::optional<Instant> next_due(Tx&);
template <class Rows>
class DueLoop {
public:
    using Due = typename Rows::Due;
    /// Ends with the row settled or put off; an error says that our own store did not answer.
    using Work = std::function<Task<Result<>>(Due, std::stop_token)>;

    /// `longest`: until it looks by itself, though nobody nudged.
    DueLoop(World world, std::size_t places, milliseconds longest, Work work)
        : world_(world),
          work_(std::move(work)),
          longest_(longest),
          places_(world.scheduler, places),
          asked_(world.scheduler)
    {}

    Task<> run(std::stop_token stop)
    {
        TaskGroup group(world_.scheduler);
        while (!stop.stop_requested()) {
            const std::uint64_t before = nudges_;
            co_await take(group, stop);
            if (nudges_ != before) continue;
            const milliseconds pause = co_await idle_time();
            const Deadline deadline(world_.scheduler, pause, stop);
            if (nudges_ == before) co_await asked_.wait(deadline.token());
        }
        co_await group.join();
    }

    /// Something is due.
    void nudge()
    {
        ++nudges_;
        asked_.notify();
    }

private:
    static constexpr std::size_t at_once = 64;  ///< Rows read at a time.

    /// Starts work on everything that is due and is not worked on yet.
    Task<> take(TaskGroup& group, std::stop_token stop)
    {
        const auto read = [now = world_.scheduler.now()](Tx& tx) -> Result<std::vector<Due>> {
            return Rows::due(tx, now, at_once);
        };
        const auto due = co_await caught(world_.store.read(read));
        if (!due) co_return;  // The store is busy: after the pause.
        for (const Due& each : *due)
            if (busy_.insert(Rows::key(each)).second) group.spawn(work(each, stop));
    }

    Task<> work(Due due, std::stop_token stop)
    {
        const auto place = co_await places_.acquire(stop);
        if (place) {
            const auto done = co_await caught(work_(due, stop));
            // What the store did not take stays due; it gets a moment.
            if (!done) co_await sleep(world_.scheduler, seconds{1}, stop);
        }
        busy_.erase(Rows::key(due));
        nudge();
    }

    Task<milliseconds> idle_time()
    {
        const auto read = [](Tx& tx) -> Result<std::optional<Instant>> {
            return Rows::next_due(tx);
        };
        const auto next = co_await caught(world_.store.read(read));
        if (!next || !*next) co_return longest_;
        const auto left = **next - world_.scheduler.now();
        // What is due now is being worked on: its end wakes us.
        if (left <= milliseconds{0}) co_return busy_.empty() ? milliseconds{100} : longest_;
        co_return std::min<milliseconds>(left, longest_);
    }

    World world_;
    Work work_;
    milliseconds longest_;
    Semaphore places_;
    Notice asked_;
    std::uint64_t nudges_ = 0;
    std::set<typename Rows::Key> busy_;
};

}  // namespace diorama
