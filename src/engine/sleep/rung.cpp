#include "engine/sleep/rung.hpp"

namespace diorama {

namespace {

bool may_sleep(const Environment& environment)
{
    return environment.state == State::ready || environment.state == State::asleep;
}

}  // namespace

bool is_on_its_rung(const Environment& environment)
{
    if (!may_sleep(environment)) return true;
    if (environment.wanted.presence == Presence::awake)
        return environment.presence == Presence::awake;
    return environment.state == State::asleep &&
           environment.presence >= environment.wanted.presence;
}

bool shall_wake(const Environment& environment)
{
    return environment.wanted.presence == Presence::awake && !is_on_its_rung(environment);
}

Quieting quieting(Presence rung, const Found& container)
{
    switch (container.running) {
        case Running::created:
        case Running::exited:
        case Running::dead: return Quieting::nothing;
        case Running::frozen: return rung == Presence::stopped ? Quieting::stop : Quieting::nothing;
        case Running::running:
        case Running::restarting:
            return rung == Presence::stopped ? Quieting::stop : Quieting::freeze;
    }
    std::abort();
}

}  // namespace diorama
