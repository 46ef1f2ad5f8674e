#include "simulation/fate.hpp"

namespace diorama::simulation {

namespace {

std::string_view name(Place place)
{
    switch (place) {
        case Place::docker: return "the engine";
        case Place::git: return "the repository";
        case Place::forge: return "the forge";
        case Place::gateway: return "the gateway";
        case Place::disk: return "the disk";
    }
    std::abort();
}

/// How often calls to it fail, in percent.
double badness(Place place)
{
    switch (place) {
        case Place::docker: return 2;
        case Place::git: return 4;
        case Place::forge: return 5;
        case Place::gateway:
        case Place::disk: return 0;
    }
    std::abort();
}

Error unavailable(Place place)
{
    return {
        Code::unavailable, fmt::format("{} does not answer (password={})", name(place), secret)
    };
}

}  // namespace

void Fate::born()
{
    dead_ = false;
    calls_left_.reset();
    if (!well_ && dice_.happens(70)) calls_left_ = dice_.between(1, 400);
    trace_.say("daemon", "started");
}

void Fate::kill(std::string_view where)
{
    if (dead_) return;
    dead_ = true;
    trace_.say("daemon", fmt::format("killed at {}", where));
}

bool Fate::crosses(std::string_view what)
{
    if (dead_) return false;
    if (what != "a read") trace_.detail("call", what);
    if (calls_left_ && (*calls_left_)-- == 0) kill(what);
    return !dead_;
}

void Fate::heal()
{
    well_ = true;
    calls_left_.reset();
    down_.clear();
    trace_.say("world", "everything works from now on");
}

void Fate::take_down(Place place, Instant until)
{
    down_[place] = until;
    const auto left = std::chrono::duration_cast<milliseconds>(until - scheduler_.now());
    trace_.say("world", fmt::format("{} is away for {} ms", name(place), left.count()));
}

bool Fate::is_down(Place place) const
{
    const auto found = down_.find(place);
    return found != down_.end() && scheduler_.now() < found->second;
}

milliseconds Fate::delay(Place place)
{
    if (well_ || place == Place::disk || !dice_.happens(15)) return milliseconds{0};
    return dice_.happens(3) ? minutes{3} : dice_.up_to(seconds{4});
}

milliseconds Fate::lag()
{
    return !well_ && dice_.happens(10) ? dice_.up_to(milliseconds{40}) : milliseconds{0};
}

std::optional<Error> Fate::before(Place place)
{
    if (well_) return std::nullopt;
    if (!is_down(place) && !dice_.happens(badness(place))) return std::nullopt;
    trace_.detail("world", fmt::format("{} does not answer", name(place)));
    return unavailable(place);
}

std::optional<Error> Fate::after(Place place)
{
    if (well_ || !dice_.happens(badness(place) / 2)) return std::nullopt;
    trace_.detail("world", fmt::format("the answer of {} is lost", name(place)));
    return Error{Code::unavailable, fmt::format("{} took too long", name(place))};
}

}  // namespace diorama::simulation
