#include "base/instant.hpp"

#include "base/unicode.hpp"

#include <algorithm>
#include <optional>

namespace diorama {

namespace {

/// Takes fixed parts off the front of a text; once something does not fit it stays wrong.
struct Scan {
    std::string_view text;
    bool wrong = false;

    int number(std::size_t digits)
    {
        int value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (i >= text.size() || text[i] < '0' || text[i] > '9') {
                wrong = true;
                return 0;
            }
            value = value * 10 + (text[i] - '0');
        }
        text.remove_prefix(digits);
        return value;
    }
    int within(std::size_t digits, int low, int high)
    {
        const int value = number(digits);
        if (value < low || value > high) wrong = true;
        return value;
    }
    /// The character taken, or 0 when the next is none of `any`.
    char one_of(std::string_view any)
    {
        if (text.empty() || any.find(text.front()) == std::string_view::npos) {
            wrong = true;
            return 0;
        }
        const char c = text.front();
        text.remove_prefix(1);
        return c;
    }
    milliseconds fraction()
    {
        if (!text.starts_with('.')) return {};
        text.remove_prefix(1);
        int value = 0;
        int scale = 1000;
        std::size_t digits = 0;
        for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
            if (scale == 1) continue;
            scale /= 10;
            value += (text[digits] - '0') * scale;
        }
        if (digits == 0) wrong = true;
        text.remove_prefix(digits);
        return milliseconds{value};
    }
    minutes offset()
    {
        const char sign = one_of("zZ+-");
        if (sign != '+' && sign != '-') return {};
        const hours h{within(2, 0, 23)};
        one_of(":");
        const minutes east = h + minutes{within(2, 0, 59)};
        return sign == '+' ? east : -east;
    }
};

std::optional<Instant> scan(std::string_view text)
{
    Scan in{text};
    const int year = in.number(4);
    in.one_of("-");
    const int month = in.within(2, 1, 12);
    in.one_of("-");
    const int day = in.within(2, 1, 31);
    in.one_of("Tt ");
    const hours h{in.within(2, 0, 23)};
    in.one_of(":");
    const minutes m{in.within(2, 0, 59)};
    in.one_of(":");
    const seconds s{in.within(2, 0, 60)};
    const auto fraction = in.fraction();
    const auto offset = in.offset();
    const std::chrono::year_month_day date{
        std::chrono::year{year},
        std::chrono::month{static_cast<unsigned>(month)},
        std::chrono::day{static_cast<unsigned>(day)}
    };
    if (in.wrong || !in.text.empty() || !date.ok()) return std::nullopt;
    return std::chrono::sys_days{date} + h + m + s + fraction - offset;
}

}  // namespace

std::string format_instant(Instant instant)
{
    // What lies outside would not be four digits of year any more.
    constexpr Instant first{std::chrono::sys_days{std::chrono::year{0} / 1 / 1}};
    constexpr Instant last{
        std::chrono::sys_days{std::chrono::year{10000} / 1 / 1} - milliseconds{1}
    };
    instant = std::clamp(instant, first, last);
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{instant - day};
    return fmt::format(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        time.hours().count(),
        time.minutes().count(),
        time.seconds().count(),
        time.subseconds().count()
    );
}

Result<Instant> parse_instant(std::string_view text)
{
    if (const auto instant = scan(text)) return *instant;
    return Error{
        Code::invalid,
        fmt::format("'{}' is not a date and time", display(text, 64)),
        "Write it as RFC 3339 has it: 2026-03-01T12:00:00Z."
    };
}

}  // namespace diorama
