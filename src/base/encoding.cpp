#include "base/encoding.hpp"

#include "base/unicode.hpp"

#include <array>
#include <cstdint>

namespace diorama {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view standard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view for_urls =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

Error wrong(std::string_view text, std::string_view what)
{
    return {Code::invalid, fmt::format("'{}' is not {}", display(text, 64), what), {}};
}

int hex_value(char c)
{
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    const auto at = hex_digits.find(c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

/// The byte that two hex digits at the front of `text` name; negative when they are none.
int hex_byte(std::string_view text)
{
    if (text.size() < 2) return -1;
    const int high = hex_value(text[0]);
    const int low = hex_value(text[1]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

std::string encode64(std::string_view bytes, std::string_view alphabet)
{
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : bytes) {
        bits = bits << 8U | static_cast<std::uint8_t>(c);
        for (held += 8; held >= 6; held -= 6)
            text += alphabet[bits >> (held - 6) & 63U];
    }
    if (held > 0) text += alphabet[bits << (6 - held) & 63U];
    return text;
}

/// False for a stranger's letter, an impossible length, or bits left over that are not zero.
bool decode64(std::string_view text, std::string_view alphabet, std::string& bytes)
{
    constexpr std::uint8_t stranger = 0xFF;
    std::array<std::uint8_t, 256> values{};
    values.fill(stranger);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);

    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : text) {
        const std::uint32_t value = values[static_cast<std::uint8_t>(c)];
        if (value == stranger) return false;
        bits = bits << 6U | value;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes += static_cast<char>(bits >> held & 0xFFU);
    }
    return text.size() % 4 != 1 && (bits & ((1U << held) - 1U)) == 0;
}

bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string to_hex(std::string_view bytes)
{
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<std::uint8_t>(c);
        text += hex_digits[byte >> 4U];
        text += hex_digits[byte & 15U];
    }
    return text;
}

Result<std::string> from_hex(std::string_view text)
{
    std::string bytes;
    for (auto rest = text; !rest.empty(); rest.remove_prefix(2)) {
        const int byte = hex_byte(rest);
        if (byte < 0) return wrong(text, "hex");
        bytes += static_cast<char>(byte);
    }
    return bytes;
}

std::string to_base64(std::string_view bytes)
{
    auto text = encode64(bytes, standard);
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

Result<std::string> from_base64(std::string_view text)
{
    std::string bytes;
    auto digits = text;
    for (int i = 0; i < 2 && digits.ends_with('='); ++i)
        digits.remove_suffix(1);
    if (text.size() % 4 != 0 || !decode64(digits, standard, bytes)) return wrong(text, "base64");
    return bytes;
}

std::string to_base64url(std::string_view bytes)
{
    return encode64(bytes, for_urls);
}

Result<std::string> from_base64url(std::string_view text)
{
    std::string bytes;
    if (!decode64(text, for_urls, bytes)) return wrong(text, "base64url");
    return bytes;
}

std::string percent_encode(std::string_view text)
{
    std::string answer;
    for (const char c : text) {
        if (is_unreserved(c))
            answer += c;
        else
            answer += fmt::format("%{:02X}", static_cast<std::uint8_t>(c));
    }
    return answer;
}

Result<std::string> percent_decode(std::string_view text)
{
    std::string answer;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            answer += text[i];
            continue;
        }
        const int byte = hex_byte(text.substr(i + 1));
        if (byte < 0) return wrong(text, "percent-encoded");
        answer += static_cast<char>(byte);
        i += 2;
    }
    return answer;
}

}  // namespace diorama
