#include "engine/sleep/schedule.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"

#include <algorithm>
#include <charconv>
#include <date/tz.h>
#include <optional>

namespace diorama {

namespace {

constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

/// Some days of the week, and from when to when on them.
struct Hours {
    std::array<bool, 7> on{};
    minutes from{0};
    minutes until = hours{24};  ///< Not after `from`: on the next day.
};

/// A moment by the clocks of the place.
struct Clock {
    std::size_t weekday = 0;  ///< 0 is Sunday.
    minutes time{0};
};

bool covers(const Hours& hours, const Clock& clock)
{
    const bool today = hours.on.at(clock.weekday);
    const bool yesterday = hours.on.at((clock.weekday + 6) % 7);
    if (hours.from < hours.until)
        return today && clock.time >= hours.from && clock.time < hours.until;
    return (today && clock.time >= hours.from) || (yesterday && clock.time < hours.until);
}

std::optional<std::size_t> day_named(std::string_view text)
{
    const auto found = std::ranges::find(days, text);
    if (found == days.end()) return std::nullopt;
    return static_cast<std::size_t>(found - days.begin());
}

/// "07:00", up to "24:00".
std::optional<minutes> time_of(std::string_view text)
{
    int hour = 0;
    int minute = 0;
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    const auto whole = [](std::string_view digits, int& into) {
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), into);
        return read.ec == std::errc{} && read.ptr == digits.data() + digits.size() && into >= 0;
    };
    if (!whole(text.substr(0, 2), hour) || !whole(text.substr(3), minute)) return std::nullopt;
    const minutes time = std::chrono::hours{hour} + minutes{minute};
    if (minute > 59 || time > std::chrono::hours{24}) return std::nullopt;
    return time;
}

bool read_days(std::string_view text, Hours& hours)
{
    for (const std::string_view part : split(text, ',')) {
        const auto dash = part.find('-');
        const auto first = day_named(part.substr(0, dash));
        const auto last = dash == part.npos ? first : day_named(part.substr(dash + 1));
        if (!first || !last) return false;
        for (std::size_t day = *first;; day = (day + 1) % 7) {
            hours.on.at(day) = true;
            if (day == *last) break;
        }
    }
    return true;
}

bool read_times(std::string_view text, Hours& hours)
{
    const auto dash = text.find('-');
    if (dash == text.npos) return false;
    const auto from = time_of(text.substr(0, dash));
    const auto until = time_of(text.substr(dash + 1));
    if (!from || !until || *from == *until) return false;
    hours.from = *from;
    hours.until = *until;
    return true;
}

std::optional<Hours> read_hours(std::string_view text)
{
    Hours hours;
    const auto space = text.find(' ');
    if (!read_days(text.substr(0, space), hours)) return std::nullopt;
    if (space != text.npos && !read_times(trim(text.substr(space)), hours)) return std::nullopt;
    return hours;
}

class ZonedSchedule final : public Schedule {
public:
    ZonedSchedule(std::vector<Hours> hours, const date::time_zone* zone)
        : hours_(std::move(hours)),
          zone_(zone)
    {}

    bool covers(Instant now) const override
    {
        const auto local = zone_->to_local(std::chrono::floor<std::chrono::seconds>(now));
        const auto day = date::floor<date::days>(local);
        const Clock clock{
            date::weekday(day).c_encoding(), std::chrono::duration_cast<minutes>(local - day)
        };
        return std::ranges::any_of(hours_, [&](const Hours& hours) {
            return diorama::covers(hours, clock);
        });
    }

private:
    std::vector<Hours> hours_;
    const date::time_zone* zone_;  ///< Of the library, for ever.
};

/// The library says by an accident what it does not know.
const date::time_zone* zone_named(const std::string& name)
{
    try {
        return date::locate_zone(name);
    } catch (const std::exception&) {
        return nullptr;
    }
}

}  // namespace

Result<std::shared_ptr<const Schedule>>
Schedule::parse(const std::vector<std::string>& entries, const std::string& time_zone)
{
    std::vector<Hours> all;
    for (const std::string& entry : entries) {
        const auto hours = read_hours(trim(entry));
        if (!hours)
            return Error{
                Code::invalid,
                fmt::format("'{}' is no part of a week", display(entry, 60)),
                "Write days and times, such as Mon-Fri 20:00-07:00, or Sat-Sun."
            };
        all.push_back(*hours);
    }
    const date::time_zone* zone = zone_named(time_zone);
    if (!zone)
        return Error{
            Code::invalid,
            fmt::format("'{}' is not a time zone that this machine knows", display(time_zone, 60)),
            "Write e.g. Europe/Berlin, and see that the package tzdata is installed."
        };
    return std::shared_ptr<const Schedule>(std::make_shared<ZonedSchedule>(std::move(all), zone));
}

}  // namespace diorama
