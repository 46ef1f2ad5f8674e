#include "forge/github/rate_limit.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>

namespace diorama::github {

namespace {

std::optional<std::int64_t> whole(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
    return number;
}

constexpr std::int64_t longest = 7200;

}  // namespace

std::optional<Instant> quiet_until(const Response& response, Instant now)
{
    const bool refused = response.status == 403 || response.status == 429;
    const auto words = lower(std::string_view(response.body).substr(0, 4096));
    const auto after = whole(response.headers.get("Retry-After"));
    if (refused && after) return now + seconds{std::min(*after, longest)};

    const auto reset = whole(response.headers.get("X-RateLimit-Reset"));
    if (response.headers.get("X-RateLimit-Remaining") == "0" && reset) {
        const auto until = Instant{seconds{std::min(*reset, std::int64_t{1} << 40)}};
        return std::clamp<Instant>(until, now + seconds{1}, now + seconds{longest});
    }
    if (response.status == 429 || (refused && words.contains("rate limit")))
        return now + minutes{1};
    return std::nullopt;
}

Task<bool> WritePace::turn(std::stop_token stop)
{
    constexpr auto window = minutes{1};
    for (;;) {
        const auto now = scheduler_.now();
        while (!written_.empty() && written_.front() + window <= now)
            written_.pop_front();
        if (written_.size() < limit) {
            written_.push_back(now);
            co_return !stop.stop_requested();
        }
        const auto wait = std::chrono::ceil<milliseconds>(written_.front() + window - now);
        const bool rested = co_await sleep(scheduler_, wait, stop);
        if (!rested) co_return false;
    }
}

}  // namespace diorama::github
