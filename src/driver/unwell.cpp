#include "driver/unwell.hpp"

#include <fmt/ranges.h>

namespace diorama {

namespace {

/// The Engine misses an out-of-memory kill when the exit is reported first.
bool ran_out_of_memory(const Unwell& what)
{
    return what.out_of_memory || what.exit_code == 137;
}

/// 137 and 139 say little to most people.
std::string exit_in_words(const Unwell& what)
{
    const std::int64_t code = what.exit_code.value_or(0);
    if (what.out_of_memory)
        return fmt::format(
            "was killed because it used more memory than its limit (exit code {})", code
        );
    switch (code) {
        case 126: return "exited with code 126 (its command cannot be executed)";
        case 127: return "exited with code 127 (its command was not found)";
        case 137:
            return "was killed (exit code 137, SIGKILL), most likely because it used more memory "
                   "than its limit";
        case 139: return "crashed (exit code 139, segmentation fault)";
        case 143: return "was terminated (exit code 143, SIGTERM)";
        default: return fmt::format("exited with code {}", code);
    }
}

std::string words(const Unwell& what)
{
    if (what.said.empty()) return "; it said nothing";
    return fmt::format("; its last words:\n{}", fmt::join(what.said, "\n"));
}

std::string mend(const Unwell& what)
{
    if (ran_out_of_memory(what))
        return "Raise the service's memory limit (mem_limit), or use less.";
    return "Read the service's log and correct its command, configuration or image.";
}

}  // namespace

Error ended(const Unwell& what)
{
    return {
        Code::invalid,
        fmt::format("{} {} before it was well{}", what.service, exit_in_words(what), words(what)),
        mend(what)
    };
}

Error not_well_within(const Unwell& what, milliseconds limit)
{
    std::string state = what.last_probe.empty() ? "" : fmt::format(": {}", what.last_probe);
    if (what.restarts > 0) state += fmt::format("; it restarted {} times", what.restarts);
    if (what.exit_code) state += fmt::format("; the last time it {}", exit_in_words(what));
    return {
        Code::invalid,
        fmt::format(
            "{} was not well within {} s{}{}",
            what.service,
            limit.count() / 1000,
            state,
            words(what)
        ),
        ran_out_of_memory(what) ? mend(what)
                                : "Make the service answer on its port sooner, correct its health "
                                  "check, or give the gate more time."
    };
}

}  // namespace diorama
