#pragma once

#include "engine/bell.hpp"
#include "engine/world.hpp"

namespace diorama {

/// Hears at whose door somebody waits, and wishes them awake. It has nothing to remember: who still
/// waits asks again.
class Waker {
public:
    Waker(World world, Bell& bell) : world_(world), bell_(bell) {}

    Task<> run(std::stop_token stop);

private:
    Task<Result<>> wake(std::vector<EnvironmentId> asked);

    World world_;
    Bell& bell_;
};

}  // namespace diorama
