#pragma once

#include "engine/settings.hpp"
#include "model/environment.hpp"
#include "model/plan.hpp"
#include "store/tx.hpp"

#include <map>
#include <string>

namespace diorama {

/// Claims an address in each configured shape for every routed service of `plan`, and answers
/// those people are shown: the first shape's. An address a service once got it keeps.
Result<std::map<std::string, PublicAddress>> claim_addresses(
    Tx& tx,
    const EngineSettings& settings,
    const Project& project,
    const Environment& environment,
    const Plan& plan,
    Instant now
);

}  // namespace diorama
