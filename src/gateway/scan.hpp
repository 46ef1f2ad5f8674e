#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace diorama::gateway {

/// True at each byte of `members`.
constexpr std::array<bool, 256> table_of(std::string_view members)
{
    std::array<bool, 256> table{};
    for (const char byte : members)
        table[static_cast<unsigned char>(byte)] = true;
    return table;
}

/// Bytes of a token, RFC 9110 section 5.6.2.
inline constexpr auto token_bytes =
    table_of("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

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

/// True when `test` holds for an element of a comma-separated list. Empty ones count for nothing,
/// and what lies behind the first that fits is not looked at.
template <class Test>
constexpr bool any_element(std::string_view list, Test test)
{
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        const std::string_view element = trimmed(list.substr(0, comma));
        if (!element.empty() && test(element)) return true;
        if (comma == std::string_view::npos) return false;
        list.remove_prefix(comma + 1);
    }
    return false;
}

/// Calls `use` with each element of such a list.
template <class Use>
constexpr void each_element(std::string_view list, Use use)
{
    any_element(list, [&](std::string_view element) {
        use(element);
        return false;
    });
}

/// Sixteen bytes at once; the compiler knows the processor's instructions for it.
using Bytes = unsigned char __attribute__((ext_vector_type(16)));
using Marks = bool __attribute__((ext_vector_type(16)));

inline Bytes load(const char* at)
{
    Bytes bytes;
    std::memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

/// How many bytes lie before the first marked one; 16 when none is.
template <class Mask>
int before_mark(Mask mask)
{
    return std::countr_zero(std::bit_cast<std::uint16_t>(__builtin_convertvector(mask, Marks)));
}

/// The first control byte of [at, end), or `end`.
inline const char* find_control(const char* at, const char* end)
{
    while (end - at >= 16) {
        const Bytes bytes = load(at);
        const int clean = before_mark((bytes < 0x20) | (bytes == 0x7f));
        at += clean;
        if (clean < 16) return at;
    }
    while (at < end && !is_control(*at))
        ++at;
    return at;
}

/// The first byte of [at, end) that is not of a token, or `end`.
inline const char* find_token_end(const char* at, const char* end)
{
    // Names are letters, figures and dashes, and short: mostly this is all.
    if (end - at >= 16) {
        const Bytes bytes = load(at);
        const Bytes letter = (bytes | 0x20) - 'a';
        const Bytes figure = bytes - '0';
        at += before_mark(~((letter < 26) | (figure < 10) | (bytes == '-')));
    }
    while (at < end && is_token(*at))
        ++at;
    return at;
}

}  // namespace diorama::gateway
