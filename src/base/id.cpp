#include "base/id.hpp"

namespace diorama {

namespace {

constexpr std::string_view digits = "0123456789abcdef";

bool dash_before(std::size_t byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

int digit_value(char c)
{
    const auto at = digits.find(c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

Uuid Uuid::make(Instant now, Random& random)
{
    Uuid id;
    random.fill(id.bytes);
    const auto ms = static_cast<std::uint64_t>(now.time_since_epoch().count());
    for (std::size_t i = 0; i < 6; ++i)
        id.bytes[i] = static_cast<std::uint8_t>(ms >> (8 * (5 - i)));
    id.bytes[6] = static_cast<std::uint8_t>(0x70U | (id.bytes[6] & 0x0FU));
    id.bytes[8] = static_cast<std::uint8_t>(0x80U | (id.bytes[8] & 0x3FU));
    return id;
}

Result<Uuid> Uuid::parse(std::string_view text)
{
    const Error wrong{Code::invalid, fmt::format("'{}' is not an id", text.substr(0, 64))};
    if (text.size() != 36) return wrong;
    Uuid id;
    std::size_t at = 0;
    for (std::size_t i = 0; i < 16; ++i) {
        if (dash_before(i) && text[at++] != '-') return wrong;
        const int high = digit_value(text[at++]);
        const int low = digit_value(text[at++]);
        if (high < 0 || low < 0) return wrong;
        id.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return id;
}

std::string Uuid::text() const
{
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < 16; ++i) {
        if (dash_before(i)) text.push_back('-');
        text.push_back(digits[bytes[i] >> 4U]);
        text.push_back(digits[bytes[i] & 15U]);
    }
    return text;
}

}  // namespace diorama
