#pragma once

#include "base/concurrency.hpp"
#include "engine/ledger.hpp"
#include "engine/scene.hpp"
#include "engine/teller.hpp"
#include "engine/workshop.hpp"

#include <map>
#include <optional>
#include <vector>

namespace diorama {

/// Brings a scene's containers up beside what serves, and answers what would serve instead
/// (DESIGN rule 7). Nothing that serves is removed here: the caller switches the route, then
/// retires the old. Or calls `undo`.
class Rollout {
public:
    Rollout(
        Workshop& shop,
        Teller teller,
        Environment environment,
        DeploymentId deployment,
        Scene scene,
        std::stop_token stop
    );

    /// Each service starts when what it depends on stands. Containers whose key did not change are
    /// kept as they are. The first failure ends the others and is answered, with its cause.
    Task<Result<std::vector<Instance>>> run();

    /// Removes what this rollout made, or began to make, and starts again what it stopped.
    Task<> undo();

private:
    struct Standing {
        bool started = false;
        bool well = false;
    };
    /// What a service has already, and what it lacks.
    struct Census {
        std::vector<Entry> kept;     ///< Run as they are.
        std::vector<Entry> revived;  ///< The right ones, but they stand still.
        std::vector<Entry> old;      ///< Serve now, and shall not any more.
        std::uint32_t missing = 0;
    };

    Task<Result<>> look();
    Task<Result<>> clear_leftovers();
    Task<Result<>> lay_ground();
    Task<> bring(const SceneService& service);
    Task<Result<>> bring_up(const SceneService& service);
    Task<Result<>> start_again(Entry container);
    Task<Result<>> stop_old(std::vector<Entry> old);
    Task<Result<>> wait_for(const SceneService& service);
    Task<Result<Entry>> start_container(const SceneService& service, bool hidden);
    Task<Result<>> gate(const SceneService& service, Entry container);
    Task<Result<>> promote();

    Census census(const SceneService& service) const;
    bool answers(const Entry& container) const;
    bool is_current(const SceneService& service, const Entry& entry) const;
    void keep(const SceneService& service, const Entry& container);

    Workshop& shop_;
    World world_;
    Teller teller_;
    Ledger ledger_;
    Environment environment_;
    DeploymentId deployment_;
    Scene scene_;
    std::stop_source stop_;
    std::stop_callback<std::function<void()>> link_;

    std::vector<Entry> entries_;
    std::vector<Found> found_;
    std::vector<Instance> serving_;
    std::map<std::string, Standing> standing_;
    Notice changed_;
    std::optional<Error> failed_;

    std::vector<Instance> instances_;
    std::vector<Entry> stopped_;
    std::vector<std::pair<Entry, std::vector<Attachment>>> hidden_;
};

}  // namespace diorama
