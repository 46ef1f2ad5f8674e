#include "hub/markdown.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

namespace diorama::hub {

namespace {

bool is_punctuation(char c)
{
    return c > ' ' && c < '\x7f' && !std::isalnum(static_cast<unsigned char>(c));
}

bool is_web_address(std::string_view url)
{
    const bool web = url.starts_with("https://") || url.starts_with("http://");
    return web && url.find_first_of(" <>\"'\n\t") == url.npos;
}

/// What an inline construct at the front of a text becomes, and how much of it it took.
struct Taken {
    std::size_t length = 0;
    std::string html;
};

using Read = std::optional<Taken> (*)(std::string_view);

std::optional<Taken> read_escape(std::string_view text)
{
    if (text.size() < 2 || text[0] != '\\' || !is_punctuation(text[1])) return {};
    return Taken{2, escape_html(text.substr(1, 1))};
}

/// A character reference stays one; anything else that begins with '&' is typed text.
std::optional<Taken> read_entity(std::string_view text)
{
    for (const std::string_view known : {"&amp;", "&lt;", "&gt;", "&quot;"}) {
        if (text.starts_with(known)) return Taken{known.size(), std::string(known)};
    }
    if (!text.starts_with("&#")) return {};
    unsigned code = 0;
    const auto [end, problem] = std::from_chars(text.data() + 2, text.data() + text.size(), code);
    if (problem != std::errc{} || end == text.data() + text.size() || *end != ';' || code < 32)
        return {};
    return Taken{static_cast<std::size_t>(end - text.data()) + 1, fmt::format("&#{};", code)};
}

std::optional<Taken> read_code(std::string_view text)
{
    const auto ticks = std::min(text.find_first_not_of('`'), text.size());
    if (ticks == 0) return {};
    const std::string_view mark = text.substr(0, ticks);
    for (auto end = text.find(mark, ticks); end != text.npos; end = text.find(mark, end)) {
        const auto after = std::min(text.find_first_not_of('`', end), text.size());
        if (after - end != ticks) {
            end = after;
            continue;
        }
        std::string_view code = text.substr(ticks, end - ticks);
        const bool padded = code.size() > 2 && code.front() == ' ' && code.back() == ' ';
        if (padded) code = code.substr(1, code.size() - 2);
        return Taken{after, fmt::format("<code>{}</code>", escape_html(code))};
    }
    return Taken{ticks, std::string(mark)};
}

std::optional<Taken> read_comment(std::string_view text)
{
    if (!text.starts_with("<!--")) return {};
    const auto end = text.find("-->", 4);
    if (end == text.npos) return {};
    return Taken{end + 3, ""};
}

std::string link(std::string_view url, const std::string& words)
{
    return fmt::format("<a href=\"{}\" rel=\"nofollow noopener\">{}</a>", escape_html(url), words);
}

std::optional<Taken> read_address(std::string_view text)
{
    const auto end = text.find('>');
    if (text.front() != '<' || end == text.npos) return {};
    const std::string_view url = text.substr(1, end - 1);
    if (!is_web_address(url)) return {};
    return Taken{end + 1, link(url, escape_html(url))};
}

/// [words](<url>) or [words](url).
std::optional<Taken> read_link(std::string_view text)
{
    const auto middle = text.find("](");
    if (text.front() != '[' || middle == text.npos) return {};
    const std::string_view words = text.substr(1, middle - 1);
    if (words.contains('[')) return {};
    std::string_view rest = text.substr(middle + 2);
    const bool pointed = rest.starts_with('<');
    const auto end = rest.find(pointed ? ">)" : ")");
    if (end == rest.npos) return {};
    const std::string_view url = pointed ? rest.substr(1, end - 1) : rest.substr(0, end);
    if (!is_web_address(url)) return {};
    return Taken{middle + 2 + end + (pointed ? 2 : 1), link(url, render_inline(words))};
}

std::optional<Taken> read_emphasis(std::string_view text)
{
    const bool strong = text.starts_with("**");
    const std::string_view mark = strong ? "**" : "*";
    if (!text.starts_with(mark) || text.size() <= mark.size()) return {};
    if (text[mark.size()] == ' ') return {};
    const auto end = text.find(mark, mark.size());
    if (end == text.npos || end == mark.size()) return {};
    const std::string inner = render_inline(text.substr(mark.size(), end - mark.size()));
    const std::string_view tag = strong ? "strong" : "em";
    return Taken{end + mark.size(), fmt::format("<{0}>{1}</{0}>", tag, inner)};
}

constexpr std::array<Read, 7> readers{
    read_escape, read_entity, read_code, read_comment, read_address, read_link, read_emphasis
};

}  // namespace

std::string escape_html(std::string_view text)
{
    std::string safe;
    for (const char c : text) {
        switch (c) {
            case '&': safe += "&amp;"; break;
            case '<': safe += "&lt;"; break;
            case '>': safe += "&gt;"; break;
            case '"': safe += "&quot;"; break;
            case '\'': safe += "&#39;"; break;
            default: safe += c;
        }
    }
    return safe;
}

std::string render_inline(std::string_view text)
{
    std::string html;
    while (!text.empty()) {
        std::optional<Taken> taken;
        for (const Read read : readers) {
            taken = read(text);
            if (taken) break;
        }
        if (!taken) taken = Taken{1, escape_html(text.substr(0, 1))};
        html += taken->html;
        text.remove_prefix(taken->length);
    }
    return html;
}

}  // namespace diorama::hub
