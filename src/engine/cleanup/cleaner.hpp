#pragma once

#include "engine/bell.hpp"
#include "engine/caretaker.hpp"
#include "engine/cleanup/plan.hpp"
#include "engine/poller.hpp"

namespace diorama {

/// Takes away what nobody needs any more, every half hour and soon after the start (H01): idle and
/// old environments, spare images, old logs and histories. What a forge says is closed, and objects
/// without a row, others look for more often (Poller, Caretaker); a pass by hand does it all.
class Cleaner {
public:
    Cleaner(World world, Bell& bell, Poller& poller, Caretaker& caretaker)
        : world_(world),
          bell_(bell),
          poller_(poller),
          caretaker_(caretaker)
    {}

    Task<> run(std::stop_token stop);

    /// What a pass by hand would take away now. Changes nothing.
    Task<Result<CleanupPlan>> plan();

    /// Environments whose time is over now, held or not. Asks no host.
    Task<Result<std::vector<Ending>>> over();

    /// Somebody asks for a pass, and by that says that what is held is meant: answers what went, or
    /// is on its way.
    Task<Result<CleanupPlan>> pass_by_hand(std::stop_token stop);

    /// Ends what is held, and nothing else; how many.
    Task<Result<std::size_t>> release();

private:
    Task<Result<>> pass(std::stop_token stop);
    Task<Result<std::vector<Ending>>> end_environments(bool confirmed);
    Task<Result<std::vector<SpareImage>>> remove_images();
    void ring(const std::vector<Ending>& ended);
    void tell(const std::vector<Ending>& endings);
    void tell(const Result<>& done);

    World world_;
    Bell& bell_;
    Poller& poller_;
    Caretaker& caretaker_;
    std::string told_;           ///< Why the last pass did not do all; empty: it did.
    std::size_t told_held_ = 0;  ///< How many the last pass held.
};

}  // namespace diorama
