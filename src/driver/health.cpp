#include "driver/health.hpp"

#include "driver/container_config.hpp"
#include "driver/owner.hpp"
#include "net/client.hpp"
#include "net/socket.hpp"

#include <algorithm>

namespace diorama {

namespace {

constexpr milliseconds shortest_pause{10};
constexpr milliseconds longest_pause = seconds{5};
constexpr milliseconds quiet = seconds{5};  ///< For what has no port: so long without an exit.
constexpr milliseconds probe_limit = seconds{5};

std::string address_of(const docker::Container& container)
{
    const std::string own = label::value(container.labels, address_label);
    if (!own.empty()) return own;
    for (const auto& [name, network] : container.networks) {
        if (!network.address.empty()) return network.address;
    }
    return {};
}

/// What is quickly well is quickly known, and nobody waits much longer than it takes.
milliseconds pause_after(milliseconds waited)
{
    return std::clamp(waited / 20, shortest_pause, longest_pause);
}

bool is_over(docker::Status status)
{
    return status == docker::Status::exited || status == docker::Status::dead ||
           status == docker::Status::created;
}

}  // namespace

Task<Result<>> Health::wait(std::string container, std::stop_token stop)
{
    const Deadline deadline(loop_, gate_.limit, stop);
    const Instant begun = loop_.now();
    for (;;) {
        const auto now = co_await engine_.inspect_container(container);
        if (!now) co_return now.error();
        remember(*now);
        if (is_over(now->state.status)) {
            const Unwell what = co_await cause(*now);
            co_return ended(what);
        }
        if (now->state.status == docker::Status::running) {
            const bool well = co_await probe(*now, deadline.token());
            if (well) co_return ok();
        }
        if (stop.stop_requested()) co_return Error{Code::cancelled, "the wait was cancelled"};
        if (deadline.expired()) {
            const Unwell what = co_await cause(*now);
            co_return not_well_within(what, gate_.limit);
        }
        const auto waited = std::chrono::duration_cast<milliseconds>(loop_.now() - begun);
        co_await sleep(loop_, pause_after(waited), deadline.token());
    }
}

Task<bool> Health::probe(docker::Container now, std::stop_token stop)
{
    if (now.state.health != docker::Health::none) {
        const auto& probes = now.state.probes;
        met_ = probes.empty() ? "its health check has not run yet"
                              : fmt::format(
                                    "its health check failed with exit code {}: {}",
                                    probes.back().exit_code,
                                    probes.back().output.substr(0, 500)
                                );
        co_return now.state.health == docker::Health::healthy;
    }
    std::optional<std::uint16_t> port = gate_.port;
    if (!port && !now.exposed_ports.empty()) port = now.exposed_ports.front();
    if (!port) co_return is_quiet(now);
    const std::string address = address_of(now);
    if (gate_.path || gate_.routed) co_return co_await probe_http(address, *port, stop);
    co_return co_await probe_tcp(address, *port, stop);
}

Task<bool> Health::probe_http(std::string address, std::uint16_t port, std::stop_token stop)
{
    Client client(loop_, Address::tcp(address, port));
    Request request{.target = gate_.path.value_or("/")};
    request.headers = {
        {"Host",       entry_.service  },
        {"User-Agent", "diorama-health"}
    };
    Client::Options options{.stop = stop, .timeout = probe_limit};
    options.streaming = true;  // The head is all that counts.
    const auto response = co_await client.send(std::move(request), options);
    if (!response) {
        note(response.error(), stop);
        co_return false;
    }
    met_ = fmt::format("port {} answered {}", port, response->status);
    // A path that somebody chose for this shall be found; the start page may be anything.
    co_return response->status < (gate_.path ? 400 : 500);
}

Task<bool> Health::probe_tcp(std::string address, std::uint16_t port, std::stop_token stop)
{
    const Deadline deadline(loop_, probe_limit, stop);
    const auto stream = co_await connect(loop_, Address::tcp(address, port), deadline.token());
    if (!stream) note(stream.error(), stop);
    co_return stream.has_value();
}

/// The Engine forgets the exit of a container as soon as it runs again.
void Health::remember(const docker::Container& now)
{
    if (!is_over(now.state.status) && now.state.status != docker::Status::restarting) return;
    exit_code_ = now.state.exit_code;
    out_of_memory_ = now.state.oom_killed;
}

/// That time ran out in the middle of a probe says less than what the one before met.
void Health::note(const Error& error, const std::stop_token& stop)
{
    if (!stop.stop_requested() || met_.empty()) met_ = error.message;
}

bool Health::is_quiet(const docker::Container& now)
{
    if (started_ != now.state.started_at) {
        started_ = now.state.started_at;
        quiet_since_ = loop_.now();
    }
    met_ = "it did not run for five seconds on end";
    return loop_.now() - quiet_since_ >= quiet;
}

Task<Unwell> Health::cause(docker::Container now)
{
    Unwell what{
        .service = entry_.service.empty() ? entry_.name : entry_.service,
        .exit_code = exit_code_,
        .out_of_memory = out_of_memory_,
        .restarts = now.restarts,
        .last_probe = met_
    };
    const auto take = [&](const docker::OutputLine& line) { what.said.push_back(line.text); };
    const docker::LogOptions options{.tail = last_words};
    const auto read = co_await engine_.logs(now.id, options, take, {});
    if (!read)
        what.said.push_back(fmt::format("(its log cannot be read: {})", read.error().message));
    co_return what;
}

}  // namespace diorama
