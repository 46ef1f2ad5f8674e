#include "hub/markdown.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <vector>

namespace diorama::hub {

namespace {

constexpr std::string_view details_begin = "<details><summary>";
constexpr std::string_view summary_end = "</summary>";
constexpr std::string_view details_end = "</details>";

/// The lines of a text, from the first to the last, as blocks of HTML.
class Blocks {
public:
    explicit Blocks(std::string_view text) : lines_(split(text, '\n')) {}

    std::string render()
    {
        while (at_ < lines_.size()) {
            if (!fence() && !heading() && !details() && !table() && !list()) words();
        }
        end_paragraph();
        for (; open_ > 0; --open_)
            html_ += "</details>\n";
        return std::move(html_);
    }

private:
    std::string_view line() const { return trim(lines_[at_]); }

    void end_paragraph()
    {
        if (!paragraph_.empty()) html_ += fmt::format("<p>{}</p>\n", render_inline(paragraph_));
        paragraph_.clear();
    }

    /// A line of a paragraph, or the empty one that ends it.
    void words()
    {
        if (line().empty())
            end_paragraph();
        else
            paragraph_ += fmt::format("{}{}", paragraph_.empty() ? "" : "\n", line());
        ++at_;
    }

    bool fence()
    {
        const auto ticks = std::min(line().find_first_not_of('`'), line().size());
        if (ticks < 3) return false;
        end_paragraph();
        std::string code;
        for (++at_; at_ < lines_.size(); ++at_) {
            const bool closes =
                line().size() >= ticks && line().find_first_not_of('`') == line().npos;
            if (closes) break;
            code += fmt::format("{}\n", lines_[at_]);
        }
        ++at_;
        html_ += fmt::format("<pre>{}</pre>\n", escape_html(code));
        return true;
    }

    bool heading()
    {
        const auto level = std::min(line().find_first_not_of('#'), line().size());
        if (level == 0 || level > 6 || level == line().size() || line()[level] != ' ') return false;
        end_paragraph();
        // The page has the first two levels.
        html_ += fmt::format(
            "<h{0}>{1}</h{0}>\n",
            std::min<std::size_t>(level + 2, 6),
            render_inline(trim(line().substr(level)))
        );
        ++at_;
        return true;
    }

    bool details()
    {
        if (line() == details_end && open_ > 0) {
            end_paragraph();
            html_ += "</details>\n";
            --open_;
        } else if (line().starts_with(details_begin) && line().ends_with(summary_end)) {
            end_paragraph();
            std::string_view summary = line().substr(details_begin.size());
            summary.remove_suffix(summary_end.size());
            html_ += fmt::format("<details><summary>{}</summary>\n", render_inline(summary));
            ++open_;
        } else {
            return false;
        }
        ++at_;
        return true;
    }

    static std::vector<std::string_view> cells(std::string_view row)
    {
        auto found = split(row, '|');
        // What stands before the first and after the last bar.
        if (!found.empty() && trim(found.front()).empty()) found.erase(found.begin());
        if (!found.empty() && trim(found.back()).empty()) found.pop_back();
        return found;
    }

    bool is_ruler(std::size_t at) const
    {
        if (at >= lines_.size()) return false;
        const std::string_view text = trim(lines_[at]);
        return text.contains('-') && text.contains('|') &&
               text.find_first_not_of("|-: ") == text.npos;
    }

    bool table()
    {
        if (!line().starts_with('|') || !is_ruler(at_ + 1)) return false;
        end_paragraph();
        const std::size_t width = cells(line()).size();
        const auto row = [&](std::string_view tag) {
            auto found = split(line(), '|');
            html_ += "<tr>";
            for (std::size_t i = 1; i <= width; ++i) {
                const auto cell = i < found.size() ? trim(found[i]) : std::string_view();
                html_ += fmt::format("<{0}>{1}</{0}>", tag, render_inline(cell));
            }
            html_ += "</tr>\n";
        };
        html_ += "<table>\n";
        row("th");
        for (at_ += 2; at_ < lines_.size() && line().starts_with('|'); ++at_)
            row("td");
        html_ += "</table>\n";
        return true;
    }

    bool list()
    {
        const auto is_item = [&] { return at_ < lines_.size() && line().starts_with("- "); };
        if (!is_item()) return false;
        end_paragraph();
        html_ += "<ul>\n";
        for (; is_item(); ++at_)
            html_ += fmt::format("<li>{}</li>\n", render_inline(line().substr(2)));
        html_ += "</ul>\n";
        return true;
    }

    std::vector<std::string_view> lines_;
    std::size_t at_ = 0;
    std::string html_;
    std::string paragraph_;
    int open_ = 0;  ///< <details> not yet closed.
};

}  // namespace

std::string render_markdown(std::string_view text)
{
    return Blocks(text).render();
}

}  // namespace diorama::hub
