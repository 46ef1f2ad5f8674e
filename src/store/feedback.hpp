#pragma once

#include "model/ids.hpp"
#include "store/tx.hpp"

#include <optional>
#include <string>
#include <vector>

/// What a forge shows about each environment, so that it is told once and only what is new.
namespace diorama::feedback {

struct Record {
    EnvironmentId environment;
    std::string comment;              ///< The forge's id; empty: none made.
    bool comment_intended = false;    ///< One was about to be made: look for it first.
    std::uint64_t comments_made = 0;  ///< An intended one counts.
    std::string comment_hash;         ///< Of the text that stands there.
    std::string status_commit;
    std::string status_hash;  ///< Begins with its state: "pending …".
    std::string deployment;   ///< The forge's id.
    std::string deployment_commit;
    std::string deployment_hash;
    std::string deployment_live;  ///< The one that is shown as serving; perhaps an older one.
    std::uint64_t attempt = 0;    ///< Failed tries in a row.
    std::string problem;          ///< Why the last try failed; else empty.

    friend bool operator==(const Record&, const Record&) = default;
};

/// How long a change waits for those that follow it, so that a burst is told once.
inline constexpr milliseconds pause = seconds{2};

/// The forge shall be told from `due` on, or sooner when somebody asked for that already.
void ask(Tx& tx, EnvironmentId environment, Instant due);

/// Something about it changed. Asks for the previews of pull requests that a forge knows; of others
/// there is nobody to tell.
void changed(Tx& tx, EnvironmentId environment, Instant now);

struct Due {
    EnvironmentId environment;
    std::uint64_t asked = 0;  ///< How often it was asked for; `settle` names the count it answers.

    friend bool operator==(const Due&, const Due&) = default;
};
std::vector<Due> due(Tx& tx, Instant now, std::size_t limit);
std::optional<Instant> next_due(Tx& tx);

/// A fresh one when nothing was told yet.
Record find(Tx& tx, EnvironmentId environment);

/// Writes all but when it is due.
void put(Tx& tx, const Record& record);

/// All is told; it is no longer due. When somebody asked after `seen` it is due again at `next`.
void settle(Tx& tx, EnvironmentId environment, std::uint64_t seen, Instant next);

/// Another try at `due`.
void put_off(Tx& tx, EnvironmentId environment, std::string_view problem, Instant due);

}  // namespace diorama::feedback
