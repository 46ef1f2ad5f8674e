#include "api/prefer.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>

namespace diorama::api {

namespace {

std::string_view unquoted(std::string_view text)
{
    const bool quoted = text.size() >= 2 && text.starts_with('"') && text.ends_with('"');
    return quoted ? text.substr(1, text.size() - 2) : text;
}

std::optional<seconds> wait_of(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (end != text.data() + text.size() || number < 0) return std::nullopt;
    if (error == std::errc::result_out_of_range) return longest_wait;
    if (error != std::errc{}) return std::nullopt;
    return seconds{std::min<std::int64_t>(number, longest_wait.count())};
}

}  // namespace

Preference preference(const Headers& headers)
{
    Preference found;
    for (const std::string_view field : headers.all("Prefer")) {
        for (const std::string_view one : split(field, ',')) {
            const std::string_view bare = trim(one.substr(0, one.find(';')));
            const auto sign = bare.find('=');
            const std::string name = lower(trim(bare.substr(0, sign)));
            if (name == "respond-async") found.async = true;
            if (name == "wait" && sign != std::string_view::npos && !found.wait)
                found.wait = wait_of(unquoted(trim(bare.substr(sign + 1))));
        }
    }
    return found;
}

}  // namespace diorama::api
