#include "cli/demo/story.hpp"

namespace diorama::cli {

namespace {

constexpr int time_width = 9;
constexpr int what_width = 24;

}  // namespace

DemoStory::DemoStory(const CliWorld& world, Scheduler& scheduler)
    : world_(world),
      scheduler_(scheduler)
{}

void DemoStory::begin(std::string doing)
{
    begun_ = scheduler_.now();
    progress_.emplace(world_, scheduler_, std::move(doing));
}

void DemoStory::done(std::string_view what, std::string_view seen)
{
    interrupt();
    const std::string time = took(scheduler_.now() - begun_);
    say(fmt::format("{:>{}}  {:<{}}{}", time, time_width, what, what_width, seen));
}

void DemoStory::also(std::string_view seen)
{
    say(fmt::format("{:{}}{}", "", time_width + 2 + what_width, seen));
}

void DemoStory::say(std::string_view line)
{
    world_.out(std::string(line) + "\n");
}

std::string DemoStory::took(milliseconds time)
{
    return fmt::format("{:.2f} s", std::chrono::duration<double>(time).count());
}

}  // namespace diorama::cli
