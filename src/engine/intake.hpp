#pragma once

#include "engine/due_loop.hpp"
#include "engine/look.hpp"
#include "forge/hint.hpp"

namespace diorama {

/// A webhook at the door, its signature good.
struct Arrival {
    Hint hint;
    std::string remote;   ///< Address it came from.
    std::string headers;  ///< JSON; none that holds a signature or a credential.
    std::string body;     ///< As it came.
    std::string signer;   ///< The repository whose own secret signed it; empty: the forge's.

    /// Somebody asked for one that came before to be taken in again.
    struct Replay {
        DeliveryId of;
        Actor by;
    };
    std::optional<Replay> replay;
};

/// What became of it at the door. What it leads to shows in the list of deliveries.
struct Receipt {
    DeliveryId delivery;
    deliveries::Verdict verdict = deliveries::Verdict::waiting;
    std::string reason;
    bool repeated = false;  ///< It was here already; nothing is done twice.
};

/// Takes in what forges tell, and looks at each pull request they tell about. A hint is kept and
/// answered at once; what it leads to is decided later, from the forge's facts.
class Intake {
public:
    Intake(World world, Bell& bell)
        : world_(world),
          look_(world, bell),
          loop_(world, 8, minutes{1}, [this](const auto& due, std::stop_token stop) {
              return look_.at(due, std::move(stop));
          })
    {}

    /// Keeps it, durably, and has somebody look. A refusal is kept too, with its reason.
    Task<Result<Receipt>> receive(Arrival arrival);

    /// Keeps that a delivery was not believed, and why; nothing of it is read. A few at once, then
    /// one each 10 s: a stranger cannot fill the disk. The next that is kept counts the others.
    Task<Result<>> refuse(Arrival arrival, std::string reason);

    /// Looks at what is due until `stop` is asked.
    Task<> run(std::stop_token stop) { return loop_.run(std::move(stop)); }

    /// Something is due that `receive` did not bring.
    void nudge() { loop_.nudge(); }

private:
    struct Rows {
        using Due = pull_requests::Due;
        using Key = std::pair<ProjectId, std::int64_t>;
        static Key key(const Due& row) { return {row.project, row.number}; }
        static constexpr auto due = pull_requests::due;
        static constexpr auto next_due = pull_requests::next_due;
    };
    bool may_keep_refusal();

    World world_;
    Look look_;
    DueLoop<Rows> loop_;
    Instant refusals_until_{};         ///< Those that were kept fill the time until then.
    std::uint64_t refusals_lost_ = 0;  ///< Since the last that was kept.
};

}  // namespace diorama
