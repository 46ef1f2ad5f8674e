#pragma once

#include "model/environment.hpp"
#include "store/tx.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What happened to each environment, in order, and who did it. Written once, never changed; of
/// what is long gone only the outline is kept.
namespace diorama::event_log {

struct Record {
    EnvironmentId environment;
    std::uint64_t sequence = 0;  ///< By environment, without gaps.
    Instant at{};
    Actor actor;
    std::string event;  ///< A move's name, or a note's, such as "wanted".
    State from = State::pending;
    State to = State::pending;
    std::string data = "{}";  ///< JSON.

    friend bool operator==(const Record&, const Record&) = default;
};

/// Writes `record` with the environment's next number, whatever number it has, and answers that.
/// Whoever shows the environment on a forge is asked to tell it (feedback::changed).
///
/// Moves are written by `environments::advance`; a note that is none (`from` equals `to`) comes
/// here.
Result<std::uint64_t> add(Tx& tx, const Record& record);

/// What came after `after`, oldest first: the way to resume.
std::vector<Record> list(Tx& tx, EnvironmentId environment, std::uint64_t after, std::size_t limit);

/// The newest event of that name; nothing when there was none.
std::optional<Record> newest(Tx& tx, EnvironmentId environment, std::string_view event);

/// Forgets all of a destroyed environment but the last time it came back, was closed and was gone:
/// from when to when it was there, and who or what ended it. Numbers are never given again.
std::int64_t compact(Tx& tx, EnvironmentId environment);

/// The number of the newest event, 0 when there is none.
std::uint64_t last(Tx& tx, EnvironmentId environment);

}  // namespace diorama::event_log
