#pragma once

#include "base/clock.hpp"
#include "model/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace diorama {

/// The kinds of object that exist outside the daemon because of an environment.
enum class EntryType { network, volume, container };

std::string_view name(EntryType type);
Result<EntryType> entry_type_named(std::string_view text);

/// Where an object stands. A row is written before its object (intended), and goes only when the
/// host confirmed that the object is gone. What could not be removed is owed, and stays visible.
enum class EntryStatus { intended, made, owed };

std::string_view name(EntryStatus status);
Result<EntryStatus> entry_status_named(std::string_view text);

/// One object of the outside world and who owns it.
struct Entry {
    EntryId id;
    EnvironmentId environment;
    Generation generation = 0;  ///< The wish it was made for; it may serve later ones unchanged.
    std::string target;         ///< Which engine or cluster: "local".
    EntryType type = EntryType::container;
    std::string name;         ///< Unique on its target, decided before it is made.
    std::string external_id;  ///< Empty until made.
    std::string service;  ///< Container: the service it runs. Volume, network: its key in the plan.
    std::string key;      ///< Container: what it was made from (image and configuration), hashed.
    std::string address;  ///< Network: its subnet. Container: its address.
    EntryStatus status = EntryStatus::intended;
    std::string problem;  ///< Why it is owed, for a person.
    std::uint32_t attempts = 0;
    std::optional<Instant> next_try;
    std::optional<Instant> owed_since;  ///< The first time it could not be removed.
    Instant created_at{};

    friend bool operator==(const Entry&, const Entry&) = default;
};

/// A container that answers for a service of an environment, or did when it last ran. Rows of one
/// environment are replaced together, when a generation takes over.
struct Instance {
    EnvironmentId environment;
    std::string service;
    std::uint32_t replica = 0;
    EntryId container;
    Generation generation = 0;
    std::string key;         ///< As Entry::key: unchanged means the container is kept.
    std::string image;       ///< Reference, with the content key as its tag (ACCEPTANCE C09).
    std::string address;     ///< Where the gateway reaches it; empty for a finished job.
    std::uint16_t port = 0;  ///< 0: nothing to route.
    std::string host;        ///< The service's own host, empty when it is not routed.
    bool main = false;
    std::string revival;  ///< How it is started again: the engine's own words, in JSON.

    friend bool operator==(const Instance&, const Instance&) = default;
};

}  // namespace diorama
