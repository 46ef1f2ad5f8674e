#pragma once

#include "model/inventory.hpp"
#include "store/tx.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Everything that exists outside the daemon because of an environment. A row comes before its
/// object and goes after it, so a crash leaves no object that nobody remembers.
namespace diorama::inventory {

/// Writes the row of an object that is about to be made. One that the environment already has
/// under this target, type and name is taken up again (made stays made, owed becomes intended) and
/// answered as it now stands. `conflict` when another environment has the name, or another
/// network the subnet.
Result<Entry> intend(Tx& tx, const Entry& entry);

/// What became of a made object.
struct Making {
    std::string external_id;
    std::string address;  ///< Empty keeps the one intended.
};
Result<Entry> made(Tx& tx, EntryId id, const Making& making);

/// Why an object could not be removed, when that was, and when it is tried again.
struct Debt {
    std::string problem;
    Instant at{};
    Instant next_try{};
};
/// It shall go but has not yet: visible until it does. Counts an attempt.
Result<Entry> owe(Tx& tx, EntryId id, const Debt& debt);

/// Its host confirmed that it is gone. Gone twice is gone.
void gone(Tx& tx, EntryId id);

Result<Entry> find(Tx& tx, EntryId id);
Result<Entry> find_by_name(Tx& tx, std::string_view target, EntryType type, std::string_view name);
/// In the order they were intended.
std::vector<Entry> of_environment(Tx& tx, EnvironmentId environment);
std::vector<Entry> of_target(Tx& tx, std::string_view target);
std::vector<Entry> owed(Tx& tx);
std::vector<Entry> owed_due(Tx& tx, Instant now, std::size_t limit);

/// The subnets that networks of `target` hold, in whatever status.
std::vector<std::string> subnets(Tx& tx, std::string_view target);

}  // namespace diorama::inventory
