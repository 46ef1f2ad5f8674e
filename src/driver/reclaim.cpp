#include "driver/reclaim.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>

namespace diorama {

namespace {

std::uint64_t number_in(const std::filesystem::path& file)
{
    std::uint64_t number = 0;
    std::ifstream(file) >> number;
    return number;
}

}  // namespace

std::uint64_t reclaim_memory(const std::filesystem::path& root, std::string_view container)
{
    const std::array folders{
        root / "system.slice" / fmt::format("docker-{}.scope", container),  // Of systemd.
        root / "docker" / container                                         // Of cgroupfs.
    };
    for (const auto& folder : folders) {
        std::error_code none;
        if (!std::filesystem::exists(folder / "memory.reclaim", none)) continue;
        const std::uint64_t before = number_in(folder / "memory.current");
        // It refuses what it cannot take all of, and has taken what it could.
        std::ofstream(folder / "memory.reclaim") << before << std::flush;
        const std::uint64_t after = number_in(folder / "memory.current");
        return before > after ? before - after : 0;
    }
    return 0;
}

}  // namespace diorama
