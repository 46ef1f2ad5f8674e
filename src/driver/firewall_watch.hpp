#pragma once

#include "base/log.hpp"
#include "driver/facts.hpp"
#include "driver/firewall.hpp"

namespace diorama {

/// Keeps the packet filter standing: firewall managers flush all rules when they reload, and
/// scenes are open until somebody notices. Both must outlive it.
class FirewallWatch {
public:
    FirewallWatch(Scheduler& scheduler, Firewall& firewall, Log& log)
        : scheduler_(scheduler),
          firewall_(firewall),
          log_(log)
    {}

    /// Looks every so often, until `stop` is asked.
    Task<> run(milliseconds every, std::stop_token stop);
    /// Looks once, puts back what is missing or changed, and says so in the log.
    Task<> look(std::stop_token stop = {});

    /// What the last look found.
    const Machine::Filter& state() const { return state_; }

private:
    Scheduler& scheduler_;
    Firewall& firewall_;
    Log& log_;
    Machine::Filter state_;
};

}  // namespace diorama
