#pragma once

#include "base/task.hpp"
#include "model/files.hpp"
#include "model/inventory.hpp"
#include "model/plan.hpp"

#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

namespace diorama {

using Labels = std::map<std::string, std::string>;

struct NetworkIntent {
    std::string name;
    std::string subnet;  ///< CIDR, taken from the configured range by the engine.
    bool internal = false;
    Labels labels;
};

struct VolumeIntent {
    std::string name;
    Labels labels;
};

/// A network of the scene and the names a container answers to there.
struct Attachment {
    std::string network;
    std::vector<std::string> aliases;
};

/// Part of the commit, as an uncompressed tar whose paths are relative to `target`.
struct Content {
    std::string target;
    bool read_only = false;
    std::string volume;  ///< Seed this volume once, when it is new; empty: copy into the container.
    std::function<Chunks()> open;  ///< May be called again when a try failed.
};

struct ContainerIntent {
    std::string name;
    Service service;
    std::string image;  ///< Id or reference the engine has locally.
    Labels labels;
    std::vector<Attachment> attachments;         ///< Empty aliases: hidden until `promote`.
    std::map<std::string, std::string> volumes;  ///< Plan's volume → the volume's real name.
    std::vector<Content> contents;
};

/// An object to be. The engine wrote its inventory row before it asks for it.
using Intent = std::variant<NetworkIntent, VolumeIntent, ContainerIntent>;

/// What came of an intent.
struct Made {
    std::string external_id;
    std::string address;               ///< A container's address on its first network.
    std::vector<std::uint16_t> ports;  ///< What its image exposes, lowest first.
};

enum class Running { created, running, restarting, frozen, exited, dead };

/// An object as it is now, found by our labels.
struct Found {
    EntryType type = EntryType::container;
    std::string name;
    std::string external_id;
    Labels labels;
    std::string address;
    Running running = Running::running;
    std::optional<bool> healthy;  ///< Only for containers with a health check.
    std::int64_t exit_code = 0;
    bool out_of_memory = false;
};

/// How to tell that a container is well (A20). The image's or Compose's health check always comes
/// first; then `path`, an HTTP answer below 500 when `routed`, an open port, five quiet seconds.
struct Gate {
    bool routed = false;
    std::optional<std::string> path;
    std::optional<std::uint16_t> port;
    milliseconds limit = seconds{60};
};

struct Stats {
    double cpu = 0;            ///< Cores in use.
    std::uint64_t memory = 0;  ///< Bytes, without page cache.
    std::uint64_t memory_limit = 0;
    std::uint64_t pids = 0;
    std::uint64_t received = 0, sent = 0;  ///< Bytes over its networks.
};

struct OutputLine {
    std::string stream;  ///< stdout or stderr
    std::string text;
    Instant at;
};

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

    /// Creates or adopts. A container is filled with its content and started; one that has run
    /// already is adopted as it is, so that a job is not done twice. `conflict` too when a
    /// network's range is taken: choose another. `not_found` when the engine lacks the image.
    virtual Task<Result<Made>> apply(Intent intent, std::stop_token stop) = 0;

    /// Returns once the object is gone. What was gone already, or belongs to somebody else, is a
    /// success. A network or volume that a container still uses is `unavailable`.
    virtual Task<Result<>> remove(Entry entry) = 0;

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

    virtual Task<Result<>> start(Entry container) = 0;
    /// With the service's stop signal and grace period.
    virtual Task<Result<>> stop(Entry container) = 0;
    virtual Task<Result<>> freeze(Entry container) = 0;
    virtual Task<Result<>> thaw(Entry container) = 0;

    /// Follows what the container says from `since` on, until it ends or `stop` is asked.
    virtual Task<Result<>> follow(
        Entry container, Instant since, std::function<void(OutputLine)> line, std::stop_token stop
    ) = 0;

    virtual Task<Result<Stats>> stats(Entry container) = 0;

    /// Runs a command in a container; answers its exit code, its output goes to `line`.
    virtual Task<Result<std::int64_t>> exec(
        Entry container,
        std::vector<std::string> argv,
        std::function<void(OutputLine)> line,
        std::stop_token stop
    ) = 0;
};

}  // namespace diorama
