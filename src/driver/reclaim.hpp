#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace diorama {

/// Asks the kernel to take the memory of a frozen container (control groups v2, `memory.reclaim`
/// since Linux 5.19): page cache goes, the rest to swap where there is some, and comes back when it
/// is touched. Answers how many bytes went. 0 where the machine has no such file (v1, older
/// kernels) or the container no group under `root`, where Docker puts it with either of its cgroup
/// drivers. Blocks while the kernel works.
std::uint64_t reclaim_memory(const std::filesystem::path& root, std::string_view container);

}  // namespace diorama
