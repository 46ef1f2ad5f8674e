#include "build/docker_builder.hpp"

#include "base/unicode.hpp"
#include "build/content_key.hpp"
#include "model/naming.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace diorama {

namespace {

constexpr std::uint64_t longest_text = 1U << 20;

Error stopped(std::string_view service)
{
    return {Code::cancelled, fmt::format("the build of {} was stopped", service), ""};
}

constexpr milliseconds forever = hours{24 * 365};

/// The Engine leaves these out of what makes a layer another one (Dockerfile reference,
/// "Predefined ARGs"): whoever sets them decides what others get from the cache.
bool is_predefined(std::string_view arg)
{
    static constexpr std::array<std::string_view, 10> names{
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "FTP_PROXY",
        "ftp_proxy",
        "NO_PROXY",
        "no_proxy",
        "ALL_PROXY",
        "all_proxy"
    };
    return std::ranges::find(names, arg) != names.end();
}

Result<> check_args(const BuildOrder& order)
{
    for (const auto& [name, value] : order.spec.args) {
        if (!is_predefined(name)) continue;
        return Error{
            Code::refused,
            fmt::format(
                "{}: the build argument {} is not the repository's to set", order.service, name
            ),
            "Remove it from build.args; the operator sets proxies on the Docker Engine."
        };
    }
    return ok();
}

/// A context on its way to the Engine.
class ContextStream final : public ByteStream {
public:
    explicit ContextStream(Chunks pieces) : pieces_(std::move(pieces)) {}
    Task<Result<std::optional<std::string>>> next() override { return pieces_(); }

private:
    Chunks pieces_;
};

/// Counts a build among those of its scope.
class Count {
public:
    explicit Count(int& number) : number_(number) { ++number_; }
    Count(const Count&) = delete;
    Count& operator=(const Count&) = delete;
    ~Count() { --number_; }

private:
    int& number_;
};

/// Marks a cache as being swept.
class Sweep {
public:
    Sweep(std::set<std::string>& all, std::string cache, Notice& over)
        : all_(all),
          cache_(std::move(cache)),
          over_(over)
    {
        all_.insert(cache_);
    }
    Sweep(const Sweep&) = delete;
    Sweep& operator=(const Sweep&) = delete;
    ~Sweep()
    {
        all_.erase(cache_);
        over_.notify();
    }

private:
    std::set<std::string>& all_;
    std::string cache_;
    Notice& over_;
};

}  // namespace

DockerBuilder::DockerBuilder(Scheduler& scheduler, docker::Engine& engine, BuildSettings settings)
    : scheduler_(scheduler),
      engine_(engine),
      settings_(std::move(settings)),
      images_(engine, settings_.registries),
      places_(scheduler, settings_.parallel),
      swept_(scheduler)
{}

Task<Result<Image>>
DockerBuilder::build(BuildOrder order, Files& files, LineSink line, std::stop_token stop)
{
    const std::string service = order.service;
    const milliseconds limit = order.limit;
    const Deadline preparing(scheduler_, limit.count() > 0 ? limit : forever, stop);
    auto job = co_await prepare(std::move(order), files, line, preparing.token());
    if (!job && preparing.expired()) co_return too_slow(service, limit);
    if (!job) co_return job.error();

    // One build of a key at a time: whoever comes second finds what the first made.
    const auto turn_of_key = turn(job->key);
    const auto permit = co_await turn_of_key->acquire(stop);
    if (!permit) co_return stopped(service);
    if (!job->order.rebuild) {
        auto there = co_await images_.find(job->reference);
        if (!there) co_return there.error();
        if (*there) co_return **std::move(there);
    }
    const auto place = co_await place_for(job->order.owner, stop);
    if (!place) co_return stopped(service);
    const Deadline building(scheduler_, limit.count() > 0 ? limit : forever, stop);
    auto made = co_await make(*std::move(job), files, line, building.token());
    if (!made && building.expired()) co_return too_slow(service, limit);
    co_return made;
}

Task<std::optional<Semaphore::Permit>>
DockerBuilder::place_for(std::string owner, std::stop_token stop)
{
    const auto here = line_.insert(line_.end(), std::move(owner));
    auto place = co_await places_.acquire(stop);
    line_.erase(here);
    co_return place;
}

std::optional<std::size_t> DockerBuilder::position(const std::string& owner) const
{
    const auto found = std::ranges::find(line_, owner);
    if (found == line_.end()) return std::nullopt;
    return static_cast<std::size_t>(std::distance(line_.begin(), found)) + 1;
}

Task<Result<DockerBuilder::Job>>
DockerBuilder::prepare(BuildOrder order, Files& files, LineSink line, std::stop_token stop)
{
    const auto sound = check_args(order);
    if (!sound) co_return sound.error();
    Job job{.order = std::move(order)};
    job.cache = fmt::format("{}/{}", label(job.order.project), label(job.order.scope));
    job.order.labels.emplace(cache_label, job.cache);
    auto recipe = co_await read_recipe(job, files);
    if (!recipe) co_return recipe.error();
    job.recipe = *std::move(recipe);

    auto context = co_await read_context(job, files);
    if (!context) co_return context.error();
    job.context = *std::move(context);
    for (const std::string& submodule : job.context.submodules)
        line(fmt::format(
            "Note: {} is a submodule; its files are not in the commit and not in the build.",
            display(submodule)
        ));
    const auto bases = co_await find_bases(job, line, stop);
    if (!bases) co_return bases.error();

    job.key = content_key({
        .context = job.context,
        .dockerfile = job.recipe.text,
        .spec = job.order.spec,
        .scope = job.order.scope,
        .bases = job.bases,
    });
    job.reference = image_name(job.order.project, job.order.service, job.key);
    co_return job;
}

Task<Result<Recipe>> DockerBuilder::read_recipe(const Job& job, Files& files)
{
    const BuildSpec& spec = job.order.spec;
    const auto& labels = job.order.labels;
    if (spec.dockerfile_inline)
        co_return prepare_recipe(
            *spec.dockerfile_inline, "inline Dockerfile", spec.args, spec.target, labels
        );
    const std::string path = within(spec.context, spec.dockerfile);
    const auto text = co_await files.read(path, longest_text);
    if (text) co_return prepare_recipe(*text, path, spec.args, spec.target, labels);
    if (text.error().code != Code::not_found) co_return text.error();
    co_return Error{
        Code::invalid,
        fmt::format(
            "{} has no Dockerfile: {} is not in this commit", job.order.service, display(path)
        ),
        "Commit it, or name another in build.dockerfile."
    };
}

/// Chooses the files. The Dockerfile's own `.dockerignore` goes before the context's, as with
/// BuildKit.
Task<Result<Context>> DockerBuilder::read_context(Job& job, Files& files)
{
    const BuildSpec& spec = job.order.spec;
    const std::string common = within(spec.context, ".dockerignore");
    auto text = co_await files.read(common, longest_text);
    if (text)
        job.ignore_text = *text;
    else if (text.error().code != Code::not_found)
        co_return text.error();
    std::string name = common;
    std::string rules_text = job.ignore_text;
    if (!spec.dockerfile_inline) {
        const std::string own = within(spec.context, spec.dockerfile) + ".dockerignore";
        const auto own_text = co_await files.read(own, longest_text);
        if (own_text) {
            name = own;
            rules_text = *own_text;
        }
    }
    const auto rules = IgnoreRules::parse(rules_text, name);
    if (!rules) co_return rules.error();
    const auto select = [&] {
        return select_context(files.entries(), spec.context, *rules, settings_.context);
    };
    co_return co_await blocking(scheduler_, select);
}

Task<Result<>> DockerBuilder::find_bases(Job& job, LineSink line, std::stop_token stop)
{
    const Dockerfile& scanned = job.recipe.scanned;
    for (const std::string& name : outside_images(scanned, job.order.spec.target)) {
        const auto stage = std::ranges::find(scanned.stages, name, &BuildStage::base);
        const bool is_base = stage != scanned.stages.end();
        const std::string platform = is_base ? stage->platform : "";
        ImageOrder wanted{name, platform, job.order.untrusted};
        const auto base = co_await images_.obtain(std::move(wanted), line, stop);
        if (!base) {
            const auto where = is_base ? job.recipe.where(stage->line) : job.recipe.path;
            co_return base.error().during(where);
        }
        job.bases[name] = base->id;
    }
    co_return ok();
}

Task<Result<Image>> DockerBuilder::make(Job job, Files& files, LineSink line, std::stop_token stop)
{
    while (sweeping_.contains(job.cache))
        co_await swept_.wait();
    BuildLog log(job.recipe, line);
    Result<std::string> made = stopped(job.order.service);
    {
        const Count count(running_[job.cache]);
        made = co_await run(job, files, log, stop);
        log.finish();
        if (made) co_await name_stages(job, log.stages());
        if (!made) co_await await_end_of(log.container());
    }
    co_await sweep(job.cache);
    if (!made && (stop.stop_requested() || made.error().code == Code::cancelled))
        co_return stopped(job.order.service);
    if (!made) co_return log.failure(made.error());
    auto image = co_await images_.find(job.reference);
    if (!image) co_return image.error();
    if (!*image) co_return Error{Code::unavailable, "the image went as soon as it was built", ""};
    (*image)->fresh = true;
    co_return **std::move(image);
}

Task<Result<std::string>>
DockerBuilder::run(const Job& job, Files& files, BuildLog& log, std::stop_token stop)
{
    // The Engine takes both files out again before COPY sees them, because the second names them.
    const std::string name = fmt::format(".diorama-{}.Dockerfile", job.key);
    std::map<std::string, std::string> texts{
        {name, job.recipe.text}
    };
    const bool has_own = std::ranges::any_of(job.context.files, [](const ContextFile& each) {
        return each.path == ".dockerignore";
    });
    const std::string hidden = has_own ? name : fmt::format(".dockerignore\n{}", name);
    texts[".dockerignore"] = fmt::format("{}\n{}\n", has_own ? job.ignore_text : "", hidden);

    docker::BuildOptions wanted = options(job);
    if (settings_.network) {
        auto network = co_await settings_.network();
        if (!network) co_return network.error().during("the network for builds");
        wanted.network_mode = *std::move(network);
    }
    wanted.dockerfile = name;
    auto tar = std::make_unique<ContextStream>(context_tar(files, job.context, std::move(texts)));
    const auto progress = [&log](const docker::Progress& told) { log.take(told); };
    co_return co_await engine_.build(std::move(wanted), std::move(tar), progress, stop);
}

docker::BuildOptions DockerBuilder::options(const Job& job) const
{
    constexpr double period = 100'000;
    return {
        .tags = {job.reference},
        .args = job.order.spec.args,
        .target = job.order.spec.target,
        .labels = job.order.spec.labels,  // Each is a step.
        .cache_from = {},
        .memory = settings_.memory,
        .cpu_quota = static_cast<std::int64_t>(settings_.cpus * period),
        .cpu_shares = settings_.cpu_shares,
        .cgroup_parent = settings_.cgroup_parent,
        .no_cache = job.order.rebuild,
        .logins = job.order.untrusted ? Logins{} : images_.logins(),
    };
}

/// A build that was stopped has ended in the Engine when its container is gone; the Engine takes it
/// away itself, and is helped where it does not.
Task<> DockerBuilder::await_end_of(std::string container)
{
    if (container.empty()) co_return;
    constexpr int patience = 100;
    for (int i = 0; i < patience; ++i) {
        const auto seen = co_await engine_.inspect_container(container);
        if (!seen) co_return;
        if (i > 0) co_await engine_.remove_container(container, true, true);
        co_await sleep(scheduler_, milliseconds{100});
    }
}

/// Gives the last layers of earlier stages a name, so that they stay as long as the image: without
/// them the next build would begin from nothing. Failing costs just that.
Task<> DockerBuilder::name_stages(const Job& job, std::vector<std::string> layers)
{
    for (std::size_t i = 0; i < layers.size(); ++i)
        co_await engine_.tag(layers[i], stage_reference(job.reference, i));
}

/// Removes nameless layers of ours. No build may stand on them meanwhile: later ones wait.
Task<> DockerBuilder::sweep(std::string cache)
{
    if (running_[cache] > 0) co_return;
    running_.erase(cache);
    const Sweep sweep(sweeping_, cache, swept_);
    const auto found = co_await engine_.list_images({
        {std::string(cache_label), cache}
    });
    for (const docker::Image& each : found ? *found : std::vector<docker::Image>{}) {
        // One that a container uses stays until the next time.
        if (each.tags.empty()) co_await engine_.remove_image(each.id, false);
    }
}

Task<Result<Image>> DockerBuilder::obtain(ImageOrder order, LineSink line, std::stop_token stop)
{
    return images_.obtain(std::move(order), std::move(line), stop);
}

Task<Result<>> DockerBuilder::remove(std::string reference)
{
    return images_.remove(std::move(reference));
}

std::shared_ptr<Semaphore> DockerBuilder::turn(const std::string& key)
{
    std::erase_if(turns_, [](const auto& each) { return each.second.expired(); });
    auto& place = turns_[key];
    auto found = place.lock();
    if (!found) place = found = std::make_shared<Semaphore>(scheduler_, 1);
    return found;
}

}  // namespace diorama
