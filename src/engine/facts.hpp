#pragma once

#include "engine/settings.hpp"
#include "model/inventory.hpp"
#include "store/tx.hpp"

#include <optional>
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
};

/// The words of ACCEPTANCE A07: "building", "running", "stopped", "failed".
std::string_view status_of(const ServiceFacts& service, State state);

/// `not_found` when its project is gone.
Result<EnvironmentFacts>
facts_of(Tx& tx, const EngineSettings& settings, const Environment& environment);

}  // namespace diorama
