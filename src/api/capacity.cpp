#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "base/instant.hpp"
#include "engine/queue/admission.hpp"
#include "engine/queue/places.hpp"
#include "store/environments.hpp"
#include "store/image_uses.hpp"
#include "store/instances.hpp"
#include "store/inventory.hpp"
#include "store/line.hpp"

#include <algorithm>
#include <map>

namespace diorama::api {

namespace {

/// Of so many it is told what they use; more do not fit a screen.
constexpr std::size_t most_shown = 100;

/// All of it at one moment.
struct Snapshot {
    std::vector<Environment> environments;  ///< Those the caller may see, used last first.
    std::map<EnvironmentId, Needs> needs;
    std::map<EnvironmentId, std::vector<Entry>> containers;  ///< Of what is awake.
    std::map<EnvironmentId, Place> queue;
    Used used;
    std::size_t held = 0;    ///< Workers that have something to do.
    std::size_t images = 0;  ///< Made here.
};

void add_containers(Tx& tx, Snapshot& snapshot)
{
    for (const Environment& environment : snapshot.environments) {
        if (environment.presence != Presence::awake) continue;
        for (const Instance& instance : instances::list(tx, environment.id)) {
            const auto entry = inventory::find(tx, instance.container);
            if (entry) snapshot.containers[environment.id].push_back(*entry);
        }
    }
}

Result<Snapshot> look(Tx& tx, const EngineSettings& settings, const Grants& grants, Instant now)
{
    Snapshot snapshot;
    for (Environment& each : environments::all_live(tx))
        if (allowed(grants, Right::read, {each.tenant, each.identity.project}))
            snapshot.environments.push_back(std::move(each));
    std::ranges::sort(snapshot.environments, std::ranges::greater{}, [](const Environment& each) {
        return std::pair(last_used(each), each.id);
    });
    if (snapshot.environments.size() > most_shown) snapshot.environments.resize(most_shown);
    add_containers(tx, snapshot);
    const Occupancy occupancy = read_occupancy(tx);
    for (const Occupant& each : occupancy.occupants)
        snapshot.needs[each.environment.id] = each.needs;
    snapshot.used = used_by(occupancy);
    snapshot.queue = places(tx, settings, now);
    snapshot.held = jobs::held(tx, now).size();
    snapshot.images = image_uses::count(tx, settings.target);
    return snapshot;
}

struct Use {
    double cpu = 0;
    std::uint64_t memory = 0;
};

/// What all containers of an environment use together. One that does not answer is left out.
Task<Use> use_of(Driver& driver, std::vector<Entry> containers)
{
    Use sum;
    for (const Entry& entry : containers) {
        const auto stats = co_await driver.stats(entry);
        if (!stats) continue;
        sum.cpu += stats->cpu;
        sum.memory += stats->memory;
    }
    co_return sum;
}

Task<std::map<EnvironmentId, Use>> uses_of(World world, Snapshot snapshot)
{
    std::vector<EnvironmentId> ids;
    std::vector<Task<Use>> asking;
    for (auto& [id, containers] : snapshot.containers) {
        ids.push_back(id);
        asking.push_back(use_of(world.driver, std::move(containers)));
    }
    const auto answers = co_await all(world.scheduler, std::move(asking));
    std::map<EnvironmentId, Use> uses;
    for (std::size_t i = 0; i < ids.size(); ++i)
        uses[ids[i]] = answers[i];
    co_return uses;
}

double cores(std::int64_t millis)
{
    return static_cast<double>(millis) / 1000;
}

template <class Number>
Node budget(Number used, Number most)
{
    Node node = Node::Map{
        {"used", used}
    };
    if (most > Number{}) node.set("most", most);
    return node;
}

Node view(const Environment& environment, const Snapshot& snapshot, const std::optional<Use>& use)
{
    Node node = Node::Map{
        {"id",           environment.id.text()          },
        {"slug",         environment.slug               },
        {"state",        name(environment.state)        },
        {"presence",     name(environment.presence)     },
        {"pinned",       environment.pinned             },
        {"created_at",   to_text(environment.created_at)},
        {"last_used_at", to_text(last_used(environment))}
    };
    if (const auto needs = snapshot.needs.find(environment.id); needs != snapshot.needs.end()) {
        node.set("memory_limit", needs->second.memory);
        node.set("cpus_limit", cores(needs->second.cpu_millis));
    }
    if (use) {
        node.set("memory", use->memory);
        node.set("cpu", use->cpu);
    }
    return node;
}

/// In the order in which they are expected to begin: for a worker first, then for a place.
Node::List queue_of(const Snapshot& snapshot)
{
    std::vector<std::pair<const Environment*, const Place*>> waiting;
    for (const Environment& each : snapshot.environments) {
        const auto place = snapshot.queue.find(each.id);
        if (place != snapshot.queue.end()) waiting.emplace_back(&each, &place->second);
    }
    std::ranges::sort(waiting, {}, [](const auto& each) {
        return std::tuple(!each.second->waits.empty(), each.second->position, each.first->id);
    });
    Node::List list;
    for (const auto& [environment, place] : waiting) {
        Node node = Node::Map{
            {"id",       environment->id.text()},
            {"slug",     environment->slug     },
            {"position", place->position       }
        };
        if (place->start) node.set("expected_start_at", to_text(*place->start));
        if (!place->waits.empty()) node.set("waits", place->waits);
        list.push_back(std::move(node));
    }
    return list;
}

Node limits_of(const EngineSettings& settings, const Used& used)
{
    const LimitSettings& limits = settings.limits;
    return Node::Map{
        {"environments", budget(used.environments, limits.environments)},
        {"memory", budget(used.needs.memory, limits.most.memory)},
        {"cpus", budget(cores(used.needs.cpu_millis), cores(limits.most.cpu_millis))},
        {"at_limit", name(limits.at_limit)}
    };
}

}  // namespace

/// GET /api/v1/capacity
///
/// Who waits, what runs and what it uses now, and how much of the machine is promised.
Task<Response> show_capacity(Context& context, Call call)
{
    const auto read = [grants = call.caller.grants,
                       &settings = context.world.settings,
                       now = context.world.scheduler.now()](Tx& tx) {
        return look(tx, settings, grants, now);
    };
    const auto snapshot = co_await context.world.store.read(read);
    if (!snapshot) co_return problem(snapshot.error());
    const auto uses = co_await uses_of(context.world, *snapshot);
    Node::List items;
    for (const Environment& environment : snapshot->environments) {
        const auto use = uses.find(environment.id);
        items.push_back(view(
            environment, *snapshot, use == uses.end() ? std::nullopt : std::optional(use->second)
        ));
    }
    const EngineSettings& settings = context.world.settings;
    Node node = Node::Map{
        {"limits", limits_of(settings, snapshot->used)},
        {"workers", budget<std::uint64_t>(snapshot->held, settings.workers)},
        {"builds", Node(Node::Map{{"most", settings.builds}})},
        {"images", snapshot->images},
        {"queue", queue_of(*snapshot)},
        {"environments", std::move(items)}
    };
    if (const auto disk = context.disk()) node.set("disk", budget(disk->used, disk->size));
    co_return json(200, node);
}

}  // namespace diorama::api
