#pragma once

#include "base/error.hpp"
#include "engine/sleep/settings.hpp"

#include <optional>
#include <string_view>

namespace diorama {

/// How much memory the machine has left, as its kernel says.
struct MemoryState {
    std::optional<double> stalled;    ///< Percent of the last ten seconds that some task waited.
    std::optional<double> available;  ///< Percent of all memory that can be had.
};

/// Where that is read. Both answer at once: they are files of the kernel's own.
class MemoryGauge {
public:
    virtual ~MemoryGauge() = default;
    virtual MemoryState read() = 0;
};

/// /proc/pressure/memory, where the kernel has it, and /proc/meminfo.
MemoryState read_memory(std::string_view pressure, std::string_view meminfo);

bool is_short(const MemoryState& state, const SleepSettings& settings);

}  // namespace diorama
