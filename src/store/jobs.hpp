#pragma once

#include "base/clock.hpp"
#include "model/ids.hpp"
#include "store/tx.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The queue: environments whose desired state somebody should look at. One row for each, however
/// often it is asked for; the row is only a hint, and the resync repairs a lost one.
namespace diorama::jobs {

/// ACCEPTANCE decision 12. A lower number goes first; five minutes of waiting make up for one rank,
/// so that low ones do not wait for ever. Among equals whose project and author have the fewest
/// jobs that run, or began lately, goes first: nobody's thirty pushes hold up another's first.
enum class Priority : std::uint8_t { high = 0, normal = 1, low = 2 };

/// For how long a job that began counts for its project and author, though it ended.
inline constexpr minutes recent{5};

/// A job in the hands of a worker, until its lease ends.
struct Job {
    EnvironmentId environment;
    Priority priority = Priority::normal;
    std::uint32_t attempt = 0;  ///< Claims since it was last finished, this one included.
    std::string owner;
    std::uint64_t lease = 0;  ///< Which claim this is: a later one makes it invalid.
    Instant lease_until{};

    friend bool operator==(const Job&, const Job&) = default;
};

/// Asks for a look at `environment` from `due` on. Joins a job that waits already (the more urgent
/// priority and the earlier time win); one that runs now is looked at again when it ends.
void enqueue(Tx& tx, EnvironmentId environment, Priority priority, Instant due);

/// The same, unless a look is under way or coming: a job that waits for its next attempt keeps its
/// time.
void remind(Tx& tx, EnvironmentId environment, Priority priority, Instant due);

/// Takes the most urgent job that is due; nobody else gets it before `now + lease`. A worker that
/// dies stops renewing, and its job is due again when its lease ends.
std::optional<Job> claim(Tx& tx, std::string_view owner, Instant now, milliseconds lease);

/// The same, but takes only what sleeps and shall wake: of those, who waits longest.
std::optional<Job> claim_wake(Tx& tx, std::string_view owner, Instant now, milliseconds lease);

/// Holds the job until `now + lease`; `conflict` when the lease was lost: stop at once.
Result<Job> renew(Tx& tx, const Job& job, Instant now, milliseconds lease);

/// Done. It waits no more, unless somebody asked again meanwhile: then it is due when they said.
/// `conflict` when the lease was lost.
Result<> finish(Tx& tx, const Job& job);

/// Not done: due again at `due`, or sooner when somebody asked again meanwhile. `conflict` when the
/// lease was lost.
Result<> release(Tx& tx, const Job& job, Instant due);

/// Frees the jobs whose lease ended: the workers that held them are gone. Answers how many. `claim`
/// takes them without it; it keeps the list honest.
std::int64_t reap(Tx& tx, Instant now);

/// Frees every lease. For the start of the only daemon of this database: no worker can be alive.
std::int64_t release_all(Tx& tx);

/// When the next job can be claimed, to know how long to sleep.
std::optional<Instant> next_due(Tx& tx);

/// When somebody looks at `environment` next; none when nobody was asked to, or somebody does now.
std::optional<Instant> next_look(Tx& tx, EnvironmentId environment);

/// How many would be claimed before it, itself included, as things stand; nothing when it does not
/// wait.
std::optional<std::uint64_t> position(Tx& tx, EnvironmentId environment, Instant now);

/// Jobs that are due and not held.
std::uint64_t waiting(Tx& tx, Instant now);

}  // namespace diorama::jobs
