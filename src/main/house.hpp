#pragma once

#include "base/error.hpp"
#include "base/log.hpp"
#include "daemon/config.hpp"
#include "engine/world.hpp"

#include <functional>

namespace diorama {

class Loop;

/// Given the world as it was built, answers the one the engine shall act on: for tests, which set
/// doors of their own before the real ones. What it answers outlives the house.
using Around = std::function<World(World)>;

/// The daemon, wired: the only place that names every concrete class. Runs on `loop` until a
/// signal asks it to end; leaves every scene as it is.
///
/// Errors are what a start refuses, each with its mend: a port in use, a folder that cannot be
/// written, an engine that does not answer, a packet filter that may not be set.
Result<> run_house(Loop& loop, const Config& config, Log& log, const Around& around = {});

}  // namespace diorama
