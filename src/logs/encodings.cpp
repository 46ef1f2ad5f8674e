#include "logs/encodings.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace diorama {

namespace {

/// Encoded forms of less are found by chance.
constexpr std::size_t shortest_encoded = 6;
/// A line of a longer secret, known by itself.
constexpr std::size_t shortest_line = 12;

bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

enum class Hex { lower, upper };

std::string hex_byte(unsigned char byte, Hex digits)
{
    return digits == Hex::lower ? fmt::format("{:02x}", byte) : fmt::format("{:02X}", byte);
}

std::string hex(std::string_view text, Hex digits)
{
    std::string out;
    for (const char c : text)
        out += hex_byte(static_cast<unsigned char>(c), digits);
    return out;
}

/// Percent-encodes all but letters, digits and `safe`.
std::string percent(std::string_view text, std::string_view safe, bool plus, Hex digits)
{
    std::string out;
    for (const char c : text) {
        if (is_alphanumeric(c) || safe.find(c) != std::string_view::npos)
            out.push_back(c);
        else if (c == ' ' && plus)
            out.push_back('+');
        else
            out += "%" + hex_byte(static_cast<unsigned char>(c), digits);
    }
    return out;
}

struct JsonStyle {
    bool slash = false, html = false, ascii = false;
    Hex digits = Hex::lower;
};

std::string unicode_escape(std::uint32_t unit, Hex digits)
{
    return "\\u" + hex_byte(static_cast<unsigned char>(unit >> 8U), digits) +
           hex_byte(static_cast<unsigned char>(unit), digits);
}

/// The code point that starts at `at`, and how many bytes it has. Invalid bytes count as Latin-1.
std::pair<std::uint32_t, std::size_t> code_point(std::string_view text, std::size_t at)
{
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    if (size == 1 || at + size > text.size()) return {first, 1};
    std::uint32_t point = first & (0x7fU >> size);
    for (std::size_t i = 1; i < size; ++i)
        point = point << 6U | (static_cast<unsigned char>(text[at + i]) & 0x3fU);
    return {point, size};
}

std::string escaped_point(std::uint32_t point, Hex digits)
{
    if (point < 0x10000) return unicode_escape(point, digits);
    const auto above = point - 0x10000;
    return unicode_escape(0xd800 + (above >> 10U), digits) +
           unicode_escape(0xdc00 + (above & 0x3ffU), digits);
}

std::string json_ascii(char c, const JsonStyle& style)
{
    switch (c) {
        case '"': return "\\\"";
        case '\\': return "\\\\";
        case '\n': return "\\n";
        case '\r': return "\\r";
        case '\t': return "\\t";
        case '\b': return "\\b";
        case '\f': return "\\f";
        default: break;
    }
    if (c == '/' && style.slash) return "\\/";
    const bool html = style.html && std::string_view("<>&'").find(c) != std::string_view::npos;
    if (static_cast<unsigned char>(c) < 0x20 || html)
        return unicode_escape(static_cast<unsigned char>(c), style.digits);
    return std::string(1, c);
}

std::string json(std::string_view text, const JsonStyle& style)
{
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        if (static_cast<unsigned char>(text[i]) < 0x80) {
            out += json_ascii(text[i++], style);
            continue;
        }
        const auto [point, size] = code_point(text, i);
        out += style.ascii ? escaped_point(point, style.digits) : std::string(text.substr(i, size));
        i += size;
    }
    return out;
}

constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The base64 characters that are made of `text` alone when `before` bytes stand in front of it.
std::string base64_core(std::string_view text, std::size_t before, std::string_view last_two)
{
    const std::string alphabet = std::string(letters) + std::string(last_two);
    const auto bit = [&](std::size_t at) -> unsigned {
        return (static_cast<unsigned char>(text[at / 8]) >> (7 - at % 8)) & 1U;
    };
    // Sextets begin at multiples of six, counted from the start of what stands in front.
    const std::size_t skipped = (6 - before * 8 % 6) % 6;
    std::string out;
    for (std::size_t at = skipped; at + 6 <= text.size() * 8; at += 6) {
        unsigned sextet = 0;
        for (std::size_t i = 0; i < 6; ++i)
            sextet = sextet << 1U | bit(at + i);
        out.push_back(alphabet[sextet]);
    }
    return out;
}

void add_encoded(std::set<std::string>& out, std::string_view text)
{
    for (const Hex digits : {Hex::lower, Hex::upper}) {
        out.insert(hex(text, digits));
        out.insert(percent(text, "-_.~", false, digits));
        out.insert(percent(text, "-_.!~*'()", false, digits));
        out.insert(percent(text, "-_.~/", false, digits));
        out.insert(percent(text, "-_.!~*'();/?:@&=+$,#", false, digits));
        out.insert(percent(text, "-_.~$&+,/:;=@", false, digits));
        out.insert(percent(text, "-_.*", true, digits));
        out.insert(percent(text, "-_.~", true, digits));
        for (const bool slash : {false, true})
            for (const bool html : {false, true})
                for (const bool ascii : {false, true})
                    out.insert(json(text, {slash, html, ascii, digits}));
    }
    for (const std::string_view last_two : {"+/", "-_"})
        for (const std::size_t before : {0U, 1U, 2U})
            out.insert(base64_core(text, before, last_two));
}

void add(std::set<std::string>& out, std::string_view text)
{
    if (text.size() < shortest_secret) return;
    out.insert(std::string(text));
    if (text.size() >= shortest_encoded) add_encoded(out, text);
}

/// The password of `scheme://user:password@host`, or nothing.
std::string_view password_of(std::string_view url)
{
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return {};
    const auto authority =
        url.substr(scheme + 3, url.find_first_of("/?#", scheme + 3) - scheme - 3);
    const auto at = authority.rfind('@');
    if (at == std::string_view::npos) return {};
    const auto colon = authority.substr(0, at).find(':');
    return colon == std::string_view::npos ? std::string_view{}
                                           : authority.substr(colon + 1, at - colon - 1);
}

}  // namespace

std::string squeezed(std::string_view text)
{
    std::string out(text);
    std::erase_if(out, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
    return out;
}

std::vector<std::string> encodings(std::string_view secret)
{
    const auto whole = trim(secret);
    std::set<std::string> raw;
    add(raw, whole);
    add(raw, password_of(whole));
    const auto lines = split(whole, '\n');
    for (const std::string_view each : lines) {
        const auto line = trim(each);
        // The frame of a PEM block stands in public keys and certificates, too.
        if (lines.size() > 1 && line.size() >= shortest_line && !line.starts_with("-----"))
            add(raw, line);
    }
    std::set<std::string> out;
    for (const auto& text : raw) {
        auto pattern = squeezed(text);
        if (pattern.size() >= shortest_secret) out.insert(std::move(pattern));
    }
    return {out.begin(), out.end()};
}

}  // namespace diorama
