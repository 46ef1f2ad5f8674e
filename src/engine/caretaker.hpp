#pragma once

#include "engine/astray.hpp"
#include "engine/bell.hpp"
#include "engine/cleanup/plan.hpp"
#include "engine/queue/doorman.hpp"
#include "engine/workshop.hpp"

namespace diorama {

/// Goes round every minute: looks once at all that runs, and asks for a look at each environment
/// that is not as it shall be, owes something, or has objects without a row (H07). Each is mended
/// by the worker who holds its lease. What a host does not answer is unknown, and unknown deletes
/// nothing (DESIGN rule 5).
class Caretaker {
public:
    Caretaker(Workshop& shop, Bell& bell) : shop_(shop), bell_(bell), doorman_(shop.world) {}

    Task<> run(std::stop_token stop);

    /// One round; what it could not do is tried again in the next.
    Task<Result<>> round(std::stop_token stop);

private:
    Task<Result<std::int64_t>> reap();
    Task<Result<Remembered>> remember();
    Task<Result<std::vector<Orphan>>>
    ask_for(std::set<EnvironmentId> all, std::vector<Stray> strays, std::size_t scenes);
    Task<Result<>> remove_unknown(std::vector<Orphan> unknown, std::size_t scenes);
    void listen(const Remembered& remembered, const std::vector<Found>& found);
    void tell(const Result<>& done);

    Workshop& shop_;
    Bell& bell_;
    Doorman doorman_;
    std::string told_;  ///< Why the last round did not do all; empty: it did.
};

}  // namespace diorama
