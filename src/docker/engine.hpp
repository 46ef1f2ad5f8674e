#pragma once

#include "docker/container.hpp"
#include "docker/objects.hpp"
#include "docker/output.hpp"
#include "net/address.hpp"
#include "net/http.hpp"
#include "net/loop.hpp"

#include <functional>
#include <memory>
#include <stop_token>

namespace diorama::docker {

using Strings = std::vector<std::string>;
using OnProgress = std::function<void(Progress)>;

/// A name or id of an object, or an image's reference.
using Ref = std::string;

struct LogOptions {
    bool follow = false;
    std::optional<Stamp> since;        ///< An Instant will do.
    std::optional<std::int64_t> tail;  ///< Only the last lines.
};

struct ExecConfig {
    Strings command;
    std::map<std::string, std::string> environment;
    std::string user, working_dir;
};

/// A Docker Engine, by its API (1.41 and later, the highest that both sides speak). Each verb is
/// one call and promises what the Engine promises; callbacks run on the loop.
///
/// Errors: `not_found`, `conflict`, `invalid`, `unauthorized` as the Engine answers; `refused` for
/// an engine that is too old; `unavailable` when it does not answer or has trouble of its own
/// (retry); `cancelled` when `stop` was asked: the connection is closed, and with it what the
/// Engine did for it.
class Engine {
public:
    explicit Engine(Loop& loop, Address address = Address::local("/var/run/docker.sock"));
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // ---- The Engine itself
    Task<Result<>> ping();
    Task<Result<Version>> version();
    Task<Result<Info>> info();
    Task<Result<DiskUsage>> disk_usage();
    /// Tells `each` what happens to objects with all `labels`, from `since` on, until `stop`.
    Task<Result<>> events(
        Labels labels,
        std::optional<Instant> since,
        std::function<void(Event)> each,
        std::stop_token stop
    );

    // ---- Networks
    Task<Result<std::string>> create_network(NetworkConfig config
    );  ///< Its id; `conflict` when the name is taken.
    Task<Result<Network>> inspect_network(Ref network);
    Task<Result<std::vector<Network>>> list_networks(Labels labels);
    Task<Result<>> connect(Ref container, Endpoint endpoint);
    Task<Result<>> disconnect(Ref container, Ref network, bool force);
    Task<Result<>> remove_network(Ref network, std::stop_token stop = {});

    // ---- Volumes
    /// One of the same name is given back as it is, whatever its labels.
    Task<Result<Volume>> create_volume(std::string name, Labels labels);
    Task<Result<Volume>> inspect_volume(Ref volume);
    Task<Result<std::vector<Volume>>> list_volumes(Labels labels);
    Task<Result<>> remove_volume(Ref volume, bool force, std::stop_token stop = {});

    // ---- Containers
    Task<Result<std::string>> create_container(ContainerConfig config);  ///< Its id.
    Task<Result<Container>> inspect_container(Ref container);
    Task<Result<std::vector<ContainerSummary>>> list_containers(Labels labels
    );                                    ///< Stopped ones too.
    Task<Result<>> start(Ref container);  ///< Running already is fine.
    /// With the container's own signal; killed after `grace`, or after its own time.
    Task<Result<>> stop(Ref container, std::optional<seconds> grace);
    Task<Result<>> kill(Ref container, std::string signal);
    Task<Result<>>
    remove_container(Ref container, bool force, bool anonymous_volumes, std::stop_token stop = {});
    Task<Result<std::int64_t>>
    wait(Ref container, std::stop_token stop);  ///< Until it does not run: its exit code.
    Task<Result<>> pause(Ref container);
    Task<Result<>> unpause(Ref container);
    Task<Result<>> rename(Ref container, std::string name);
    Task<Result<Stats>> stats(Ref container);  ///< One sample.
    /// Each line once; when following, until the container ends.
    Task<Result<>> logs(Ref container, LogOptions options, OnLine line, std::stop_token stop);
    /// Unpacks a tar into the folder `path` of the container, which need not run.
    Task<Result<>> put_archive(
        Ref container, std::string path, std::unique_ptr<ByteStream> tar, std::stop_token stop
    );
    Task<Result<std::string>>
    get_archive(Ref container, std::string path, std::size_t limit);  ///< As a tar.
    /// Runs a command in a running container; its exit code.
    Task<Result<std::int64_t>>
    exec(Ref container, ExecConfig config, OnLine line, std::stop_token stop);

    // ---- Images
    /// Builds with the Engine's own (classic) builder from a tar; the image's id. A failed step is
    /// `invalid`. Asking `stop` ends the build in the Engine, too: its step runs no more on return.
    Task<Result<std::string>> build(
        BuildOptions options,
        std::unique_ptr<ByteStream> context,
        OnProgress progress,
        std::stop_token stop
    );
    Task<Result<>> pull(PullOptions options, OnProgress progress, std::stop_token stop);
    Task<Result<Image>> inspect_image(Ref image);
    Task<Result<std::vector<Image>>> list_images(Labels labels);
    Task<Result<std::vector<HistoryEntry>>> history(Ref image);
    Task<Result<>> tag(Ref image, std::string reference);
    Task<Result<>> remove_image(Ref image, bool force);

    const Address& address() const;

private:
    Task<Result<>>
    read_log(Ref container, LogOptions options, bool terminal, OnLine line, std::stop_token stop);

    Task<bool> end_step(std::string container, std::string mark);

    std::unique_ptr<class EngineApi> api_;
};

/// A body of one piece, for small archives.
std::unique_ptr<ByteStream> one_piece(std::string bytes);

}  // namespace diorama::docker
