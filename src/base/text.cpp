#include "base/text.hpp"

#include <algorithm>

namespace diorama {

namespace {

/// Names longer than this are nobody's typing mistake; it also bounds the work.
constexpr std::size_t longest_name = 64;

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> above(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        above[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, above);
        std::swap(above, row);
    }
    return above[b.size()];
}

}  // namespace

std::string lower(std::string_view text)
{
    std::string answer(text);
    for (char& c : answer)
        c = lower(c);
    return answer;
}

std::string_view trim(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::string join(std::span<const std::string> parts, std::string_view separator)
{
    std::string answer;
    for (const auto& part : parts) {
        if (&part != parts.data()) answer += separator;
        answer += part;
    }
    return answer;
}

std::optional<std::string> nearest(std::string_view wrong, std::span<const std::string_view> names)
{
    if (wrong.empty() || wrong.size() > longest_name) return std::nullopt;
    const auto sought = lower(wrong);
    std::optional<std::string> best;
    std::size_t least = std::max<std::size_t>(1, wrong.size() / 3) + 1;
    for (const auto name : names) {
        if (name.size() > longest_name) continue;
        const auto far = distance(sought, lower(name));
        if (far >= least) continue;
        least = far;
        best = name;
    }
    return best;
}

}  // namespace diorama
