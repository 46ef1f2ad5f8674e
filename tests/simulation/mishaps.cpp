#include "simulation/mishaps.hpp"

#include "simulation/choice.hpp"
#include "store/deployments.hpp"
#include "store/environments.hpp"
#include "store/projects.hpp"

#include <array>

namespace diorama::simulation {

namespace {

Caller admin()
{
    return {
        .actor = {.type = Actor::Type::token, .name = "bob"},
        .grants = {.list = {{.role = Role::admin, .reach = Installation{}}}}
    };
}

std::string told(const Result<Environment>& answer)
{
    return answer ? "done" : answer.error().text();
}

}  // namespace

Mishaps::Mishaps(House& house, People& people) : house_(house), people_(people)
{
    house.host.place(EntryType::container, "somebody-else", {});
    house.host.place(EntryType::network, "somebody-else", {});
}

void Mishaps::strike()
{
    static constexpr std::array choices{
        Choice<Mishaps>{3, &Mishaps::docker_goes_away  },
        Choice<Mishaps>{2, &Mishaps::disk_fills_up     },
        Choice<Mishaps>{3, &Mishaps::forge_breaks      },
        Choice<Mishaps>{3, &Mishaps::forge_lies        },
        Choice<Mishaps>{1, &Mishaps::forge_wants_quiet },
        Choice<Mishaps>{3, &Mishaps::container_vanishes},
        Choice<Mishaps>{3, &Mishaps::container_crashes },
        Choice<Mishaps>{2, &Mishaps::orphan_appears    },
        Choice<Mishaps>{2, &Mishaps::daemon_restarts   },
        Choice<Mishaps>{1, &Mishaps::rules_change      },
        Choice<Mishaps>{2, &Mishaps::settings_change   },
        Choice<Mishaps>{1, &Mishaps::clock_jumps       },
        Choice<Mishaps>{2, &Mishaps::memory_runs_short },
    };
    choose<Mishaps>(*this, house_.dice, choices);
}

void Mishaps::command()
{
    static constexpr std::array choices{
        Choice<Mishaps>{4, &Mishaps::approve         },
        Choice<Mishaps>{4, &Mishaps::redeploy        },
        Choice<Mishaps>{3, &Mishaps::cancel          },
        Choice<Mishaps>{2, &Mishaps::put_up_by_number},
        Choice<Mishaps>{3, &Mishaps::take_down       },
        Choice<Mishaps>{5, &Mishaps::put_to_sleep    },
        Choice<Mishaps>{3, &Mishaps::wake            },
        Choice<Mishaps>{1, &Mishaps::pin             },
        Choice<Mishaps>{1, &Mishaps::keep            },
    };
    choose<Mishaps>(*this, house_.dice, choices);
}

void Mishaps::end()
{
    house_.forge.lists_only.reset();
    house_.forge.quiet_until.reset();
    house_.memory.state = {};
    house_.fate.heal();
}

std::optional<Environment> Mishaps::preview(std::int64_t number)
{
    return house_.ask([&](Tx& tx) -> Result<std::optional<Environment>> {
        const TenantId tenant = house_.settings().tenant;
        const auto project = projects::find_by_forge(tx, tenant, "github", People::repository.id);
        if (!project) return std::optional<Environment>{};
        const auto found =
            environments::find(tx, tenant, pull_request_identity(project->id, number));
        return found ? std::optional(*found) : std::optional<Environment>{};
    });
}

void Mishaps::approve()
{
    const PullRequest* it = people_.some_open();
    const auto environment = it ? preview(it->number) : std::nullopt;
    if (!environment) return;
    people_.approve(it->head_commit);
    const auto done = house_.run(
        house_.engine().commands().approve(admin(), environment->id, it->head_commit.substr(0, 12))
    );
    house_.trace.say(
        "operator", fmt::format("approve {} {}: {}", it->number, it->head_commit, told(done))
    );
}

void Mishaps::redeploy()
{
    const auto number = static_cast<std::int64_t>(1 + house_.dice.below(People::pull_requests));
    const auto environment = preview(number);
    // Whoever deploys a closed one by hand wants it, and the daemon is right to keep it a while.
    if (!environment || environment->state == State::destroyed) return;
    const bool unheard = house_.dice.happens(50);
    Commands& commands = unheard ? house_.elsewhere() : house_.engine().commands();
    const auto done = house_.run(commands.redeploy(admin(), environment->id));
    house_.trace.say(
        unheard ? "somebody else" : "operator", fmt::format("redeploy {}: {}", number, told(done))
    );
}

void Mishaps::put_up_by_number()
{
    const PullRequest* it = people_.some_open();
    if (!it || !people_.wants_preview(*it)) return;
    const auto done = house_.run(house_.engine().commands().deploy(
        admin(),
        {.repository = people_.place(),
         .name = People::repository.name,
         .kind = Kind::pull_request,
         .key = fmt::format("{}", it->number)}
    ));
    house_.trace.say("operator", fmt::format("put up {}: {}", it->number, told(done)));
}

void Mishaps::take_down()
{
    const auto environment = some_preview();
    if (environment) take_down(*environment);
}

void Mishaps::take_down(const Environment& environment)
{
    people_.stop(environment.pull_request.value());
    const auto done = house_.run(house_.engine().commands().destroy(admin(), environment.id));
    house_.trace.say("operator", fmt::format("take down {}: {}", environment.slug, told(done)));
}

std::optional<Environment> Mishaps::some_preview()
{
    return preview(static_cast<std::int64_t>(1 + house_.dice.below(People::pull_requests)));
}

void Mishaps::put_to_sleep()
{
    static constexpr std::array rungs{Presence::frozen, Presence::stopped, Presence::archived};
    const auto environment = some_preview();
    if (!environment) return;
    const Presence rung = house_.dice.one_of(rungs);
    const auto done = house_.run(house_.engine().commands().sleep(admin(), environment->id, rung));
    house_.trace.say(
        "operator", fmt::format("sleep {} {}: {}", environment->slug, name(rung), told(done))
    );
}

void Mishaps::wake()
{
    const auto environment = some_preview();
    if (!environment) return;
    const auto done = house_.run(house_.engine().commands().wake(admin(), environment->id));
    house_.trace.say("operator", fmt::format("wake {}: {}", environment->slug, told(done)));
}

void Mishaps::pin()
{
    const auto environment = some_preview();
    if (!environment) return;
    const bool pins = !environment->pinned;
    const auto done = house_.run(house_.engine().commands().pin(admin(), environment->id, pins));
    house_.trace.say("operator", fmt::format("pin {}: {}", environment->slug, told(done)));
}

void Mishaps::memory_runs_short()
{
    auto& stalled = house_.memory.state.stalled;
    stalled = stalled ? std::nullopt : std::optional<double>(50);
    house_.trace.say("world", stalled ? "memory runs short" : "there is memory again");
}

/// Somebody pins a preview, or extends its life.
void Mishaps::keep()
{
    const auto number = static_cast<std::int64_t>(1 + house_.dice.below(People::pull_requests));
    const auto environment = preview(number);
    if (!environment) return;
    const Instant now = house_.scheduler.now();
    const bool pins = house_.dice.happens(50);
    const Instant until = now + house_.dice.up_to(hours{1});
    house_.trace.say("operator", fmt::format("{} {}", pins ? "pins" : "extends", number));
    house_.write([=, id = environment->id](Tx& tx) -> Result<> {
        const auto seen = environments::find(tx, id);
        if (!seen || is_going(seen->state)) return ok();
        const environments::Keeping keeping{
            .pinned = pins, .until = pins ? std::nullopt : std::optional(until)
        };
        const auto kept = environments::keep(tx, id, keeping, now);
        if (!kept) return kept.error();
        return ok();
    });
}

/// The newest deployment of a preview, if it is not over.
std::optional<Deployment> Mishaps::under_way(std::int64_t number)
{
    const auto environment = preview(number);
    if (!environment) return std::nullopt;
    return house_.ask([&](Tx& tx) -> Result<std::optional<Deployment>> {
        const auto found = deployments::latest(tx, environment->id);
        const bool open = found && !is_final(found->status);
        return open ? std::optional(*found) : std::optional<Deployment>{};
    });
}

/// Whatever is under way; often nothing is.
void Mishaps::cancel()
{
    for (std::int64_t number = 1; number <= People::pull_requests; ++number) {
        const auto open = under_way(number);
        if (!open) continue;
        // Whoever works on it may not hear of it.
        const bool unheard = house_.dice.happens(50);
        Commands& commands = unheard ? house_.elsewhere() : house_.engine().commands();
        const auto done = house_.run(commands.cancel(admin(), open->id));
        house_.trace.say(
            unheard ? "somebody else" : "operator",
            fmt::format("cancel {}: {}", number, done ? "done" : done.error().text())
        );
        return;
    }
}

void Mishaps::docker_goes_away()
{
    house_.fate.take_down(Place::docker, house_.scheduler.now() + house_.dice.up_to(seconds{60}));
    if (house_.dice.happens(30)) container_crashes();
}

void Mishaps::disk_fills_up()
{
    house_.fate.take_down(Place::disk, house_.scheduler.now() + house_.dice.up_to(seconds{40}));
}

void Mishaps::forge_breaks()
{
    house_.fate.take_down(Place::forge, house_.scheduler.now() + house_.dice.up_to(minutes{3}));
}

/// A list that names only some, or none, and says that it is complete.
void Mishaps::forge_lies()
{
    if (house_.forge.lists_only) {
        house_.forge.lists_only.reset();
        house_.trace.say("world", "the forge lists all again");
        return;
    }
    house_.forge.lists_only = house_.dice.below(3);
    house_.trace.say("world", fmt::format("the forge lists only {}", *house_.forge.lists_only));
}

void Mishaps::forge_wants_quiet()
{
    house_.forge.quiet_until = house_.scheduler.now() + house_.dice.up_to(minutes{5});
    house_.trace.say("world", "the forge's rate limit is reached");
}

const FakeHost::Object* Mishaps::some_container()
{
    std::vector<const FakeHost::Object*> ours;
    for (const FakeHost::Object* object : house_.host.objects())
        if (object->type == EntryType::container && !object->labels.empty()) ours.push_back(object);
    return ours.empty() ? nullptr : house_.dice.one_of(ours);
}

void Mishaps::container_vanishes()
{
    const FakeHost::Object* object = some_container();
    if (!object) return;
    house_.trace.say("world", fmt::format("container {} vanishes", object->name));
    house_.host.vanish(EntryType::container, object->name);
}

void Mishaps::container_crashes()
{
    const FakeHost::Object* object = some_container();
    // One that crashes before it is well is the fault of whoever pushed it.
    if (!object || object->container.running != Running::running) return;
    if (!house_.has_passed(object->name)) return;
    house_.trace.say("world", fmt::format("container {} crashes", object->name));
    house_.host.crash(object->name, 137, house_.dice.happens(50));
}

/// Something of ours that no row knows: what a restored backup of the store forgot.
void Mishaps::orphan_appears()
{
    if (orphans_ == 2) return;
    const auto name = fmt::format("{}web-{:08x}", unknown, ++orphans_);
    const auto owner = EnvironmentId::make(house_.scheduler.now(), house_.dice.random());
    house_.host.place(
        EntryType::container,
        name,
        {
            {"diorama.managed",      "true"                               },
            {"diorama.installation", house_.settings().installation.text()},
            {"diorama.environment",  owner.text()                         }
    }
    );
    house_.trace.say("world", fmt::format("container {} is nobody's", name));
}

void Mishaps::daemon_restarts()
{
    house_.restart();
}

void Mishaps::rules_change()
{
    house_.trace.say("operator", "other rules");
    people_.change_rules();
}

/// What an administrator may edit between two lives of the daemon.
void Mishaps::settings_change()
{
    Dice& dice = house_.dice;
    house_.restart([&](EngineSettings& settings) {
        settings.workers = dice.between(1, 8);
        settings.builds = dice.between(1, 3);
        settings.sleep.frozen_after = dice.happens(30) ? milliseconds{0} : minutes{3};
        settings.sleep.stopped_after = dice.happens(30) ? milliseconds{0} : minutes{3};
        settings.sleep.archived_after = dice.happens(30) ? hours{1} : hours{10};
        settings.resync = seconds{dice.between(30, 120)};
        settings.forges.poll = seconds{dice.between(30, 120)};
        settings.strangers.egress = dice.happens(50);
        house_.trace.say("operator", fmt::format("other settings: {} workers", settings.workers));
    });
}

void Mishaps::clock_jumps()
{
    house_.skip(house_.dice.up_to(hours{3}));
}

}  // namespace diorama::simulation
