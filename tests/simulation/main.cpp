#include "simulation/run.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <random>

using namespace diorama::simulation;

namespace {

void tell(std::uint64_t seed, const Outcome& outcome)
{
    for (const std::string& violation : outcome.violations)
        fmt::print("seed {}: {}\n", seed, violation);
}

/// The same life once more, with every call of the daemon.
void tell_all(std::uint64_t seed)
{
    for (const std::string& line : live_through(seed, true).trace)
        fmt::print("  {}\n", line);
}

}  // namespace

/// simulate --seeds N [--seed S] [--trace] [--first]: N lives from seed S on, or from a fresh one.
int main(int argc, char** argv)
{
    CLI::App app{"Lives of the engine in a simulated world, each decided by its seed."};
    std::uint64_t seeds = 1000;
    std::uint64_t first = std::random_device{}() % 1'000'000'000;
    bool trace = false;
    bool only_first = false;
    app.add_option("--seeds", seeds, "how many lives");
    const auto* seed =
        app.add_option("--seed", first, "the first one's seed; fresh ones if not given");
    app.add_flag("--trace", trace, "print what happened in each");
    app.add_flag("--first", only_first, "stop at the first violation");
    CLI11_PARSE(app, argc, argv);
    if (seed->count() > 0 && app.count("--seeds") == 0) seeds = 1;

    fmt::print("seeds {} to {}\n", first, first + seeds - 1);
    std::uint64_t violated = 0;
    std::size_t moves = 0;
    for (std::uint64_t i = 0; i < seeds; ++i) {
        const Outcome outcome = live_through(first + i);
        moves += outcome.transitions;
        if (!outcome.violations.empty()) ++violated;
        tell(first + i, outcome);
        const bool begins = !outcome.violations.empty() && violated == 1 && !only_first;
        if (trace || begins) tell_all(first + i);
        if (only_first && violated > 0) break;
    }
    fmt::print("{} runs, {} violations, {} transitions\n", seeds, violated, moves);
    return violated == 0 ? 0 : 1;
}
