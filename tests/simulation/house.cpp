#include "simulation/house.hpp"

#include "simulation/people.hpp"
#include "store/settings.hpp"
#include "store/tenants.hpp"

#include <algorithm>

namespace diorama::simulation {

namespace {

EngineSettings settings_for(FakeScheduler& scheduler, Store& store)
{
    const auto read = [](Tx& tx) -> Result<EngineSettings> {
        return EngineSettings{
            .installation = settings::installation(tx), .tenant = tenants::standard(tx)
        };
    };
    return scheduler.run(store.transact(read)).value();
}

}  // namespace

namespace {

/// In most lives nothing ends by the clock alone; in the others it is short.
CleanupSettings cleanup_for(Dice& dice)
{
    CleanupSettings cleanup{.every = minutes{1}, .idle = milliseconds{0}, .ttl = milliseconds{0}};
    // An image is 100 MB in this world.
    if (dice.happens(40)) cleanup.images = dice.between(1, 5) * 100'000'000;
    if (dice.happens(60)) return cleanup;
    if (dice.happens(70)) cleanup.idle = minutes{dice.between(4, 15)};
    if (cleanup.idle == milliseconds{0} || dice.happens(30))
        cleanup.ttl = minutes{dice.between(6, 25)};
    return cleanup;
}

}  // namespace

House::House(std::uint64_t seed, bool detailed)
    : dice(seed),
      ids_(seed + 1),
      store_(Store::open(scheduler, ids_, ":memory:").value()),
      settings_(settings_for(scheduler, *store_)),
      driver_(host, settings_.installation.text()),
      docker_(border(Place::docker), driver_),
      builds_(border(Place::docker), builder),
      git_(border(Place::git), commits),
      gateway_(border(Place::gateway), router),
      api_(border(Place::forge), forge)
{
    store_->gate([this](bool writes) -> std::optional<Error> {
        if (!engine_ || judged_) return std::nullopt;
        if (!fate.crosses(writes ? "a commit" : "a read"))
            return Error{Code::unavailable, "the daemon is dead"};
        return writes ? fate.before(Place::disk) : std::nullopt;
    });
    trace.detailed = detailed;
    settings_.cleanup = cleanup_for(dice);
    trace.say(
        "world",
        fmt::format(
            "idle after {} s, old after {} s",
            settings_.cleanup.idle.count() / 1000,
            settings_.cleanup.ttl.count() / 1000
        )
    );
    scheduler.lag([this] { return fate.lag(); });
    gateway_.seen = [this](const RouteSnapshot& table) { check_routes(table); };
    docker_.freezes = [this](const std::string& container) { check_freeze(container); };
    settings_.sleep = {
        .frozen_after = minutes{3}, .stopped_after = minutes{3}, .archived_after = hours{10}
    };
    // Of each kind just enough; one of them nobody may have.
    if (seed % 2 == 0)
        settings_.ports = PortPool{
            .app = {8000, 8000 + People::pull_requests},
            .database = {9000, 9000 + People::pull_requests},
            .reserved = {8003, 9001                        }
        };
    draw_hands();
    start();
}

/// In some lives there are few to do the work, so that much of it waits.
void House::draw_hands()
{
    if (!dice.happens(30)) return;
    settings_.workers = dice.between(1, 3);
    settings_.starts = dice.between(1, 2);
    trace.say(
        "operator",
        fmt::format("lets {} work, and {} start at once", settings_.workers, settings_.starts)
    );
}

House::~House()
{
    fate.kill("the end");
    stop();
}

void House::start()
{
    stopping_ = std::stop_source();
    router.table = {};  // The gateway lives and dies with the daemon.
    fate.born();
    const World world{
        scheduler,
        ids_,
        *store_,
        git_,
        builds_,
        docker_,
        gateway_,
        logs_,
        settings_,
        log_,
        apis_,
        &memory
    };
    engine_ = std::make_unique<Engine>(world);
    elsewhere_ = std::make_unique<Commands>(world, unheard_);
    group_ = std::make_unique<TaskGroup>(scheduler);
    group_->spawn(keep_running(stopping_.get_token()));
    visits_ = std::make_unique<VisitRecorder>(scheduler, *store_, gateway_, log_);
    group_->spawn(visits_->run(seconds{10}, stopping_.get_token()));
}

void House::stop()
{
    if (!engine_) return;
    stopping_.request_stop();
    scheduler.run(group_->join());
    group_.reset();
    visits_.reset();
    engine_.reset();
}

/// A daemon that ends by itself is started again, as systemd would.
Task<> House::keep_running(std::stop_token stop)
{
    const auto ended = co_await engine_->run(stop);
    if (!ended && !stop.stop_requested()) fate.kill("its own end: " + ended.error().text());
}

void House::live(milliseconds time)
{
    scheduler.run_for(time);
    if (!fate.dead()) return;
    stop();
    scheduler.run_for(dice.up_to(seconds{30}));
    start();
}

void House::restart(const std::function<void(EngineSettings&)>& change)
{
    trace.say("daemon", "stopped by hand");
    stop();
    scheduler.run_for(dice.up_to(seconds{10}));
    if (change) change(settings_);
    start();
}

void House::skip(milliseconds time)
{
    trace.say("world", fmt::format("the clock jumps by {} s", time.count() / 1000));
    skips_.emplace_back(scheduler.now(), time);
    scheduler.skip(time);
}

/// DESIGN section 4: nobody is sent where nothing moves.
void House::check_freeze(const std::string& container)
{
    const FakeHost::Object* object = host.find(EntryType::container, container);
    if (!object) return;
    for (const Route& route : router.table.routes)
        for (const Upstream& upstream : route.upstreams)
            for (const auto& [network, address] : object->container.addresses)
                if (address == upstream.host)
                    violations.push_back(
                        fmt::format("{} freezes while {} leads to it", container, route.host)
                    );
}

milliseconds House::skipped(Instant from, Instant to) const
{
    // A small leap cannot be told from a pass that came late.
    const milliseconds small = 3 * settings_.cleanup.every;
    milliseconds all{};
    for (const auto& [at, time] : skips_) {
        if (at >= from && at < to) all += std::max(time - small, milliseconds{0});
    }
    return all;
}

/// DESIGN rule 7: nobody is sent where the gate was not passed.
void House::check_routes(const RouteSnapshot& table)
{
    std::map<std::string, const FakeHost::Object*> by_address;
    for (const FakeHost::Object* object : host.objects())
        for (const auto& [network, address] : object->container.addresses)
            by_address[address] = object;
    for (const Route& route : table.routes) {
        for (const Upstream& upstream : route.upstreams) {
            const auto found = by_address.find(upstream.host);
            if (found == by_address.end()) continue;
            if (found->second->container.running == Running::frozen)
                violations.push_back(
                    fmt::format("{} leads to {}, which is frozen", route.host, found->second->name)
                );
            if (has_passed(found->second->name)) continue;
            // What stood there vanished, and a newer one was given its address.
            const auto made = found->second->labels.find("diorama.generation");
            if (made->second != fmt::format("{}", route.generation)) continue;
            violations.push_back(fmt::format(
                "{} was routed to {} before it passed its gate", route.host, found->second->name
            ));
        }
    }
}

}  // namespace diorama::simulation
