#pragma once

#include "docker/engine.hpp"
#include "driver/unwell.hpp"

namespace diorama {

/// Finds out whether one container is well (A20), by asking the Engine and the container in turns:
/// every 100 ms while it may just be starting, later every five seconds.
class Health {
public:
    Health(Loop& loop, docker::Engine& engine, Entry entry, Gate gate)
        : loop_(loop),
          engine_(engine),
          entry_(std::move(entry)),
          gate_(std::move(gate))
    {}

    /// As Driver::wait_healthy. A container that the Engine restarts is waited for.
    Task<Result<>> wait(std::string container, std::stop_token stop);

private:
    /// Whether it is well; keeps what it met in `met_`.
    Task<bool> probe(docker::Container now, std::stop_token stop);
    Task<bool> probe_http(std::string address, std::uint16_t port, std::stop_token stop);
    Task<bool> probe_tcp(std::string address, std::uint16_t port, std::stop_token stop);
    void remember(const docker::Container& now);
    void note(const Error& error, const std::stop_token& stop);
    bool is_quiet(const docker::Container& now);
    Task<Unwell> cause(docker::Container now);

    Loop& loop_;
    docker::Engine& engine_;
    Entry entry_;
    Gate gate_;
    std::string met_;
    std::optional<std::int64_t> exit_code_;  ///< Of its latest end that was seen.
    bool out_of_memory_ = false;
    std::optional<Instant> started_;  ///< The start that `quiet_since_` speaks of.
    Instant quiet_since_{};
};

}  // namespace diorama
