#include "engine/followers.hpp"

#include "engine/teller.hpp"

namespace diorama {

void Followers::follow(Entry container, std::optional<DeploymentId> deployment, Instant since)
{
    if (stop_.stop_requested() || !heard_.emplace(container.id, true).second) return;
    group_.spawn(listen(std::move(container), deployment, since));
}

Task<> Followers::listen(Entry container, std::optional<DeploymentId> deployment, Instant since)
{
    const Teller teller(world_, container.environment, deployment);
    Instant last = since;
    const auto hear = [&](OutputLine line) {
        last = std::max(last, line.at);
        teller.container(container.service, std::move(line));
    };
    // A connection that breaks is made again from where it broke; a container that is gone, or has
    // ended, has said all there is.
    for (;;) {
        const auto followed = co_await world_.driver.follow(container, last, hear, stop_);
        if (followed || !is_retryable(followed.error().code)) break;
        const bool slept = co_await sleep(world_.scheduler, seconds{5}, stop_);
        if (!slept) break;
    }
    heard_.erase(container.id);
}

}  // namespace diorama
