#include "logs/patterns.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <tuple>

namespace diorama {

namespace {

std::uint32_t four_bytes(const char* at)
{
    std::uint32_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return value;
}

/// Up to three bytes and how many, in a number.
std::uint32_t packed(std::string_view beginning)
{
    std::uint32_t value = static_cast<std::uint32_t>(beginning.size());
    for (const char c : beginning)
        value = value << 8U | static_cast<unsigned char>(c);
    return value;
}

void sort_unique(std::vector<std::uint32_t>& values)
{
    std::ranges::sort(values);
    values.erase(std::ranges::unique(values).begin(), values.end());
}

}  // namespace

Patterns::Patterns(std::vector<std::string> texts, std::size_t local)
    : texts_(std::move(texts)),
      local_(local)
{
    // About one bit in a hundred is set, so that ordinary text rarely passes.
    unsigned bits = 13;
    while (bits < 22 && texts_.size() * 100 > (std::size_t{1} << bits))
        ++bits;
    shift_ = 32 - bits;
    bitmap_.resize((std::size_t{1} << bits) / 64);

    for (std::size_t i = 0; i < texts_.size(); ++i) {
        const auto& text = texts_[i];
        if (text.size() < shortest) throw std::logic_error("a pattern is too short");
        for (std::size_t size = 1; size < shortest; ++size)
            (i < local_ ? beginnings_ : local_beginnings_)
                .push_back(packed(std::string_view(text).substr(0, size)));
        by_start_.emplace_back(four_bytes(text.data()), i);
        const auto place = slot(text.data());
        bitmap_[place >> 6U] |= std::uint64_t{1} << (place & 63U);
    }
    sort_unique(beginnings_);
    sort_unique(local_beginnings_);
    std::ranges::sort(by_start_, [&](const auto& a, const auto& b) {
        return std::tuple(a.first, texts_[b.second].size()) <
               std::tuple(b.first, texts_[a.second].size());
    });
}

std::uint32_t Patterns::slot(const char* at) const
{
    constexpr std::uint32_t golden = 2654435761U;  // Knuth's multiplicative hash
    return four_bytes(at) * golden >> shift_;
}

bool Patterns::compare(std::string_view text, std::size_t at, bool local, std::vector<Hit>& hits)
    const
{
    const auto rest = text.substr(at);
    const auto same = std::ranges::equal_range(
        by_start_, four_bytes(text.data() + at), {}, [](const auto& entry) { return entry.first; }
    );
    bool cut = false;
    for (const auto& [start, index] : same) {
        const std::string_view pattern = texts_[index];
        if (pattern.size() > rest.size())
            cut = cut || ((local || index < local_) && pattern.starts_with(rest));
        else if (rest.starts_with(pattern))
            hits.push_back({at, at + pattern.size(), index});
    }
    return cut;
}

bool Patterns::begins(std::string_view rest, bool local) const
{
    const auto value = packed(rest);
    return std::ranges::binary_search(beginnings_, value) ||
           (local && std::ranges::binary_search(local_beginnings_, value));
}

std::size_t Patterns::scan(std::string_view text, std::size_t line, std::vector<Hit>& hits) const
{
    auto unfinished = text.size();
    std::size_t i = 0;
    for (; i + shortest <= text.size(); ++i) {
        if (!may_begin(slot(text.data() + i))) continue;
        if (compare(text, i, i >= line, hits)) unfinished = std::min(unfinished, i);
    }
    for (; i < text.size(); ++i)
        if (begins(text.substr(i), i >= line)) unfinished = std::min(unfinished, i);
    return unfinished;
}

}  // namespace diorama
