#pragma once

#include "base/task.hpp"
#include "driver/values.hpp"
#include "model/addresses.hpp"

#include <stop_token>

namespace diorama {

/// Makes scenes be, somewhere. Docker, Kubernetes and the fake keep one contract, which
/// `driver_contract.hpp` holds each of them to.
///
/// Every verb may be repeated: a job that died half-way is simply run again. A name that exists
/// with our labels (installation and environment) is adopted; one that exists without them is a
/// conflict and stays untouched. An entry is found by its name and those labels.
/// Errors: `unavailable`, `timed_out`, `too_many` (try later), `invalid` (never try this again),
/// `not_found` (the container, or what an intent stands on, is gone: look again), `cancelled`
/// when `stop` was asked.
class Driver {
public:
    virtual ~Driver() = default;

    /// The networks that the machine reaches elsewhere, those of strangers' scenes too: a subnet
    /// for a scene steps over them.
    virtual Task<Result<std::vector<Subnet>>> routes() = 0;

    /// Creates or adopts. A container is filled with its content and started; one that has run
    /// already is adopted as it is, so that a job is not done twice. `conflict` too when a
    /// network's range is taken: choose another. `not_found` when the engine lacks the image.
    virtual Task<Result<Made>> apply(Intent intent, std::stop_token stop) = 0;

    /// Returns once the object is gone. What was gone already, or belongs to somebody else, is a
    /// success. A network or volume that a container still uses is `unavailable`.
    virtual Task<Result<>> remove(Entry entry, std::stop_token stop) = 0;

    /// Everything that carries our installation's labels, of one environment or of all.
    virtual Task<Result<std::vector<Found>>> observe(std::optional<EnvironmentId> environment) = 0;

    /// Returns once the container is well, or the cause why it is not with its last words:
    /// `invalid`, since the same image would fail again. Ends early when the container exited and
    /// is not restarted.
    virtual Task<Result<>> wait_healthy(Entry container, Gate gate, std::stop_token stop) = 0;

    /// Waits for a one-shot container to end; answers its exit code.
    virtual Task<Result<std::int64_t>> wait_exit(Entry container, std::stop_token stop) = 0;

    /// Gives a hidden container its names. Its address and open connections stay.
    virtual Task<Result<>> promote(Entry container, std::vector<Attachment> attachments) = 0;

    /// A frozen one goes on. Its address stays.
    virtual Task<Result<>> start(Entry container) = 0;
    /// With the service's stop signal and grace period; a frozen one too.
    virtual Task<Result<>> stop(Entry container) = 0;
    /// Its processes stand still where they are. `conflict` when it does not run.
    virtual Task<Result<>> freeze(Entry container) = 0;
    /// One that runs is left alone. `conflict` when it has ended: it has to be started.
    virtual Task<Result<>> thaw(Entry container) = 0;

    /// Follows what the container says from `since` on, until it ends or `stop` is asked.
    virtual Task<Result<>> follow(
        Entry container, Instant since, std::function<void(OutputLine)> line, std::stop_token stop
    ) = 0;

    virtual Task<Result<Stats>> stats(Entry container) = 0;

    /// How many bytes each environment holds on disk: what its containers wrote over their images,
    /// and its volumes. The engine may walk through all of it: not to be asked often.
    virtual Task<Result<std::map<EnvironmentId, std::uint64_t>>> written() = 0;

    /// Runs a command in a container; answers its exit code, its output goes to `line`.
    virtual Task<Result<std::int64_t>> exec(
        Entry container,
        std::vector<std::string> argv,
        std::function<void(OutputLine)> line,
        std::stop_token stop
    ) = 0;
};

}  // namespace diorama
