#pragma once

#include "engine/queue/places.hpp"
#include "engine/settings.hpp"
#include "model/inventory.hpp"
#include "model/ports.hpp"
#include "store/tx.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace diorama {

/// A service as people ask about it.
struct ServiceFacts {
    std::string name;
    std::string image;  ///< Empty while none of it ran yet.
    std::uint16_t port = 0;
    bool main = false;
    bool serving = false;
    Generation generation = 0;
    std::int64_t replicas = 0;
    std::optional<PublicAddress> address;  ///< In the shape people are shown.
};

/// An environment and what belongs to it, read at one moment.
struct EnvironmentFacts {
    Environment environment;
    Project project;
    std::vector<ServiceFacts> services;  ///< By name.
    /// Where visitors find it, or most likely will: the answer to its creation already says so.
    std::optional<PublicAddress> address;
    std::optional<Place> place;  ///< While it waits for a worker, where `add_places` was asked.
    std::optional<Ports> ports;
    std::string no_ports;  ///< Why it has none, where it should: one sentence and the way out.
};

/// The words of ACCEPTANCE A07: "building", "running", "stopped", "failed".
std::string_view status_of(const ServiceFacts& service, State state);

/// `not_found` when its project is gone.
Result<EnvironmentFacts>
facts_of(Tx& tx, const EngineSettings& settings, const Environment& environment);

/// Where those of them that wait stand in the line. It is looked at once for all.
void add_places(
    Tx& tx, const EngineSettings& settings, std::span<EnvironmentFacts> facts, Instant now
);

}  // namespace diorama
