#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace diorama {

/// What forges take of our words; longer ones are cut, never refused.
inline constexpr std::size_t comment_limit = 65'536;
inline constexpr std::size_t description_limit = 140;

/// At most `limit` bytes of `text`, ending in "…" where it was cut, never inside a character.
inline std::string shortened(std::string_view text, std::size_t limit)
{
    constexpr std::string_view more = "…";
    if (text.size() <= limit) return std::string(text);
    auto end = limit - more.size();
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return std::string(text.substr(0, end)).append(more);
}

}  // namespace diorama
