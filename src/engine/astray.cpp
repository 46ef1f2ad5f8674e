#include "engine/astray.hpp"

#include "engine/sleep/rung.hpp"
#include "model/labels.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <unordered_map>
#include <unordered_set>

namespace diorama {

namespace {

bool is_resting(State state)
{
    return state == State::ready || state == State::asleep || state == State::failed ||
           state == State::awaiting_approval;
}

using Key = std::pair<EntryType, std::string>;

}  // namespace

const Found* object_of(const Entry& entry, const std::vector<Found>& found)
{
    const auto same = std::ranges::find_if(found, [&](const Found& object) {
        return object.type == entry.type && object.name == entry.name;
    });
    return same == found.end() ? nullptr : &*same;
}

bool is_lost(const Instance& instance, const Found* container)
{
    if (!container) return true;
    switch (container->running) {
        case Running::running:
        case Running::restarting:
        case Running::frozen: return false;
        case Running::created:
        case Running::dead: return true;
        case Running::exited: return !is_done(instance) || container->exit_code != 0;
    }
    std::abort();
}

namespace {

/// Not as the rung says on which its environment stands.
bool is_out_of_step(
    const Environment& environment, const Instance& instance, const Found* container
)
{
    if (environment.state == State::ready)
        return is_lost(instance, container) || (container && container->running == Running::frozen);
    if (environment.state != State::asleep) return false;
    if (!container) return true;
    if (is_done(instance)) return false;
    return quieting(environment.presence, *container) != Quieting::nothing;
}

}  // namespace

std::set<EnvironmentId> unfinished(const Remembered& remembered, Instant now)
{
    std::set<EnvironmentId> all;
    for (const Environment& environment : remembered.live) {
        if (!is_resting(environment.state) || !is_on_its_rung(environment))
            all.insert(environment.id);
    }
    for (const Entry& entry : remembered.entries) {
        if (entry.status == EntryStatus::owed && entry.next_try.value_or(now) <= now)
            all.insert(entry.environment);
        // A crash came before its making, and no later wish took it up.
        if (entry.status == EntryStatus::intended) all.insert(entry.environment);
    }
    return all;
}

std::set<EnvironmentId> astray(const Remembered& remembered, const std::vector<Found>& found)
{
    std::map<Key, const Found*> there;
    for (const Found& object : found)
        there.emplace(Key{object.type, object.name}, &object);
    std::unordered_map<EnvironmentId, const Environment*> live;
    for (const Environment& environment : remembered.live)
        live.emplace(environment.id, &environment);
    std::map<EntryId, const Instance*> serving;
    for (const Instance& instance : remembered.serving)
        serving.emplace(instance.container, &instance);

    std::set<EnvironmentId> all;
    std::unordered_set<EntryId> remembered_containers;
    for (const Entry& entry : remembered.entries) {
        if (entry.type != EntryType::container) continue;
        remembered_containers.insert(entry.id);
        const auto owner = live.find(entry.environment);
        if (owner == live.end() || !is_resting(owner->second->state)) continue;
        const auto instance = serving.find(entry.id);
        if (instance == serving.end()) {
            if (entry.status != EntryStatus::owed) all.insert(entry.environment);
            continue;
        }
        const auto object = there.find(Key{entry.type, entry.name});
        const Found* container = object == there.end() ? nullptr : object->second;
        if (is_out_of_step(*owner->second, *instance->second, container))
            all.insert(entry.environment);
    }
    for (const Instance& instance : remembered.serving) {
        const auto owner = live.find(instance.environment);
        // What sleeps is missed when it wakes.
        const bool sleeps = owner != live.end() && owner->second->state == State::asleep;
        if (!sleeps && !remembered_containers.contains(instance.container))
            all.insert(instance.environment);
    }
    return all;
}

std::vector<Stray> strays(const std::vector<Entry>& entries, const std::vector<Found>& found)
{
    std::set<Key> known;
    for (const Entry& entry : entries)
        known.emplace(entry.type, entry.name);
    std::vector<Stray> all;
    for (const Found& object : found) {
        if (known.contains(Key{object.type, object.name})) continue;
        const auto owner = object.labels.find(std::string(environment_label));
        const auto environment =
            EnvironmentId::parse(owner == object.labels.end() ? "" : owner->second);
        if (!environment) continue;  // Not of a scene, whatever else it says.
        all.push_back({*environment, object.type, object.name, object.external_id});
    }
    return all;
}

std::size_t count_environments(const std::vector<Stray>& strays)
{
    std::set<EnvironmentId> all;
    for (const Stray& stray : strays)
        all.insert(stray.environment);
    return all.size();
}

std::size_t count_environments(const std::vector<Found>& found)
{
    return count_environments(strays({}, found));
}

}  // namespace diorama
