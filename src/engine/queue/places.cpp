#include "engine/queue/places.hpp"

#include "store/occupants.hpp"

#include <algorithm>

namespace diorama {

namespace {

constexpr std::chrono::days lately{30};
constexpr std::size_t most = 200;

/// What takes longer than usual may take any time; it is not expected to end this very moment.
constexpr seconds overdue{10};

milliseconds median(std::vector<milliseconds> times)
{
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::ranges::nth_element(times, middle);
    return *middle;
}

/// When the workers are free again; nothing once that depends on what nobody knows.
class Hands {
public:
    Hands(std::size_t number, Instant now) : free_(number, now) {}

    /// The first that is free takes something up; answers when.
    std::optional<Instant> take(std::optional<milliseconds> time)
    {
        if (free_.empty() || !known_) return std::nullopt;
        const auto first = std::ranges::min_element(free_);
        const Instant start = *first;
        if (time) *first += *time;
        known_ = time.has_value();
        return start;
    }

private:
    std::vector<Instant> free_;
    bool known_ = true;
};

}  // namespace

Pace::Pace(const std::vector<deployments::Took>& recent)
{
    std::map<ProjectId, std::vector<milliseconds>> times;
    std::vector<milliseconds> all;
    for (const deployments::Took& each : recent) {
        times[each.project].push_back(each.time);
        all.push_back(each.time);
    }
    for (auto& [project, of_project] : times)
        projects_[project] = median(std::move(of_project));
    if (!all.empty()) all_ = median(std::move(all));
}

std::optional<milliseconds> Pace::of(ProjectId project) const
{
    const auto found = projects_.find(project);
    return found == projects_.end() ? all_ : found->second;
}

std::map<EnvironmentId, Place>
places(const Traffic& traffic, const Pace& pace, std::size_t workers, Instant now)
{
    const auto time_of = [&](bool deploys, ProjectId project) {
        return deploys ? pace.of(project) : std::optional(milliseconds{0});
    };
    Hands free(std::max(workers, traffic.held.size()), now);
    for (const jobs::Held& each : traffic.held) {
        auto time = time_of(each.deploys, each.project);
        if (time && each.deploys) *time = std::max<milliseconds>(each.since + *time - now, overdue);
        free.take(time);
    }
    std::map<EnvironmentId, Place> found;
    std::uint64_t position = 0;
    for (const jobs::Waiting& each : traffic.line) {
        const auto start = free.take(time_of(each.deploys, each.project));
        ++position;
        if (each.deploys) found[each.environment] = {position, start};
    }
    return found;
}

std::map<EnvironmentId, Place> places(Tx& tx, const EngineSettings& settings, Instant now)
{
    std::map<EnvironmentId, Place> found;
    const Traffic traffic{jobs::line(tx, now), jobs::held(tx, now)};
    if (!traffic.line.empty()) {
        const Pace pace(deployments::recent(tx, now - lately, most));
        found = places(traffic, pace, settings.workers, now);
    }
    std::uint64_t position = 0;
    for (const Waiter& each : waiters(tx))
        found[each.environment.id] = {++position, std::nullopt, each.deployment.waits};
    return found;
}

}  // namespace diorama
