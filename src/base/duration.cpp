#include "base/duration.hpp"

#include "base/unicode.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace diorama {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t nanoseconds;
};
constexpr std::int64_t nanoseconds_per_millisecond = 1'000'000;
/// Long names first, so that "ms" is not taken for minutes.
constexpr std::array units{
    Unit{"ns", 1                          },
    Unit{"us", 1'000                      },
    Unit{"µs", 1'000                      },
    Unit{"ms", nanoseconds_per_millisecond},
    Unit{"s",  1'000'000'000              },
    Unit{"m",  60'000'000'000             },
    Unit{"h",  3'600'000'000'000          },
    Unit{"d",  86'400'000'000'000         },
};
/// Go's limit too: 64 bits of nanoseconds, about 292 years.
constexpr double longest = 9.2e18;

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/// Takes a number and its unit off the front of `text`; negative when there is none.
double take_part(std::string_view& text)
{
    double number = 0;
    double scale = 1;
    bool digits = false;
    bool fraction = false;
    std::size_t used = 0;
    for (; used < text.size(); ++used) {
        const char c = text[used];
        if (c == '.' && !fraction) {
            fraction = true;
        } else if (is_digit(c)) {
            digits = true;
            number = number * 10 + (c - '0');
            if (fraction) scale *= 10;
        } else {
            break;
        }
    }
    if (!digits || used > 20) return -1;
    text.remove_prefix(used);
    for (const Unit& unit : units) {
        if (!text.starts_with(unit.name)) continue;
        text.remove_prefix(unit.name.size());
        return number / scale * static_cast<double>(unit.nanoseconds);
    }
    return -1;
}

struct Step {
    std::string_view name, human;
    std::int64_t size;
};
constexpr std::array steps{
    Step{"",   "d",   86'400'000},
    Step{"h",  "h",   3'600'000 },
    Step{"m",  "min", 60'000    },
    Step{"s",  "s",   1'000     },
    Step{"ms", "ms",  1         },
};

}  // namespace

Result<milliseconds> parse_duration(std::string_view text)
{
    const Error wrong{
        Code::invalid,
        fmt::format("'{}' is not a duration", display(text, 64)),
        "Write it like 30s, 1m30s, 2h or 500ms."
    };
    if (text == "0") return milliseconds{0};
    if (text.empty()) return wrong;
    double total = 0;
    while (!text.empty()) {
        const double part = take_part(text);
        if (part < 0) return wrong;
        total += part;
        if (total > longest) return wrong;
    }
    return milliseconds{std::llround(total) / nanoseconds_per_millisecond};
}

std::string format_duration(milliseconds time)
{
    if (time.count() == 0) return "0s";
    std::string answer = time.count() < 0 ? "-" : "";
    auto rest = std::abs(time.count());
    for (const Step& step : steps) {
        if (step.name.empty()) continue;
        if (const auto count = rest / step.size) answer += fmt::format("{}{}", count, step.name);
        rest %= step.size;
    }
    return answer;
}

std::string human_duration(milliseconds time)
{
    std::string answer = time.count() < 0 ? "-" : "";
    auto rest = std::abs(time.count());
    int shown = 0;
    for (const Step& step : steps) {
        const auto count = rest / step.size;
        rest %= step.size;
        if (shown > 0) {
            // Only the neighbour of the largest unit says anything: "3 d 4 h", never "3 d 4 s".
            if (count > 0 && step.size > 1) answer += fmt::format(" {} {}", count, step.human);
            return answer;
        }
        if (count == 0) continue;
        answer += fmt::format("{} {}", count, step.human);
        ++shown;
    }
    return shown > 0 ? answer : "0 s";
}

}  // namespace diorama
