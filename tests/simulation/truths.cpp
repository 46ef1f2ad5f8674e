#include "simulation/truths.hpp"

#include "simulation/ends.hpp"
#include "simulation/limits.hpp"
#include "simulation/memory.hpp"

#include <algorithm>

namespace diorama::simulation {

namespace {

bool serves(const Environment& environment)
{
    return environment.state == State::ready || environment.state == State::asleep;
}

bool has_moved(const event_log::Record& event)
{
    return event.from != event.to;
}

/// One comparison of the world with what shall be.
class Comparison {
public:
    Comparison(House& house, People& people, const std::set<EnvironmentId>& visited)
        : house_(house),
          people_(people),
          visited_(visited),
          memories_(memories(house))
    {}

    std::vector<std::string> run()
    {
        for (std::int64_t number = 1; number <= People::pull_requests; ++number)
            check_pull_request(number);
        for (const Memory& memory : memories_)
            check_environment(memory);
        check_limits();
        check_objects();
        check_images();
        check_words();
        if (const auto wrong = unsettled(house_)) complain("{}", *wrong);
        return std::move(found_);
    }

private:
    template <class... Parts>
    void complain(fmt::format_string<Parts...> format, Parts&&... parts)
    {
        found_.push_back(fmt::format(format, std::forward<Parts>(parts)...));
    }
    const Memory* memory_of(std::int64_t number) const
    {
        const auto found = std::ranges::find_if(memories_, [&](const Memory& memory) {
            return memory.environment.pull_request == number;
        });
        return found == memories_.end() ? nullptr : &*found;
    }

    void check_pull_request(std::int64_t number);
    void check_wanted(const PullRequest& it, const Memory& memory);
    void check_held(const PullRequest& it, const Memory& memory);
    void check_ended(const Memory& memory);
    void check_cancelled(const Memory& memory);
    void check_served(const Memory& memory);
    void check_awake(const Memory& memory);
    void check_asleep(const Memory& memory);
    bool is_routed(const Environment& environment) const;
    void check_comment(const PullRequest& it, const Memory& memory);
    void check_status(const PullRequest& it, const Memory& memory);
    void check_environment(const Memory& memory);
    bool is_crowded_out() const;
    void check_limits();
    void check_objects();
    void check_images();
    void check_words();
    bool is_held_back(const Memory& memory) const
    {
        return !memory.deployments.empty() &&
               simulation::is_held_back(house_.settings().limits, memory.deployments.front());
    }

    House& house_;
    People& people_;
    const std::set<EnvironmentId>& visited_;
    std::vector<Memory> memories_;
    std::vector<std::string> found_;
};

void Comparison::check_pull_request(std::int64_t number)
{
    const PullRequest* it = people_.find(number);
    const Memory* memory = memory_of(number);
    if (!it) {
        if (memory) complain("pull request {} is none, and has a preview", number);
        return;
    }
    if (!people_.wants_preview(*it)) {
        if (memory && memory->environment.state != State::destroyed)
            complain(
                "pull request {} shall have no preview, and it is {}",
                number,
                name(memory->environment.state)
            );
    } else if (!memory) {
        complain("pull request {} shall have a preview, and has none", number);
    } else {
        const auto& record = memory->record;
        const bool approved =
            record && record->approval && record->approval->commit == it->head_commit;
        if (was_ended_on_purpose(memory->events, memory->environment, it->head_commit))
            check_ended(*memory);
        else if (it->author == "ann" || approved)
            check_wanted(*it, *memory);
        else
            check_held(*it, *memory);
    }
    if (!memory) return;
    check_comment(*it, *memory);
    check_status(*it, *memory);
    const auto closed = std::ranges::count_if(memory->events, [](const event_log::Record& event) {
        return event.to == State::destroying && has_moved(event) &&
               event.actor.type == Actor::Type::forge;
    });
    const bool reopened = people_.endings(number) > 0;
    if (const auto wrong = wrong_return(memory->events, memory->environment, reopened))
        complain("{}", *wrong);
    if (stops(memory->events) > people_.stops(number))
        complain("pull request {} was stopped more often than anybody who may asked", number);
    if (const auto wrong = wrong_hand(memory->events, people_.extensions(number)))
        complain("pull request {}: {}", number, *wrong);
    if (closed > people_.endings(number))
        complain(
            "the preview of pull request {} was taken down {} times, and it ended {} times",
            number,
            closed,
            people_.endings(number)
        );
}

void Comparison::check_wanted(const PullRequest& it, const Memory& memory)
{
    const Environment& environment = memory.environment;
    if (environment.wanted.commit != it.head_commit)
        return complain(
            "pull request {} is at {}, its preview wants {}",
            it.number,
            it.head_commit,
            environment.wanted.commit
        );
    if (is_held_back(memory)) return;
    if (!memory.deployments.empty() && memory.deployments.front().code == Code::cancelled)
        return check_cancelled(memory);
    if (environment.wanted.untrusted != (it.author != "ann"))
        complain("the preview of pull request {} has the wrong trust", it.number);
    const bool serves_it = environment.serving_commit == it.head_commit;
    if (people_.quality(it.head_commit) == Quality::good) {
        if (!serves(environment) || !serves_it)
            return complain(
                "pull request {} is not up at {}: {}, serving {}, cause {}",
                it.number,
                it.head_commit,
                name(environment.state),
                environment.serving_commit,
                environment.cause
            );
        return check_served(memory);
    }
    const bool told = !environment.cause.empty() && !serves_it;
    const bool kept = serves(environment) && !environment.serving_commit.empty();
    if (!told || (!kept && environment.state != State::failed))
        complain(
            "pull request {} cannot be put up, and its preview is {} at {}: {}",
            it.number,
            name(environment.state),
            environment.serving_commit,
            environment.cause
        );
    if (kept) check_served(memory);
}

/// Where few may be awake, those who wait at other doors may take all places, or what nobody may
/// send to sleep does.
bool Comparison::is_crowded_out() const
{
    const std::uint64_t most = house_.settings().limits.environments;
    const auto stays = [&](const Memory& memory) {
        const Environment& it = memory.environment;
        const bool awake = !is_going(it.state) && it.serving != 0 && it.presence == Presence::awake;
        return awake && (it.pinned || it.state != State::ready || visited_.contains(it.id));
    };
    return most > 0 && static_cast<std::uint64_t>(std::ranges::count_if(memories_, stays)) >= most;
}

/// It stays so until somebody wants it again, and what served before serves.
void Comparison::check_cancelled(const Memory& memory)
{
    const Environment& environment = memory.environment;
    if (environment.cause.find("cancelled by bob") == std::string::npos)
        complain("{} was cancelled, and its cause is: {}", environment.slug, environment.cause);
    if (environment.serving == environment.wanted.generation)
        complain("{} serves what was cancelled", environment.slug);
    if (environment.state == State::ready) check_served(memory);
}

void Comparison::check_held(const PullRequest& it, const Memory& memory)
{
    const Environment& environment = memory.environment;
    if (environment.serving_commit == it.head_commit || environment.wanted.untrusted == false)
        if (environment.state != State::awaiting_approval)
            complain(
                "pull request {} runs at {} (wanted {}), and nobody approved it: {}",
                it.number,
                environment.serving_commit,
                environment.wanted.commit,
                name(environment.state)
            );
    const std::string& serving = environment.serving_commit;
    if (!serving.empty() && !people_.may_run(it, serving))
        complain("pull request {} serves {}, which nobody approved", it.number, serving);
}

void Comparison::check_ended(const Memory& memory)
{
    if (const auto wrong = wrong_end(house_, memory.events, memory.environment))
        complain("{}", *wrong);
}

/// Where it stands on the ladder is where its containers are, and whoever came found it awake.
void Comparison::check_served(const Memory& memory)
{
    const Environment& environment = memory.environment;
    if (is_asleep(environment.presence) != (environment.state == State::asleep))
        complain(
            "{} is {}, and {}",
            environment.slug,
            name(environment.state),
            name(environment.presence)
        );
    if (environment.state == State::ready) return check_awake(memory);
    if (visited_.contains(environment.id) && !is_crowded_out())
        complain("{} sleeps though somebody waits", environment.slug);
    check_asleep(memory);
}

bool Comparison::is_routed(const Environment& environment) const
{
    return std::ranges::any_of(house_.router.table.routes, [&](const Route& route) {
        return route.environment == environment.id && !route.upstreams.empty();
    });
}

void Comparison::check_asleep(const Memory& memory)
{
    const Environment& environment = memory.environment;
    if (is_routed(environment)) complain("{} sleeps, and is routed to", environment.slug);
    for (const Entry& entry : memory.entries) {
        if (entry.type == EntryType::volume) continue;
        if (environment.presence == Presence::archived)
            complain("{} is archived, and has {}", environment.slug, entry.name);
        const auto* object = house_.host.find(entry.type, entry.name);
        if (!object || entry.type != EntryType::container) continue;
        const Running running = object->container.running;
        const bool still = running == Running::exited ||
                           (running == Running::frozen && environment.presence == Presence::frozen);
        if (!still)
            complain(
                "{} is {}, and {} runs", environment.slug, name(environment.presence), entry.name
            );
    }
}

/// Each container that answers is there, runs, and is the one that is routed to.
void Comparison::check_awake(const Memory& memory)
{
    if (memory.instances.empty()) complain("{} serves with nothing", memory.environment.slug);
    for (const Instance& instance : memory.instances) {
        const auto entry = std::ranges::find(memory.entries, instance.container, &Entry::id);
        const auto* object = entry == memory.entries.end()
                                 ? nullptr
                                 : house_.host.find(EntryType::container, entry->name);
        if (!object || object->container.running != Running::running)
            complain("{}: no container runs {}", memory.environment.slug, instance.service);
    }
    const auto& routes = house_.router.table.routes;
    const bool routed = std::ranges::any_of(routes, [&](const Route& route) {
        if (route.environment != memory.environment.id || route.upstreams.empty()) return false;
        return std::ranges::any_of(memory.instances, [&](const Instance& instance) {
            return instance.address == route.upstreams.front().host;
        });
    });
    if (routed) return;
    complain("no route leads to {}", memory.environment.slug);
    for (const Instance& instance : memory.instances)
        complain("  {} is at {}:{}", instance.service, instance.address, instance.port);
    for (const Route& route : routes)
        if (route.environment == memory.environment.id)
            complain(
                "  {} leads to {}",
                route.host,
                route.upstreams.empty() ? "nothing" : route.upstreams.front().host
            );
}

std::string_view answer_for(const Environment& environment, bool held)
{
    if (environment.state == State::destroyed) return "**Preview destroyed**";
    if (held) return "**Preview awaiting approval**";
    if (environment.state == State::failed) return "**Preview failed**";
    if (environment.state == State::asleep) return "**Preview asleep**";
    return "**Preview ready**";
}

/// One at most, and it tells how things are.
void Comparison::check_comment(const PullRequest& it, const Memory& memory)
{
    const FakeForgeApi::Comment* comment = nullptr;
    for (const auto& each : people_.shop().comments) {
        if (each.number != it.number) continue;
        if (comment) return complain("pull request {} has two comments", it.number);
        comment = &each;
    }
    if (!comment) return;
    if (is_held_back(memory)) return;
    const bool held = memory.record && memory.record->verdict == pull_requests::Verdict::held;
    const auto answer = answer_for(memory.environment, held);
    if (comment->text.find(answer) == std::string::npos)
        complain(
            "the comment on pull request {} does not say {}, but:\n{}",
            it.number,
            answer,
            comment->text
        );
}

/// Only the newest commit's status may still be open, and not for long.
void Comparison::check_status(const PullRequest& it, const Memory& memory)
{
    if (is_held_back(memory)) return;
    std::map<std::string, CommitStatus::State> last;
    for (const auto& each : people_.shop().statuses)
        last[each.commit] = each.status.state;
    for (const Deployment& deployment : memory.deployments) {
        const auto status = last.find(deployment.commit);
        if (status == last.end() || status->second != CommitStatus::State::pending) continue;
        const bool held = memory.record && memory.record->verdict == pull_requests::Verdict::held;
        if (!held || deployment.commit != it.head_commit)
            complain("the status of {} of {} stays pending", deployment.commit, it.number);
    }
    if (!people_.wants_preview(it) || !last.contains(it.head_commit)) return;
    if (memory.environment.state == State::destroyed) return;
    const bool good = last.at(it.head_commit) == CommitStatus::State::success;
    // A redeploy of what serves may have failed, or been cancelled.
    const bool stands =
        memory.environment.serving_commit == it.head_commit && memory.environment.cause.empty();
    if (good != stands) complain("the status of {} of {} is not true", it.head_commit, it.number);
}

void Comparison::check_environment(const Memory& memory)
{
    const Environment& environment = memory.environment;
    for (const Deployment& deployment : memory.deployments)
        if (deployment.status == DeploymentStatus::success && !deployment.admitted_at)
            complain("{} was put up, and there was no place for it", environment.slug);
    for (const Deployment& deployment : memory.deployments)
        if (!is_final(deployment.status) && !is_held_back(memory))
            complain(
                "deployment {} of {} is {} for ever",
                deployment.generation,
                environment.slug,
                name(deployment.status)
            );
    const bool gone = environment.state == State::destroyed;
    if (gone && !memory.entries.empty()) complain("{} is gone, and has rows", environment.slug);
    if (gone && !memory.images.empty()) complain("{} is gone, and uses images", environment.slug);
    for (const Entry& entry : memory.entries) {
        if (entry.status != EntryStatus::made)
            complain("the row of {} is {}", entry.name, name(entry.status));
        if (!house_.host.find(entry.type, entry.name))
            complain("{} has a row, and is not there", entry.name);
    }
}

void Comparison::check_limits()
{
    std::vector<std::pair<Environment, Deployment>> all;
    for (const Memory& memory : memories_)
        if (!memory.deployments.empty())
            all.emplace_back(memory.environment, memory.deployments.front());
    for (std::string& wrong : limit_untruths(house_.settings().limits, all))
        found_.push_back(std::move(wrong));
}

void Comparison::check_objects()
{
    std::size_t foreign = 0;
    for (const FakeHost::Object* object : house_.host.objects()) {
        if (object->labels.empty()) {
            ++foreign;
            continue;
        }
        const bool known = std::ranges::any_of(memories_, [&](const Memory& memory) {
            return std::ranges::any_of(memory.entries, [&](const Entry& entry) {
                return entry.type == object->type && entry.name == object->name;
            });
        });
        if (!known) complain("{} is there, and has no row", object->name);
    }
    if (foreign != 2) complain("something of somebody else was removed");
}

void Comparison::check_images()
{
    for (const std::string& reference : house_.builder.images) {
        const bool used = std::ranges::any_of(memories_, [&](const Memory& memory) {
            return std::ranges::find(memory.images, reference, &image_uses::Use::reference) !=
                   memory.images.end();
        });
        if (!used) complain("nobody uses image {}", reference);
    }
    if (const auto wrong = beyond_budget(house_)) complain("{}", *wrong);
}

/// SEC-60, SEC-61: a secret stands in every error of this world.
void Comparison::check_words()
{
    const auto tells = [](std::string_view text) {
        return text.find(secret) != std::string_view::npos;
    };
    for (const auto& comment : people_.shop().comments)
        if (tells(comment.text)) complain("a comment tells the secret");
    for (const auto& status : people_.shop().statuses)
        if (tells(status.status.description)) complain("a status tells the secret");
    for (const Memory& memory : memories_) {
        if (tells(memory.environment.cause)) complain("a cause tells the secret");
        for (const Deployment& deployment : memory.deployments)
            if (tells(deployment.cause)) complain("the cause of a deployment tells the secret");
    }
}

}  // namespace

std::vector<std::string>
untruths(House& house, People& people, const std::set<EnvironmentId>& visited)
{
    return Comparison(house, people, visited).run();
}

std::size_t transitions(House& house)
{
    std::size_t moves = 0;
    for (const Memory& memory : memories(house))
        moves += static_cast<std::size_t>(std::ranges::count_if(memory.events, has_moved));
    return moves;
}

}  // namespace diorama::simulation
