#include "base/duration.hpp"
#include "base/unicode.hpp"
#include "engine/deployment_run.hpp"
#include "engine/queue/doorman.hpp"
#include "engine/retry.hpp"
#include "manifest/manifest.hpp"
#include "model/labels.hpp"
#include "model/main_service.hpp"
#include "store/deployments.hpp"
#include "store/environments.hpp"
#include "store/feedback.hpp"
#include "store/image_uses.hpp"

namespace diorama {

namespace {

/// Who may use an image built now: this installation, or a stranger's environment alone.
std::string trust_scope(const EngineSettings& settings, const Environment& environment)
{
    return environment.wanted.untrusted ? environment.id.text() : settings.installation.text();
}

}  // namespace

Task<Result<Scene>> DeploymentRun::prepare()
{
    const auto fetched = co_await fetch();
    if (!fetched) co_return fetched.error().during("fetch");
    const auto read = co_await read_plan();
    if (!read) co_return read.error();
    const auto noted = co_await note_fetched();
    if (!noted) co_return noted.error();
    const auto admitted = co_await admit(needs_of(plan_, world_.settings.policy));
    if (!admitted) co_return admitted.error();
    const auto gathered = co_await gather_images();
    if (!gathered) co_return gathered.error();
    const auto fitted = co_await fit_to_images();
    if (!fitted) co_return fitted.error();

    const SceneFacts facts{world_.settings, project_, environment_, addresses_.shown};
    auto scene = compose(plan_, images_, *files_, facts);
    if (!scene) co_return scene.error();
    networks_.emplace();
    for (const auto& [key, network] : scene->networks)
        networks_->insert(network.name);
    co_return scene;
}

Task<Result<>> DeploymentRun::fetch()
{
    const milliseconds limit = world_.settings.deadlines.fetch;
    Deadline deadline(world_.scheduler, limit, stop_);
    auto fetched = co_await resolve(deadline.token());
    if (fetched) fetched = co_await fetch_commit(deadline.token());
    if (!fetched && deadline.expired())
        co_return Error{
            Code::timed_out,
            fmt::format("the commit was not here within {}", format_duration(limit)),
            "Raise deadlines.fetch in diorama.toml, or see whether the repository answers."
        };
    co_return fetched;
}

/// Which commit the wanted ref is, unless the wish names one.
Task<Result<>> DeploymentRun::resolve(std::stop_token stop)
{
    std::string commit = environment_.wanted.commit;
    if (commit.empty()) {
        const auto attempt = [&] {
            return world_.commits.resolve(project_.repository, environment_.wanted.ref, stop);
        };
        const auto found = co_await retry(world_, stop, attempt);
        if (!found) co_return found.error();
        commit = found->commit;
    }
    const auto work = [commit,
                       id = environment_.id,
                       generation = environment_.wanted.generation,
                       deployment = deployment_.id](Tx& tx) -> Result<Environment> {
        const auto filled = deployments::resolve(tx, deployment, commit);
        if (!filled) return filled.error();
        return environments::resolve(tx, id, generation, commit);
    };
    auto resolved = co_await world_.store.transact(work);
    if (!resolved) co_return resolved.error();
    environment_ = *std::move(resolved);
    co_return ok();
}

Task<Result<>> DeploymentRun::fetch_commit(std::stop_token stop)
{
    const Head head{.commit = environment_.wanted.commit, .ref = environment_.wanted.ref};
    teller_.deploy(fmt::format("fetching commit {}", short_commit(head.commit)));
    const auto attempt = [&] {
        return world_.commits.fetch(
            project_.repository, head, world_.settings.deadlines.fetch, stop
        );
    };
    const auto facts = co_await retry(world_, stop, attempt);
    if (!facts) co_return facts.error();
    teller_.deploy(fmt::format(
        "commit {}: {} ({})",
        short_commit(head.commit),
        display(facts->subject),
        display(facts->author)
    ));
    auto files = co_await world_.commits.files(project_.repository, head.commit, stop_);
    if (!files) co_return files.error();
    files_ = *std::move(files);
    co_return ok();
}

Task<Result<>> DeploymentRun::read_plan()
{
    ManifestOptions options{.path = world_.settings.manifest, .policy = world_.settings.policy};
    if (environment_.wanted.untrusted) options.policy = for_strangers(options.policy);
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
    teller_.deploy(fmt::format(
        "{}: {} service{}",
        plan_.manifest,
        plan_.services.size(),
        plan_.services.size() == 1 ? "" : "s"
    ));
    if (environment_.wanted.untrusted && !world_.settings.strangers.egress)
        teller_.deploy("a stranger's commit: its containers do not reach the internet "
                       "(strangers.egress in diorama.toml)");
    for (const Note& note : plan_.notes)
        teller_.deploy(note.where.empty() ? note.text : note.where + ": " + note.text);
    co_return ok();
}

Task<Result<>> DeploymentRun::note_fetched()
{
    const auto work = [deployment = deployment_, now = world_.scheduler.now()](Tx& tx) {
        // Its build may have to wait, which people are told.
        feedback::changed(tx, deployment.environment, now);
        return deployments::reach(tx, deployment.id, deployments::Milestone::fetched, now);
    };
    const auto noted = co_await world_.store.transact(work);
    if (!noted) co_return noted.error();
    co_return ok();
}

/// Before anything is built: what is not put up costs nothing.
Task<Result<>> DeploymentRun::admit(Needs needs)
{
    if (deployment_.admitted_at) co_return ok();
    const Moment begun = moment(world_.scheduler, world_.random, world_.settings, {});
    const auto work = [=,
                       id = environment_.id,
                       generation = environment_.wanted.generation,
                       deployment = deployment_,
                       &settings = world_.settings](Tx& tx) -> Result<Admission> {
        const auto seen = environments::find(tx, id);
        if (!seen) return seen.error();
        if (seen->wanted.generation != generation)
            return Error{Code::superseded, "a newer wish came"};
        return apply_for_place(tx, settings, *seen, deployment, needs, begun);
    };
    const auto answer = co_await world_.store.transact(work);
    if (!answer) co_return answer.error();
    if (answer->answer == Admission::Answer::admitted) {
        deployment_.admitted_at = begun.now;
        co_return ok();
    }
    waits_ = answer->answer == Admission::Answer::waits;
    if (!waits_) co_return Error{Code::refused, answer->reason, answer->mend};
    if (deployment_.waits != answer->reason)
        teller_.deploy(fmt::format("waits for a place: {}. {}", answer->reason, answer->mend));
    co_return Error{Code::too_many, answer->reason, answer->mend};
}

Task<Result<>> DeploymentRun::gather_images()
{
    std::vector<Task<Result<Image>>> gathering;
    gathering.reserve(plan_.services.size());
    for (const Service& service : plan_.services)
        gathering.push_back(gather_image(service, stop_));
    auto images = co_await all(world_.scheduler, std::move(gathering));
    for (std::size_t i = 0; i < images.size(); ++i) {
        const std::string& service = plan_.services[i].name;
        if (!images[i]) co_return images[i].error().during("service " + service);
        images_.emplace(service, *std::move(images[i]));
    }
    co_return ok();
}

Task<Result<Image>> DeploymentRun::gather_image(Service service, std::stop_token stop)
{
    const auto line = [this, name = service.name](std::string text) {
        teller_.build(std::move(text), name);
    };
    const milliseconds limit = world_.settings.deadlines.build;
    if (const auto* foreign = std::get_if<ImageRef>(&service.source)) {
        const Deadline deadline(world_.scheduler, limit, stop);
        const ImageOrder wanted{
            foreign->reference, service.platform, environment_.wanted.untrusted
        };
        const auto attempt = [&] { return world_.builder.obtain(wanted, line, deadline.token()); };
        auto obtained = co_await retry(world_, deadline.token(), attempt);
        if (!obtained && deadline.expired()) co_return too_slow(service.name, limit);
        co_return obtained;
    }
    const BuildOrder order{
        .project = project_.slug,
        .service = service.name,
        .spec = std::get<BuildSpec>(service.source),
        .scope = trust_scope(world_.settings, environment_),
        .owner = environment_.id.text(),
        .rebuild = environment_.wanted.rebuild,
        .untrusted = environment_.wanted.untrusted,
        .labels = image_labels(world_.settings.installation, project_),
        .limit = limit
    };
    const auto attempt = [&] { return world_.builder.build(order, *files_, line, stop); };
    const auto built = co_await retry(world_, stop, attempt);
    if (!built) co_return built.error();
    const auto recorded = co_await record_use(*built);
    if (!recorded) co_return recorded.error();
    teller_.deploy(
        built->fresh ? "built " + built->reference : "image is up to date", service.name
    );
    co_return built;
}

/// An image we built is in use by this generation as soon as it is found, long before anything runs
/// from it, so that no cleanup takes it away.
Task<Result<>> DeploymentRun::record_use(Image image)
{
    const image_uses::Use use{
        .target = world_.settings.target,
        .reference = image.reference,
        .content_key = image.reference.substr(image.reference.rfind(':') + 1),
        .scope = trust_scope(world_.settings, environment_),
        .environment = environment_.id,
        .generation = environment_.wanted.generation,
        .created_at = world_.scheduler.now()
    };
    const auto work = [use](Tx& tx) { image_uses::add(tx, use); };
    co_return co_await world_.store.transact(work);
}

/// Images tell ports that the manifest left out; then it is known what is routed, and where.
/// Whoever comes now finds a page that says what is happening.
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
                       deployment = deployment_.id,
                       plan = plan_,
                       now](Tx& tx) -> Result<Addresses> {
        const auto built = deployments::reach(tx, deployment, deployments::Milestone::built, now);
        if (!built) return built.error();
        deployments::choose_main(tx, deployment, plan.main_chosen);
        return reserve_addresses(tx, settings, project, environment, plan, now);
    };
    auto reserved = co_await world_.store.transact(work);
    if (!reserved) co_return reserved.error();
    addresses_ = *std::move(reserved);
    if (environment_.serving != 0) co_return ok();
    co_return co_await shop_.publisher.publish(stop_);
}

}  // namespace diorama
