#include "chaos/faults.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ranges>
#include <unistd.h>

namespace diorama::chaos {

namespace {

/// What reaches out of the process. `commit` is the commit of a transaction that wrote to that
/// table, `move` of one in which an environment went from one state to another.
constexpr std::array effects{
    "driver.apply.network",
    "driver.apply.volume",
    "driver.apply.container",
    "driver.wait_healthy",
    "driver.wait_exit",
    "driver.promote",
    "driver.start",
    "driver.stop",
    "driver.freeze",
    "driver.thaw",
    "driver.remove.container",
    "driver.remove.network",
    "driver.remove.volume",
    "builder.build",
    "builder.obtain",
    "builder.remove",
    "commits.resolve",
    "commits.fetch",
    "commits.files",
    "commits.keep_only",
    "router.publish",
    "router.in_force",
    "router.settled",
    "forge.open_pull_requests",
    "forge.pull_request",
    "forge.permission",
    "forge.find_comment",
    "forge.create_comment",
    "forge.edit_comment",
    "forge.set_status",
    "forge.create_deployment",
    "forge.set_deployment",
    "commit.deliveries",
    "commit.pull_requests",
    "commit.environments",
    "commit.jobs",
    "commit.deployments",
    "commit.inventory",
    "commit.images",
    "commit.image_uses",
    "commit.instances",
    "commit.feedback",
    "move.pending.provisioning",
    "move.provisioning.ready",
    "move.ready.updating",
    "move.updating.ready",
    "move.ready.asleep",
    "move.asleep.ready",
    "move.ready.destroying",
    "move.destroying.destroyed",
    "move.destroyed.pending",
};

std::string point(std::string_view effect, Side side)
{
    return std::string(effect).append(side == Side::before ? ".before" : ".after");
}

/// One line, whole, also when the next thing is the end.
void say(std::string_view what, std::string_view name)
{
    const std::string line = fmt::format("chaos: {} {}\n", what, name);
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

Error no_point(std::string_view text)
{
    return {
        Code::invalid,
        fmt::format("'{}' is no point to die at", text),
        "See diorama-chaos --points."
    };
}

}  // namespace

std::vector<std::string> points()
{
    std::vector<std::string> all;
    for (const std::string_view effect : effects) {
        for (const Side side : {Side::before, Side::after})
            all.push_back(point(effect, side));
    }
    return all;
}

std::map<std::string, Faults::Point, std::less<>> Faults::none()
{
    std::map<std::string, Point, std::less<>> all;
    for (std::string& name : points())
        all.try_emplace(std::move(name));
    return all;
}

bool Faults::knows(std::string_view effect)
{
    return std::ranges::find(effects, effect) != effects.end();
}

Result<> Faults::arm(std::string_view wanted)
{
    for (const auto part : std::views::split(wanted, ',')) {
        const std::string_view text(part.begin(), part.end());
        if (text.empty()) continue;
        const auto colon = std::min(text.find(':'), text.size());
        const auto found = points_.find(text.substr(0, colon));
        if (found == points_.end()) return no_point(text);
        unsigned passing = 1;
        if (colon < text.size())
            std::from_chars(text.data() + colon + 1, text.data() + text.size(), passing);
        if (passing == 0) return no_point(text);
        found->second.dies_at = passing;
    }
    return ok();
}

void Faults::pass(std::string_view effect, Side side)
{
    const std::string name = point(effect, side);
    const auto found = points_.find(name);
    if (found == points_.end()) {
        say("there is no", name);
        std::abort();
    }
    const unsigned passing = ++found->second.passed;
    if (passing == 1) say("passed", name);
    if (passing != found->second.dies_at) return;
    say("dies at", name);
    ::kill(::getpid(), SIGKILL);
}

}  // namespace diorama::chaos
