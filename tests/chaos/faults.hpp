#pragma once

#include "base/error.hpp"

#include <atomic>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// The daemon as it is, but for named moments at which it may be made to die.
namespace diorama::chaos {

enum class Side { before, after };

/// Each effect has two points: "driver.start.before", "driver.start.after".
std::vector<std::string> points();

/// Counts how often each point is passed and kills the process (SIGKILL, as a crash does it:
/// nothing is finished) at the passing that was wanted. Any thread may pass.
class Faults {
public:
    /// "driver.start.after,commit.inventory.before:3": each with the passing to die at, the first
    /// unless said. `invalid` for a point that is none.
    Result<> arm(std::string_view wanted);

    /// Says so at the first passing, and before dying. `effect` is one of those listed.
    void pass(std::string_view effect, Side side);

    static bool knows(std::string_view effect);

private:
    struct Point {
        std::atomic<unsigned> passed = 0;
        unsigned dies_at = 0;  ///< 0: never.
    };

    static std::map<std::string, Point, std::less<>> none();

    std::map<std::string, Point, std::less<>> points_ = none();
};

}  // namespace diorama::chaos
