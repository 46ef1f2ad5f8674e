#pragma once

#include "engine/bell.hpp"
#include "engine/sleep/idle.hpp"
#include "engine/wishes.hpp"
#include "engine/world.hpp"

namespace diorama {

/// Goes round every minute and wishes those to sleep whom nobody used; when memory is short, it
/// looks every ten seconds and sends one a rung down, whoever was not used for the longest time.
/// What it wishes is carried out by the workers.
class Sleeper {
public:
    Sleeper(World world, Bell& bell) : world_(world), bell_(bell) {}

    Task<> run(std::stop_token stop);

    /// One look; what the store did not take is wished at the next.
    Task<Result<>> look();

private:
    bool is_short() const;
    Task<Result<std::vector<Relief>>> choose(bool short_of_memory);

    World world_;
    Bell& bell_;
};

}  // namespace diorama
