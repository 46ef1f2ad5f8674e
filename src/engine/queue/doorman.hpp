#pragma once

#include "engine/queue/admission.hpp"
#include "engine/wishes.hpp"
#include "engine/world.hpp"
#include "model/plan.hpp"

namespace diorama {

/// What all services of a plan may use together.
Needs needs_of(const Plan& plan, const Policy& policy);

/// `too_many` where a new environment would be refused at once, before anything is known of it.
Result<> may_come(Tx& tx, const LimitSettings& limits, const std::optional<Environment>& there);

/// Decides on a deployment under way, and writes down what follows: it is admitted; or it waits,
/// and whoever has to go first is wished away. Asked again it answers as things stand by then.
Result<Admission> apply_for_place(
    Tx& tx,
    const EngineSettings& settings,
    const Environment& seen,
    const Deployment& deployment,
    const Needs& needs,
    const Moment& moment
);

/// How things stand for a deployment that waits: which limit keeps it, and whom somebody may put to
/// sleep to free a place, whatever is done by itself.
Admission prospects(Tx& tx, const LimitSettings& limits, const Waiter& waiter, Instant now);

/// Sees to it that nobody waits while there is a place, and that no more is awake than may be.
class Doorman {
public:
    explicit Doorman(World world) : world_(world) {}

    /// Work on `ended` is over, or some time has passed: somebody may have left, or woken.
    Task<Result<>> look(std::optional<EnvironmentId> ended);

private:
    World world_;
};

}  // namespace diorama
