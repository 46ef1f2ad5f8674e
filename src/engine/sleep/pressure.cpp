#include "engine/sleep/pressure.hpp"

#include "base/text.hpp"

#include <charconv>

namespace diorama {

namespace {

std::optional<double> number_after(std::string_view text, std::string_view key)
{
    const auto at = text.find(key);
    if (at == text.npos) return std::nullopt;
    const std::string_view rest = trim(text.substr(at + key.size()));
    double number = 0;
    const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (read.ec != std::errc{}) return std::nullopt;
    return number;
}

}  // namespace

MemoryState read_memory(std::string_view pressure, std::string_view meminfo)
{
    MemoryState state;
    // The first line is of "some": one task at least waited.
    if (pressure.starts_with("some ")) state.stalled = number_after(pressure, "avg10=");
    const auto total = number_after(meminfo, "MemTotal:");
    const auto available = number_after(meminfo, "MemAvailable:");
    if (total && available && *total > 0) state.available = *available * 100 / *total;
    return state;
}

bool is_short(const MemoryState& state, const SleepSettings& settings)
{
    const bool stalls = settings.pressure > 0 && state.stalled.value_or(0) >= settings.pressure;
    const bool scarce =
        settings.available > 0 && state.available.value_or(100) < settings.available;
    return stalls || scarce;
}

}  // namespace diorama
