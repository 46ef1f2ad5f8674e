#include "engine/deployment_run.hpp"

#include "base/duration.hpp"
#include "base/unicode.hpp"
#include "engine/addresses.hpp"
#include "engine/ledger.hpp"
#include "engine/retry.hpp"
#include "engine/rollout.hpp"
#include "manifest/manifest.hpp"
#include "model/labels.hpp"
#include "model/main_service.hpp"
#include "store/deployments.hpp"
#include "store/environments.hpp"
#include "store/image_uses.hpp"
#include "store/instances.hpp"

#include <algorithm>
#include <set>

namespace diorama {

namespace {

const Actor worker{.type = Actor::Type::system, .name = "worker"};

std::string brief(const std::string& commit)
{
    return commit.substr(0, 7);
}

/// An error that means "somebody wants something else by now", not "this failed".
bool is_interruption(const Error& error)
{
    return error.code == Code::cancelled || error.code == Code::superseded;
}

}  // namespace

DeploymentRun::DeploymentRun(
    Workshop& shop,
    Environment environment,
    Project project,
    Deployment deployment,
    std::stop_token stop
)
    : shop_(shop),
      world_(shop.world),
      environment_(std::move(environment)),
      project_(std::move(project)),
      deployment_(std::move(deployment)),
      teller_(world_, environment_.id, deployment_.id),
      stop_(std::move(stop))
{}

Task<Result<>> DeploymentRun::run()
{
    const auto begun = co_await begin();
    if (!begun) co_return begun.error();
    auto up = co_await put_up();
    if (!up) {
        if (stop_.stop_requested() || is_interruption(up.error()))
            co_return Error{Code::superseded, "a newer wish replaced this deployment"};
        co_return co_await fail(up.error());
    }
    const auto switched = co_await switch_over(*std::move(up));
    if (!switched) co_return switched.error();
    const auto done = co_await succeed();
    if (!done) co_return done.error();
    co_return co_await retire();
}

Task<Result<>> DeploymentRun::begin()
{
    const auto now = world_.scheduler.now();
    const auto work = [environment = environment_, deployment = deployment_, now](Tx& tx
                      ) -> Result<Environment> {
        const auto seen = environments::find(tx, environment.id);
        if (!seen) return seen.error();
        if (seen->wanted.generation != environment.wanted.generation)
            return Error{Code::superseded, "a newer wish came"};
        if (deployment.status == DeploymentStatus::queued) {
            const auto started = deployments::start(tx, deployment.id, now);
            if (!started) return started.error();
        }
        if (seen->state != State::pending) return *seen;
        return environments::advance(
            tx, *seen, {.on = Event::claimed, .actor = worker, .now = now, .cause = ""}
        );
    };
    auto begun = co_await world_.store.transact(work);
    if (!begun) co_return begun.error();
    environment_ = *std::move(begun);
    co_return ok();
}

Task<Result<std::vector<Instance>>> DeploymentRun::put_up()
{
    const auto fetched = co_await fetch();
    if (!fetched) co_return fetched.error().during("fetch");
    const auto read = co_await read_plan();
    if (!read) co_return read.error();
    const auto gathered = co_await gather_images();
    if (!gathered) co_return gathered.error();
    const auto fitted = co_await fit_to_images();
    if (!fitted) co_return fitted.error();

    const SceneFacts facts{world_.settings, project_, environment_, addresses_};
    auto scene = compose(plan_, images_, *files_, facts);
    if (!scene) co_return scene.error();
    Rollout rollout(
        world_, shop_.followers, teller_, environment_, deployment_.id, *std::move(scene), stop_
    );
    auto up = co_await rollout.run();
    if (!up) co_await rollout.undo();
    co_return up;
}

Task<Result<>> DeploymentRun::fetch()
{
    Deadline deadline(world_.scheduler, world_.settings.deadlines.fetch, stop_);
    const std::string repository = project_.repository;
    Head head{.commit = environment_.wanted.commit, .ref = environment_.wanted.ref};
    if (head.commit.empty()) {
        const auto attempt = [&] {
            return world_.commits.resolve(repository, head.ref, deadline.token());
        };
        const auto found = co_await retry(world_, deadline.token(), attempt);
        if (!found) co_return found.error();
        head = *found;
        const auto work = [id = environment_.id,
                           generation = environment_.wanted.generation,
                           commit = head.commit](Tx& tx) {
            return environments::resolve(tx, id, generation, commit);
        };
        auto resolved = co_await world_.store.transact(work);
        if (!resolved) co_return resolved.error();
        environment_ = *std::move(resolved);
    }
    teller_.deploy("fetching commit " + brief(head.commit));
    const auto attempt = [&] {
        return world_.commits.fetch(
            repository, head, world_.settings.deadlines.fetch, deadline.token()
        );
    };
    const auto facts = co_await retry(world_, deadline.token(), attempt);
    if (!facts) co_return facts.error();
    teller_.deploy(fmt::format(
        "commit {}: {} ({})", brief(head.commit), display(facts->subject), display(facts->author)
    ));
    auto files = co_await world_.commits.files(repository, head.commit, stop_);
    if (!files) co_return files.error();
    files_ = *std::move(files);
    co_return ok();
}

Task<Result<>> DeploymentRun::read_plan()
{
    ManifestOptions options{.path = world_.settings.manifest, .policy = world_.settings.policy};
    options.name = project_.slug;
    options.variables = {
        {"DIORAMA",             "true"                },
        {"DIORAMA_ENVIRONMENT", environment_.slug     },
        {"DIORAMA_PROJECT",     project_.slug         },
        {"DIORAMA_DOMAIN",      world_.settings.domain},
    };
    if (environment_.pull_request)
        options.variables["DIORAMA_PR"] = fmt::format("{}", *environment_.pull_request);
    auto plan = co_await read_manifest(*files_, std::move(options));
    if (!plan) co_return plan.error();
    plan_ = *std::move(plan);
    teller_.deploy(fmt::format("{}: {} services", plan_.manifest, plan_.services.size()));
    for (const Note& note : plan_.notes)
        teller_.deploy(note.where.empty() ? note.text : note.where + ": " + note.text);
    co_return ok();
}

Task<Result<>> DeploymentRun::gather_images()
{
    Deadline deadline(world_.scheduler, world_.settings.deadlines.build, stop_);
    const std::stop_token outer = std::exchange(stop_, deadline.token());
    std::vector<Task<Result<Image>>> gathering;
    for (const Service& service : plan_.services)
        gathering.push_back(gather_image(service));
    auto images = co_await all(world_.scheduler, std::move(gathering));
    stop_ = outer;
    if (deadline.expired())
        co_return Error{
            Code::timed_out,
            fmt::format(
                "the images were not built within {}",
                format_duration(world_.settings.deadlines.build)
            ),
            "Raise deadlines.build in diorama.toml, or make the build smaller."
        };
    for (std::size_t i = 0; i < images.size(); ++i) {
        const std::string& service = plan_.services[i].name;
        if (!images[i]) co_return images[i].error().during("service " + service);
        images_.emplace(service, *std::move(images[i]));
    }
    co_return co_await record_uses();
}

Task<Result<Image>> DeploymentRun::gather_image(Service service)
{
    const auto place = co_await shop_.builds.acquire(stop_);
    if (!place) co_return Error{Code::cancelled, "no longer wanted"};
    const auto line = [&, name = service.name](std::string text) {
        teller_.build(std::move(text), name);
    };
    if (const auto* foreign = std::get_if<ImageRef>(&service.source)) {
        const auto attempt = [&] {
            return world_.builder.obtain(*foreign, service.platform, line, stop_);
        };
        co_return co_await retry(world_, stop_, attempt);
    }
    BuildOrder order{
        .project = project_.slug,
        .service = service.name,
        .spec = std::get<BuildSpec>(service.source),
        .scope = "trusted",
        .rebuild = environment_.wanted.rebuild,
        .labels = image_labels(world_.settings.installation, project_, service.name)
    };
    auto built = co_await world_.builder.build(std::move(order), *files_, line, stop_);
    if (built)
        teller_.deploy(
            built->fresh ? "built " + built->reference : "image is up to date", service.name
        );
    co_return built;
}

/// Images tell ports that the manifest left out; then it is known what is routed, and where.
Task<Result<>> DeploymentRun::fit_to_images()
{
    for (Service& service : plan_.services) {
        if (service.ports.empty()) service.ports = images_.at(service.name).ports;
    }
    choose_main(plan_);
    teller_.deploy(plan_.main_chosen);
    const auto now = world_.scheduler.now();
    const auto work = [&settings = world_.settings,
                       project = project_,
                       environment = environment_,
                       plan = plan_,
                       now](Tx& tx) {
        return claim_addresses(tx, settings, project, environment, plan, now);
    };
    auto claimed = co_await world_.store.transact(work);
    if (!claimed) co_return claimed.error();
    addresses_ = *std::move(claimed);
    co_return ok();
}

/// Each image we built is in use by this generation before anything runs from it, so that no
/// cleanup takes it away.
Task<Result<>> DeploymentRun::record_uses()
{
    std::vector<image_uses::Use> uses;
    for (const Service& service : plan_.services) {
        if (!std::holds_alternative<BuildSpec>(service.source)) continue;
        const Image& image = images_.at(service.name);
        uses.push_back(
            {.target = world_.settings.target,
             .reference = image.reference,
             .content_key = image.reference.substr(image.reference.rfind(':') + 1),
             .scope = "trusted",
             .environment = environment_.id,
             .generation = environment_.wanted.generation,
             .created_at = world_.scheduler.now()}
        );
    }
    const auto work = [uses](Tx& tx) -> Result<> {
        for (const auto& use : uses)
            image_uses::add(tx, use);
        return ok();
    };
    co_return co_await world_.store.transact(work);
}

/// The one moment in which a generation takes over: only while it is still the wanted one
/// (DESIGN rule 3). Then the route moves, atomically.
Task<Result<>> DeploymentRun::switch_over(std::vector<Instance> instances)
{
    const auto work = [id = environment_.id,
                       generation = environment_.wanted.generation,
                       instances](Tx& tx) -> Result<> {
        const auto seen = environments::find(tx, id);
        if (!seen) return seen.error();
        if (seen->wanted.generation != generation)
            return Error{Code::superseded, "a newer wish came"};
        instances::replace(tx, id, instances);
        return ok();
    };
    const auto replaced = co_await world_.store.transact(work);
    if (!replaced) co_return replaced.error();
    co_return co_await shop_.publisher.publish(stop_);
}

Task<Result<>> DeploymentRun::succeed()
{
    const auto now = world_.scheduler.now();
    const auto work = [environment = environment_, deployment = deployment_.id, now](Tx& tx
                      ) -> Result<Environment> {
        const auto seen = environments::find(tx, environment.id);
        if (!seen) return seen.error();
        if (seen->wanted.generation != environment.wanted.generation)
            return Error{Code::superseded, "a newer wish came"};
        const auto finished =
            deployments::finish(tx, deployment, DeploymentStatus::success, "", now);
        if (!finished) return finished.error();
        image_uses::release(tx, environment.id, environment.wanted.generation);
        return environments::advance(
            tx,
            *seen,
            {.on = Event::healthy,
             .actor = worker,
             .now = now,
             .cause = "",
             .serving = environment.wanted.generation,
             .serving_commit = environment.wanted.commit}
        );
    };
    auto moved = co_await world_.store.transact(work);
    if (!moved) co_return moved.error();
    environment_ = *std::move(moved);
    const auto main = addresses_.find(plan_.main);
    teller_.deploy(
        main == addresses_.end() ? std::string("ready")
                                 : "ready: " + url(main->second, world_.settings.entrance)
    );
    co_return ok();
}

/// Removes what no longer serves: containers of older versions, networks the manifest dropped.
/// Volumes stay until the environment goes: they may hold work.
Task<Result<>> DeploymentRun::retire()
{
    Ledger ledger(world_);
    const auto entries = co_await ledger.of_environment(environment_.id);
    if (!entries) co_return entries.error();
    const auto read = [id = environment_.id](Tx& tx) { return instances::list(tx, id); };
    const auto serving = co_await world_.store.read(read);
    if (!serving) co_return serving.error();
    std::vector<Entry> old;
    for (const Entry& entry : *entries) {
        const bool serves = std::ranges::any_of(*serving, [&](const Instance& instance) {
            return instance.container == entry.id;
        });
        if (entry.type == EntryType::container && !serves) old.push_back(entry);
    }
    // What cannot be removed now is owed and tried again: it does not make this deployment fail.
    const auto removed = co_await ledger.remove_all(std::move(old));
    if (!removed)
        teller_.deploy("not all of the old version is removed yet: " + removed.error().text());
    co_return ok();
}

Task<Result<>> DeploymentRun::fail(Error cause)
{
    const auto now = world_.scheduler.now();
    const std::string shown = world_.logs.redact(environment_.id, cause.text());
    const auto work = [environment = environment_, deployment = deployment_.id, cause = shown, now](
                          Tx& tx
                      ) -> Result<Environment> {
        const auto seen = environments::find(tx, environment.id);
        if (!seen) return seen.error();
        if (seen->wanted.generation != environment.wanted.generation)
            return Error{Code::superseded, "a newer wish came"};
        const auto finished =
            deployments::finish(tx, deployment, DeploymentStatus::failed, cause, now);
        if (!finished) return finished.error();
        const bool serves = !instances::list(tx, environment.id).empty();
        return environments::advance(
            tx,
            *seen,
            {.on = serves ? Event::kept : Event::broken, .actor = worker, .now = now, .cause = cause
            }
        );
    };
    teller_.deploy("failed: " + cause.text());
    const auto moved = co_await world_.store.transact(work);
    if (!moved) co_return moved.error();
    if (moved->state == State::ready) teller_.deploy("the old version keeps serving");
    co_return co_await shop_.publisher.publish(stop_);
}

}  // namespace diorama
