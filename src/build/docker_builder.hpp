#pragma once

#include "base/concurrency.hpp"
#include "build/build.hpp"
#include "build/build_log.hpp"
#include "build/context.hpp"
#include "build/images.hpp"
#include "docker/engine.hpp"

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace diorama {

struct BuildSettings {
    /// Answers the network that RUN is in, there when it is asked for; none: the Engine's default
    /// bridge.
    std::function<Task<Result<std::string>>()> network;
    std::uint64_t memory = 2ULL << 30;  ///< Bytes for each RUN; 0: no limit.
    double cpus = 0;                    ///< For each RUN; 0: no limit.
    /// Weight of each RUN where cores are short; a scene's container has 1024, so that it answers
    /// though somebody builds.
    std::int64_t cpu_shares = 256;
    std::string cgroup_parent;  ///< Where all RUN are held together; empty: nowhere.
    std::size_t parallel = 4;   ///< Builds at once.
    ContextLimits context;
    Registries registries;
};

/// Builds with the Docker Engine's own (classic) builder.
///
/// What it makes is always named, and so belongs to a `remove`: the image by its reference, the
/// last layers of earlier stages by the reference and `-stage-{n}`. Layers without a name that bear
/// our label are what failed and stopped builds left; they go when no build of their scope runs.
/// Containers of steps whose Engine was killed go with the next `made`.
class DockerBuilder final : public Builder {
public:
    /// Both must outlive it. It must outlive its tasks.
    DockerBuilder(Scheduler& scheduler, docker::Engine& engine, BuildSettings settings);

    Task<Result<Image>>
    build(BuildOrder order, Files& files, LineSink line, std::stop_token stop) override;
    std::optional<std::size_t> position(const std::string& owner) const override;
    Task<Result<Image>> obtain(ImageOrder order, LineSink line, std::stop_token stop) override;

    Task<Result<std::vector<std::string>>> made(std::map<std::string, std::string> labels) override;
    Task<Result<Stock>> stock(std::map<std::string, std::string> labels) override;
    Task<Result<>> remove(std::string reference) override;

private:
    /// An order with all that was found out about it.
    struct Job {
        BuildOrder order;
        std::string cache;  ///< The value of `cache_label`.
        Recipe recipe;
        Context context;
        std::string ignore_text;  ///< Of the context's own .dockerignore.
        std::map<std::string, std::string> bases;
        std::string key;
        std::string reference;
    };

    Task<std::optional<Semaphore::Permit>> place_for(std::string owner, std::stop_token stop);
    Task<Result<Job>> prepare(BuildOrder order, Files& files, LineSink line, std::stop_token stop);
    Task<Result<Recipe>> read_recipe(const Job& job, Files& files);
    Task<Result<Context>> read_context(Job& job, Files& files);
    Task<Result<>> find_bases(Job& job, LineSink line, std::stop_token stop);
    Task<Result<Image>> make(Job job, Files& files, LineSink line, std::stop_token stop);
    Task<Result<std::string>>
    run(const Job& job, Files& files, BuildLog& log, std::stop_token stop);
    Task<> await_end_of(std::string container);
    Task<> name_stages(const Job& job, std::vector<std::string> layers);
    Task<> sweep(std::string cache);
    Task<> remove_orphans(docker::Labels labels);
    Task<std::optional<Stock::Disk>> disk();
    docker::BuildOptions options(const Job& job) const;
    std::shared_ptr<Semaphore> turn(const std::string& key);

    Scheduler& scheduler_;
    docker::Engine& engine_;
    BuildSettings settings_;
    Images images_;
    Semaphore places_;
    std::list<std::string> line_;  ///< The owners of builds that wait for a place, in their order.
    std::map<std::string, std::weak_ptr<Semaphore>> turns_;  ///< By content key.
    std::map<std::string, int> running_;                     ///< Builds by `Job::cache`.
    std::set<std::string> sweeping_;                         ///< Caches.
    Notice swept_;
};

}  // namespace diorama
