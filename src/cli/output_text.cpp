#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/output.hpp"
#include "cli/safe_text.hpp"

#include <algorithm>
#include <array>

namespace diorama::cli {

namespace {

using Row = std::vector<std::string>;

std::vector<std::size_t> widths(const std::vector<Row>& rows)
{
    std::vector<std::size_t> found;
    for (const Row& row : rows) {
        found.resize(std::max(found.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            found[i] = std::max(found[i], width(row[i]));
    }
    return found;
}

/// Nothing in a cell may end it, or be taken for HTML.
std::string markdown_cell(std::string_view text)
{
    std::string cell;
    for (const char c : text) {
        if (c == '|' || c == '\\' || c == '`') cell += '\\';
        if (c == '<')
            cell += "&lt;";
        else
            cell += c;
    }
    return cell;
}

std::string markdown_row(const Row& row)
{
    std::string line = "|";
    for (const std::string& cell : row)
        line += " " + markdown_cell(cell) + " |";
    return line + "\n";
}

/// What YAML's core schema reads as text, and nothing else, without quotes.
bool is_plain(std::string_view text)
{
    constexpr std::array<std::string_view, 9> words{
        "null", "true", "false", "yes", "no", "on", "off", "y", "n"
    };
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const auto inner = [&](char c) {
        return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == '/';
    };
    return !text.empty() && (letter(text.front()) || text.front() == '/') &&
           std::ranges::all_of(text, inner) && std::ranges::find(words, lower(text)) == words.end();
}

std::string yaml_scalar(const Node& node)
{
    const std::string* text = node.string();
    return text && is_plain(*text) ? *text : format_json(node, false);
}

bool is_branch(const Node& node)
{
    return (node.list() && !node.list()->empty()) || (node.map() && !node.map()->empty());
}

/// `node` in block style at `indent`; its first line is the caller's when `inline_first`.
void write_yaml(std::string& out, const Node& node, std::size_t indent, bool inline_first)
{
    const auto begin = [&] {
        if (!inline_first) out.append(indent, ' ');
        inline_first = false;
    };
    if (!is_branch(node)) {
        begin();
        out += yaml_scalar(node) + "\n";
        return;
    }
    if (const auto* list = node.list()) {
        for (const Node& item : *list) {
            begin();
            out += "- ";
            write_yaml(out, item, indent + 2, true);
        }
        return;
    }
    for (const auto& [key, value, at] : *node.map()) {
        begin();
        out += yaml_scalar(Node(key)) + ":";
        out += is_branch(value) ? "\n" : " ";
        write_yaml(out, value, indent + 2, !is_branch(value));
    }
}

struct Hidden {
    std::string_view lead;
    unsigned char first, last;
    unsigned base;  ///< The code of the character whose last byte is `first`.
};
/// C1 controls and the characters that turn text around, by their UTF-8.
constexpr std::array hidden{
    Hidden{"\xC2",     0x80, 0x9F, 0x0080},
    Hidden{"\xD8",     0x9C, 0x9C, 0x061C},
    Hidden{"\xE2\x80", 0x8B, 0x8F, 0x200B},
    Hidden{"\xE2\x80", 0xA8, 0xAE, 0x2028},
    Hidden{"\xE2\x81", 0xA0, 0xAF, 0x2060},
};

}  // namespace

std::string format_table(const Row& titles, const std::vector<Row>& rows)
{
    std::vector<Row> all = rows;
    if (!titles.empty()) all.insert(all.begin(), titles);
    const auto columns = widths(all);
    std::string text;
    for (const Row& row : all) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i)
            line += i + 1 == row.size() ? row[i] : pad(row[i], columns[i] + 2);
        while (line.ends_with(' '))
            line.pop_back();
        text += line + "\n";
    }
    return text;
}

std::string format_markdown(const Row& titles, const std::vector<Row>& rows)
{
    std::string text = markdown_row(titles) + "|";
    for (std::size_t i = 0; i < titles.size(); ++i)
        text += " --- |";
    text += "\n";
    for (const Row& row : rows)
        text += markdown_row(row);
    return text;
}

std::string format_yaml(const Node& node)
{
    std::string text;
    write_yaml(text, node, 0, false);
    return text;
}

std::string format_json(const Node& node, bool pretty)
{
    const std::string text = write_json(node, pretty);
    std::string safe;
    for (std::string_view rest = text; !rest.empty();) {
        const auto* const found = std::ranges::find_if(hidden, [rest](const Hidden& one) {
            if (!rest.starts_with(one.lead) || rest.size() == one.lead.size()) return false;
            const auto last = static_cast<unsigned char>(rest[one.lead.size()]);
            return last >= one.first && last <= one.last;
        });
        if (found == hidden.end()) {
            safe += rest.front();
            rest.remove_prefix(1);
            continue;
        }
        const auto last = static_cast<unsigned char>(rest[found->lead.size()]);
        safe += fmt::format("\\u{:04x}", found->base + last - found->first);
        rest.remove_prefix(found->lead.size() + 1);
    }
    return safe;
}

}  // namespace diorama::cli
