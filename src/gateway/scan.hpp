#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace diorama::gateway {

/// Bytes of a token, RFC 9110 section 5.6.2.
inline constexpr auto token_bytes = [] {
    std::array<bool, 256> allowed{};
    constexpr std::string_view all =
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    for (const char byte : all)
        allowed[static_cast<unsigned char>(byte)] = true;
    return allowed;
}();

constexpr bool is_token(char byte)
{
    return token_bytes[static_cast<unsigned char>(byte)];
}

constexpr bool is_control(char byte)
{
    return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f;
}

constexpr bool is_space(char byte)
{
    return byte == ' ' || byte == '\t';
}

/// ASCII only: what HTTP compares without case is never anything else.
constexpr char lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
}

/// True when `text` is `wanted`, which is in lower case, whatever the case of `text`.
constexpr bool same(std::string_view text, std::string_view wanted)
{
    if (text.size() != wanted.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (lower(text[i]) != wanted[i]) return false;
    return true;
}

/// Like `same`, but '_' counts as '-': CGI, WSGI and their kin give an app both by one name, so a
/// field the gateway vouches for must not come in under the other spelling.
constexpr bool same_to_app(std::string_view text, std::string_view wanted)
{
    if (text.size() != wanted.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if ((text[i] == '_' ? '-' : lower(text[i])) != wanted[i]) return false;
    return true;
}

constexpr std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

/// Calls `use` with each element of a comma-separated list, empty ones left out.
template <class Use>
constexpr void each_element(std::string_view list, Use use)
{
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        const std::string_view element = trimmed(list.substr(0, comma));
        if (!element.empty()) use(element);
        if (comma == std::string_view::npos) return;
        list.remove_prefix(comma + 1);
    }
}

/// The first control byte of [at, end), or `end`. Eight bytes at a time: heads are mostly text.
inline const char* find_control(const char* at, const char* end)
{
    static_assert(std::endian::native == std::endian::little);
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
    constexpr std::uint64_t tops = ones * 0x80;
    for (; end - at >= 8; at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, sizeof word);
        const std::uint64_t small = (word - ones * 0x20) & ~word;
        const std::uint64_t erase = ((word ^ ones * 0x7f) - ones) & ~(word ^ ones * 0x7f);
        // The lowest mark is exact in both; marks above it may be carries.
        const std::uint64_t marks = (small | erase) & tops;
        if (marks != 0) return at + std::countr_zero(marks) / 8;
    }
    while (at < end && !is_control(*at))
        ++at;
    return at;
}

}  // namespace diorama::gateway
