#include "base/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace diorama {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// The first character of a text, or how many of its bytes make one wrong part.
struct Character {
    char32_t code = 0;
    std::size_t bytes = 1;
    bool valid = false;
};

/// What the first byte promises: how many bytes follow, and the range of the second, which keeps
/// out overlong forms, surrogates and what lies beyond U+10FFFF (Unicode table 3-7).
struct Lead {
    std::uint8_t first, last;
    std::size_t follow;
    std::uint8_t low, high;
    std::uint8_t mask;
};
constexpr std::array leads{
    Lead{0x00, 0x7F, 0, 0x80, 0xBF, 0x7F},
    Lead{0xC2, 0xDF, 1, 0x80, 0xBF, 0x1F},
    Lead{0xE0, 0xE0, 2, 0xA0, 0xBF, 0x0F},
    Lead{0xE1, 0xEC, 2, 0x80, 0xBF, 0x0F},
    Lead{0xED, 0xED, 2, 0x80, 0x9F, 0x0F},
    Lead{0xEE, 0xEF, 2, 0x80, 0xBF, 0x0F},
    Lead{0xF0, 0xF0, 3, 0x90, 0xBF, 0x07},
    Lead{0xF1, 0xF3, 3, 0x80, 0xBF, 0x07},
    Lead{0xF4, 0xF4, 3, 0x80, 0x8F, 0x07},
};

Character first_of(std::string_view text)
{
    const auto byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const auto* lead = std::ranges::find_if(leads, [first = byte(0)](const Lead& one) {
        return first >= one.first && first <= one.last;
    });
    if (lead == leads.end()) return {};
    Character found{.code = static_cast<char32_t>(byte(0) & lead->mask)};
    for (; found.bytes <= lead->follow; ++found.bytes) {
        if (found.bytes == text.size()) return found;
        const auto next = byte(found.bytes);
        const bool second = found.bytes == 1;
        if (next < (second ? lead->low : 0x80) || next > (second ? lead->high : 0xBF)) return found;
        found.code = found.code << 6U | (next & 0x3FU);
    }
    found.valid = true;
    return found;
}

struct Range {
    char32_t first, last;
};
constexpr std::array hidden{
    Range{0x80,    0x9F   },
    Range{0xAD,    0xAD   },
    Range{0x61C,   0x61C  },
    Range{0x180E,  0x180E },
    Range{0x200B,  0x200F },
    Range{0x2028,  0x202E },
    Range{0x2060,  0x206F },
    Range{0xFEFF,  0xFEFF },
    Range{0xFFF9,  0xFFFB },
    Range{0xE0000, 0xE007F},
};

bool is_hidden(char32_t code)
{
    return std::ranges::any_of(hidden, [code](Range range) {
        return code >= range.first && code <= range.last;
    });
}

std::string shown(std::string_view bytes, const Character& character)
{
    if (!character.valid) {
        std::string answer;
        for (const char c : bytes)
            answer += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(c));
        return answer;
    }
    switch (character.code) {
        case '\n': return "\\n";
        case '\r': return "\\r";
        case '\t': return "\\t";
        default: break;
    }
    if (character.code < 0x20 || character.code == 0x7F)
        return fmt::format("\\x{:02x}", static_cast<unsigned>(character.code));
    if (is_hidden(character.code))
        return fmt::format("\\u{{{:x}}}", static_cast<unsigned>(character.code));
    return std::string(bytes);
}

}  // namespace

bool is_utf8(std::string_view text)
{
    while (!text.empty()) {
        const auto character = first_of(text);
        if (!character.valid) return false;
        text.remove_prefix(character.bytes);
    }
    return true;
}

std::string clean_utf8(std::string_view text)
{
    std::string answer;
    answer.reserve(text.size());
    while (!text.empty()) {
        const auto character = first_of(text);
        answer += character.valid ? text.substr(0, character.bytes) : replacement;
        text.remove_prefix(character.bytes);
    }
    return answer;
}

std::string display(std::string_view text, std::size_t limit)
{
    std::string answer;
    while (!text.empty()) {
        const auto character = first_of(text);
        const auto next = shown(text.substr(0, character.bytes), character);
        if (answer.size() + next.size() > limit) return answer + "…";
        answer += next;
        text.remove_prefix(character.bytes);
    }
    return answer;
}

}  // namespace diorama
