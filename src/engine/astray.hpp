#pragma once

#include "driver/driver.hpp"
#include "model/environment.hpp"
#include "model/inventory.hpp"

#include <set>
#include <vector>

namespace diorama {

/// What the store knows of everything, read at one moment.
struct Remembered {
    std::vector<Environment> live;
    std::vector<Entry> entries;
    std::vector<Instance> serving;
};

/// An object on the host that has no row.
struct Stray {
    EnvironmentId environment;
    EntryType type = EntryType::container;
    std::string name;
    std::string external_id;
};

/// The object of `entry`; null when the host has none.
const Found* object_of(const Entry& entry, const std::vector<Found>& found);

/// True when `instance` shall run and does not: its container is gone or stands still. A job that
/// is done has nothing left to do. `container` is null when the host has none.
bool is_lost(const Instance& instance, const Found* container);

/// Environments on their way somewhere, or with a debt that is due. Somebody works on them, or a
/// crash left them to us.
std::set<EnvironmentId> unfinished(const Remembered& remembered, Instant now);

/// Environments that rest, but not as they shall: they lack a container, have one too many, or one
/// that runs in its environment's sleep. The others need no look: so a thousand scenes cost the
/// resync no more than the list of what runs.
std::set<EnvironmentId> astray(const Remembered& remembered, const std::vector<Found>& found);

/// What carries our labels and stands in no row. `found` was read before `entries`: a row comes
/// before its object, so that nobody who still lives made a stray.
std::vector<Stray> strays(const std::vector<Entry>& entries, const std::vector<Found>& found);

/// Whose they are.
std::size_t count_environments(const std::vector<Stray>& strays);
std::size_t count_environments(const std::vector<Found>& found);

}  // namespace diorama
