#pragma once

#include "base/concurrency.hpp"
#include "docker/engine.hpp"
#include "driver/driver.hpp"
#include "model/addresses.hpp"
#include "net/loop.hpp"

#include <set>

namespace diorama {

/// What holds for every scene of this installation.
struct DriverOptions {
    InstallationId installation;
    std::string bridges = "dio";  ///< Begins every bridge: the packet filter knows them by it.
    bool require_non_root = false;
    std::int64_t open_files = 16384;                ///< Unless the service sets nofile itself.
    std::vector<std::string> dns;                   ///< Instead of the machine's servers.
    std::string log_size = "10m";                   ///< Of each of a container's log files …
    std::string log_files = "2";                    ///< … and how many are kept.
    std::string control_groups = "/sys/fs/cgroup";  ///< Where a frozen one's memory is asked back.
};

/// Scenes on one Docker Engine. Keeps the contract of `driver_contract.hpp`.
///
/// Nothing is bound to a port of the host and no path of it is mounted: the gateway reaches
/// containers by their addresses, content is copied in before the start. Every container has a
/// fixed address, drawn from its first network and noted in a label, so that it stays through
/// restarts.
class DockerDriver final : public Driver {
public:
    /// `engine` must outlive the driver; the builder may use it as well.
    DockerDriver(Loop& loop, docker::Engine& engine, DriverOptions options)
        : loop_(loop),
          engine_(engine),
          options_(std::move(options)),
          build_turn_(loop, 1)
    {}

    /// The network for RUN steps of builds, behind the same filter as scenes; containers on it do
    /// not reach each other. Made of a free /26 of `range` when it is not there; answers its name.
    Task<Result<std::string>> build_network(Subnet range);
    /// Takes it away; none being there is fine. `unavailable` while a build is on it.
    Task<Result<>> remove_build_network();

    Task<Result<std::vector<Subnet>>> routes() override;
    Task<Result<Made>> apply(Intent intent, std::stop_token stop) override;
    Task<Result<>> remove(Entry entry, std::stop_token stop) override;
    Task<Result<std::vector<Found>>> observe(std::optional<EnvironmentId> environment) override;
    Task<Result<>> wait_healthy(Entry container, Gate gate, std::stop_token stop) override;
    Task<Result<std::int64_t>> wait_exit(Entry container, std::stop_token stop) override;
    Task<Result<>> promote(Entry container, std::vector<Attachment> attachments) override;
    Task<Result<>> start(Entry container) override;
    Task<Result<>> stop(Entry container) override;
    Task<Result<>> freeze(Entry container) override;
    Task<Result<>> thaw(Entry container) override;
    Task<Result<>> follow(
        Entry container, Instant since, std::function<void(OutputLine)> line, std::stop_token stop
    ) override;
    Task<Result<Stats>> stats(Entry container) override;
    Task<Result<std::map<EnvironmentId, std::uint64_t>>> written() override;
    Task<Result<std::int64_t>> exec(
        Entry container,
        std::vector<std::string> argv,
        std::function<void(OutputLine)> line,
        std::stop_token stop
    ) override;

private:
    Task<Result<Made>> make(NetworkIntent intent);
    Task<Result<Made>> make(VolumeIntent intent);
    Task<Result<Made>> make(ContainerIntent intent, std::stop_token stop);
    Task<Result<docker::Container>> create(ContainerIntent intent);
    Task<Result<>> bring_up(ContainerIntent intent, docker::Container made, std::stop_token stop);
    NetworkIntent build_intent() const;
    Task<Result<bool>> has_build_network();
    Task<Result<std::string>> reserve_address(ContainerIntent intent);

    /// The container of `entry`; `not_found` when there is none of ours.
    Task<Result<docker::Container>> container(Entry entry);
    Task<Result<>> remove_container(Entry entry, std::stop_token stop);
    Task<Result<>> remove_network(Entry entry, std::stop_token stop);
    Task<Result<>> remove_volume(Entry entry, std::stop_token stop);
    Labels labels_of(const Entry& entry) const;

    Loop& loop_;
    docker::Engine& engine_;
    DriverOptions options_;
    Semaphore build_turn_;            ///< Of who looks for the build network.
    std::set<std::string> reserved_;  ///< Addresses of containers that are being created.
};

}  // namespace diorama
