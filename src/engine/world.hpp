#pragma once

#include "base/log.hpp"
#include "base/random.hpp"
#include "base/scheduler.hpp"
#include "build/build.hpp"
#include "driver/driver.hpp"
#include "engine/settings.hpp"
#include "engine/sleep/pressure.hpp"
#include "forge/forge_api.hpp"
#include "model/log.hpp"
#include "routing/routing.hpp"
#include "source/commits.hpp"
#include "store/store.hpp"

namespace diorama {

/// Everything the engine acts on, real or simulated. It knows nothing else: no clock, no socket,
/// no file. All of it outlives the engine.
struct World {
    Scheduler& scheduler;
    Random& random;
    Store& store;
    Commits& commits;
    Builder& builder;
    Driver& driver;
    Router& router;
    LogSink& logs;
    const EngineSettings& settings;
    Log& log;  ///< For who runs the daemon; people who preview read `logs`.
    std::span<ForgeApi* const> forges{};  ///< Those whose API we may ask.
    MemoryGauge* memory = nullptr;        ///< None: memory is never short.
};

}  // namespace diorama
