#include "cli/progress.hpp"

#include "base/duration.hpp"
#include "base/unicode.hpp"

#include <array>

namespace diorama::cli {

namespace {

constexpr std::array<std::string_view, 4> wheel{"◐", "◓", "◑", "◒"};
constexpr milliseconds turn_time{150};

}  // namespace

bool wants_colour(const CliWorld& world, bool is_terminal)
{
    return is_terminal && world.environment("NO_COLOR").value_or("").empty() &&
           world.environment("TERM").value_or("") != "dumb";
}

Progress::Progress(const CliWorld& world, Scheduler& scheduler, std::string doing)
    : world_(world),
      scheduler_(scheduler),
      doing_(std::move(doing)),
      begun_(scheduler.now())
{
    if (world_.err_is_terminal && world_.environment("TERM").value_or("") != "dumb") draw();
}

Progress::~Progress()
{
    clear();
}

void Progress::say(std::string_view line)
{
    clear();
    world_.err(std::string(line) + "\n");
}

void Progress::draw()
{
    const auto passed = std::chrono::floor<seconds>(scheduler_.now() - begun_);
    const auto text = display(doing_, 60);
    world_.err(
        fmt::format("\r\x1b[K{} {} {}", wheel[turn_++ % wheel.size()], text, human_duration(passed))
    );
    drawn_ = true;
    timer_ = scheduler_.after(turn_time, [this] { draw(); });
}

void Progress::clear()
{
    if (drawn_) world_.err("\r\x1b[K");
    drawn_ = false;
}

}  // namespace diorama::cli
