#include "engine/rollout.hpp"

#include "engine/accident.hpp"
#include "engine/astray.hpp"
#include "engine/leftovers.hpp"
#include "engine/retry.hpp"
#include "engine/sleep/revival.hpp"
#include "engine/sleep/rung.hpp"
#include "model/naming.hpp"
#include "store/instances.hpp"

#include <algorithm>
#include <ranges>
#include <set>

namespace diorama {

Rollout::Rollout(
    Workshop& shop,
    Teller teller,
    Environment environment,
    DeploymentId deployment,
    Scene scene,
    std::stop_token stop
)
    : shop_(shop),
      world_(shop.world),
      teller_(teller),
      ledger_(world_),
      environment_(std::move(environment)),
      deployment_(deployment),
      scene_(std::move(scene)),
      link_(std::move(stop), [source = stop_]() mutable { source.request_stop(); }),
      changed_(world_.scheduler)
{}

Task<Result<std::vector<Instance>>> Rollout::run()
{
    const auto looked = co_await look();
    if (!looked) co_return looked.error();
    const auto cleared = co_await clear_leftovers();
    if (!cleared) co_return cleared.error();
    const auto laid = co_await lay_ground();
    if (!laid) co_return laid.error();

    TaskGroup services(world_.scheduler);
    for (const SceneService& service : scene_.services)
        services.spawn(bring(service));
    co_await services.join();
    if (failed_) co_return *failed_;
    if (stop_.stop_requested()) co_return Error{Code::cancelled, "no longer wanted"};

    const auto promoted = co_await promote();
    if (!promoted) co_return promoted.error();
    co_return instances_;
}

/// What the store remembers and what the driver sees. Not knowing either ends the rollout: unknown
/// is not empty.
Task<Result<>> Rollout::look()
{
    const EnvironmentId id = environment_.id;
    auto entries = co_await ledger_.of_environment(id);
    if (!entries) co_return entries.error();
    entries_ = *std::move(entries);
    const auto read = [=](Tx& tx) { return instances::list(tx, id); };
    auto serving = co_await world_.store.read(read);
    if (!serving) co_return serving.error();
    serving_ = *std::move(serving);
    const auto attempt = [&] { return world_.driver.observe(id); };
    auto found = co_await retry(world_, stop_.get_token(), attempt);
    if (!found) co_return found.error();
    found_ = *std::move(found);
    co_return ok();
}

/// Containers of an attempt that was superseded or died.
Task<Result<>> Rollout::clear_leftovers()
{
    std::vector<Entry> leftovers;
    std::erase_if(entries_, [&](const Entry& entry) {
        const bool left = entry.type == EntryType::container && !serves(serving_, entry);
        if (left) leftovers.push_back(entry);
        return left;
    });
    co_return co_await clear(shop_, std::move(leftovers), stop_.get_token());
}

Task<Result<>> Rollout::lay_ground()
{
    const Entry row{.environment = environment_.id, .generation = environment_.wanted.generation};
    for (const auto& [key, network] : scene_.networks) {
        Entry entry = row;
        entry.type = EntryType::network;
        entry.name = network.name;
        entry.service = key;
        const auto made = co_await ledger_.make(entry, network, stop_.get_token());
        if (!made) co_return made.error().during("network " + key);
    }
    for (const auto& [key, volume] : scene_.volumes) {
        Entry entry = row;
        entry.type = EntryType::volume;
        entry.name = volume.name;
        entry.service = key;
        const auto made = co_await ledger_.make(entry, volume, stop_.get_token());
        if (!made) co_return made.error().during("volume " + key);
    }
    co_return ok();
}

Task<> Rollout::bring(const SceneService& service)
{
    // An accident must reach the others too: they would wait for this one for ever.
    const auto up = co_await caught(bring_up(service));
    if (!up && !failed_) {
        failed_ = up.error().code == Code::cancelled ? up.error()
                                                     : up.error().during("service " + service.name);
        stop_.request_stop();
    }
    changed_.notify();
}

Task<Result<>> Rollout::bring_up(const SceneService& service)
{
    const auto ready = co_await wait_for(service);
    if (!ready) co_return ready.error();

    const Census seen = census(service);
    for (const Entry& entry : seen.kept) {
        keep(service, entry);
        shop_.followers.follow(entry, deployment_, world_.scheduler.now());
    }
    std::vector<Entry> fresh = seen.revived;
    for (const Entry& entry : seen.revived) {
        const auto started = co_await start_again(entry);
        if (!started) co_return started.error();
    }
    const bool hidden = service.beside && !seen.old.empty();
    if (!hidden) {
        const auto stopped = co_await stop_old(seen.old);
        if (!stopped) co_return stopped.error();
    }
    if (seen.missing == 0 && seen.revived.empty()) teller_.deploy("unchanged, kept", service.name);
    for (std::uint32_t i = 0; i < seen.missing; ++i) {
        auto made = co_await start_container(service, hidden);
        if (!made) co_return made.error();
        fresh.push_back(*std::move(made));
    }
    standing_[service.name].started = true;
    changed_.notify();
    for (const Entry& entry : fresh) {
        const auto well = co_await gate(service, entry);
        if (!well) co_return well.error();
        keep(service, entry);
    }
    standing_[service.name].well = true;
    co_return ok();
}

Task<Result<>> Rollout::start_again(Entry container)
{
    const auto attempt = [&] { return world_.driver.start(container); };
    const Instant since = world_.scheduler.now();
    const auto started = co_await retry(world_, {}, attempt);
    if (started) shop_.followers.follow(container, deployment_, since);
    co_return started;
}

/// What is to be started again when all this comes to nothing: not an old job that is done. A
/// service that does not run any more was perhaps stopped by an attempt that died.
Task<Result<>> Rollout::stop_old(std::vector<Entry> old)
{
    for (const Entry& entry : old) {
        const Found* now = object_of(entry, found_);
        const bool over = now && now->running == Running::exited;
        if (!now || (over && !answers(entry))) continue;
        stopped_.push_back(entry);
        if (over) continue;
        const auto attempt = [&] { return world_.driver.stop(entry); };
        const auto stopped = co_await retry(world_, stop_.get_token(), attempt);
        if (!stopped) co_return stopped.error();
    }
    co_return ok();
}

Task<Result<>> Rollout::wait_for(const SceneService& service)
{
    for (const Dependency& dependency : service.depends_on) {
        const bool here = std::ranges::any_of(scene_.services, [&](const SceneService& other) {
            return other.name == dependency.service;
        });
        if (!here) continue;
        const bool needs_well = dependency.condition != Dependency::Condition::started;
        for (;;) {
            const Standing& standing = standing_[dependency.service];
            if (needs_well ? standing.well : standing.started) break;
            const bool notified = co_await changed_.wait(stop_.get_token());
            if (!notified) co_return Error{Code::cancelled, "no longer wanted"};
        }
    }
    if (stop_.stop_requested()) co_return Error{Code::cancelled, "no longer wanted"};
    co_return ok();
}

Task<Result<Entry>> Rollout::start_container(const SceneService& service, bool hidden)
{
    // A scene that is only woken makes nothing.
    if (service.container.image.empty())
        co_return Error{Code::not_found, "its container is not there any more"};
    ContainerIntent intent = service.container;
    intent.name = container_name(environment_.identity, service.name, world_.random.hex(8));
    if (hidden) {
        for (Attachment& attachment : intent.attachments)
            attachment.aliases.clear();
    }
    const Entry row{
        .environment = environment_.id,
        .generation = environment_.wanted.generation,
        .type = EntryType::container,
        .name = intent.name,
        .service = service.name,
        .key = service.key
    };
    teller_.deploy("starting " + intent.name, service.name);
    const Instant since = world_.scheduler.now();
    auto made = co_await ledger_.make(row, std::move(intent), stop_.get_token());
    if (!made) co_return made.error();
    shop_.followers.follow(*made, deployment_, since - seconds{1});
    if (hidden) hidden_.emplace_back(*made, service.container.attachments);
    co_return made;
}

Task<Result<>> Rollout::gate(const SceneService& service, Entry container)
{
    if (service.job) {
        const auto attempt = [&] { return world_.driver.wait_exit(container, stop_.get_token()); };
        const auto code = co_await retry(world_, stop_.get_token(), attempt);
        if (!code) co_return code.error();
        if (*code == 0) co_return ok();
        co_return Error{
            Code::invalid,
            fmt::format("it ended with exit code {}", *code),
            fmt::format("Read its last lines: diorama logs {} {}", environment_.slug, service.name)
        };
    }
    const auto attempt = [&] {
        return world_.driver.wait_healthy(container, service.gate, stop_.get_token());
    };
    const auto well = co_await retry(world_, stop_.get_token(), attempt);
    if (well) teller_.deploy("healthy", service.name);
    co_return well;
}

Task<Result<>> Rollout::promote()
{
    for (const auto& hidden : hidden_) {
        const auto attempt = [&] { return world_.driver.promote(hidden.first, hidden.second); };
        const auto promoted = co_await retry(world_, {}, attempt);
        if (!promoted) co_return promoted.error().during("service " + hidden.first.service);
    }
    co_return ok();
}

Task<> Rollout::undo()
{
    // From the inventory: what was only begun has a row too.
    auto left = co_await leftovers_of(world_, environment_.id);
    Result<> removed = left ? ok() : left.error();
    if (left) removed = co_await clear(shop_, *std::move(left), {});
    if (!removed) teller_.deploy("what failed is not all removed yet: " + removed.error().text());
    for (const Entry& entry : std::exchange(stopped_, {})) {
        const auto started = co_await start_again(entry);
        if (started)
            teller_.deploy("started the old version again", entry.service);
        else
            teller_.deploy(
                "the old version does not start: " + started.error().text(), entry.service
            );
    }
}

Rollout::Census Rollout::census(const SceneService& service) const
{
    Census seen;
    for (const Entry& entry : entries_) {
        if (entry.type != EntryType::container || entry.service != service.name) continue;
        const Found* now = object_of(entry, found_);
        const std::size_t have = seen.kept.size() + seen.revived.size();
        if (have < service.replicas && now && is_current(service, entry)) {
            const bool done = service.job && now->running == Running::exited && now->exit_code == 0;
            const bool runs = now->running == Running::running && now->healthy.value_or(true);
            (done || runs ? seen.kept : seen.revived).push_back(entry);
        } else if (serves(serving_, entry)) {
            seen.old.push_back(entry);
        }
    }
    seen.missing =
        service.replicas - static_cast<std::uint32_t>(seen.kept.size() + seen.revived.size());
    return seen;
}

/// Made from what the service is made from now. One that only an unfinished attempt made may lack
/// its names, so it is made again.
bool Rollout::is_current(const SceneService& service, const Entry& entry) const
{
    const bool rebuilt =
        environment_.wanted.rebuild && entry.generation < environment_.wanted.generation;
    return entry.status == EntryStatus::made && entry.key == service.key &&
           serves(serving_, entry) && !rebuilt;
}

/// A job has no address once it is done.
bool Rollout::answers(const Entry& container) const
{
    return std::ranges::any_of(serving_, [&](const Instance& instance) {
        return instance.container == container.id && !is_done(instance);
    });
}

void Rollout::keep(const SceneService& service, const Entry& container)
{
    const auto replica = std::ranges::count_if(instances_, [&](const Instance& other) {
        return other.service == service.name;
    });
    instances_.push_back(
        {.environment = environment_.id,
         .service = service.name,
         .replica = static_cast<std::uint32_t>(replica),
         .container = container.id,
         .generation = container.generation,
         .key = service.key,
         .image = service.image.reference,
         .address = service.job ? "" : container.address,
         .port = service.host.empty() ? std::uint16_t{0} : service.gate.port.value_or(0),
         .host = service.host,
         .main = service.main,
         .revival = to_text(Revival{service.gate, service.job, service.depends_on})}
    );
}

}  // namespace diorama
