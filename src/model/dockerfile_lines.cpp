#include "model/dockerfile_lines.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"

#include <algorithm>
#include <array>

namespace diorama {

namespace {

constexpr std::size_t most_instructions = 5'000;

std::string upper(std::string_view text)
{
    std::string answer(text);
    std::ranges::transform(answer, answer.begin(), [](char each) {
        return each >= 'a' && each <= 'z' ? static_cast<char>(each - 'a' + 'A') : each;
    });
    return answer;
}

struct Heredoc {
    std::string end;
    bool strips_tabs = false;
};

/// The heredocs a line of RUN, COPY or ADD opens: `<<EOF`, `<<-EOF`, `3<<"EOF"`.
std::vector<Heredoc> heredocs_of(std::string_view words)
{
    std::vector<Heredoc> found;
    for (const std::string& word : dockerfile_words(words)) {
        const auto sign = word.find("<<");
        const auto is_digit = [](char each) { return each >= '0' && each <= '9'; };
        if (sign == std::string::npos ||
            !std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(sign), is_digit))
            continue;
        std::string end = word.substr(sign + 2);
        const bool strips = end.starts_with('-');
        if (strips) end.erase(0, 1);
        if (!end.empty() && !end.contains('<')) found.push_back({end, strips});
    }
    return found;
}

class Splitter {
public:
    Splitter(std::string_view text, Dockerfile& out) : rest_(text), out_(out) {}

    void split()
    {
        if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
        while (!rest_.empty() && out_.instructions.size() < most_instructions) {
            const auto line = next_line();
            const auto text = trim(line);
            if (text.starts_with('#'))
                comment(text.substr(1));
            else if (!text.empty())
                instruction(line);
        }
        if (!rest_.empty()) problem("more than 5000 instructions", "Make it shorter.");
    }

private:
    std::string_view next_line()
    {
        ++line_;
        const auto end = rest_.find('\n');
        auto line = rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        return line;
    }

    void problem(std::string what, std::string mend, Code code = Code::invalid)
    {
        out_.problems.push_back({line_, code, std::move(what), std::move(mend)});
    }

    /// Directives count above the first instruction only. Builders differ in how much may stand
    /// before them; here all of that space is looked at.
    void comment(std::string_view text)
    {
        if (!out_.instructions.empty()) return;
        const auto sign = text.find('=');
        if (sign == std::string_view::npos) return;
        const std::string name = lower(trim(text.substr(0, sign)));
        const auto value = trim(text.substr(sign + 1));
        if (name == "syntax") syntax(value);
        if (name == "escape") escape(value);
    }

    void syntax(std::string_view frontend)
    {
        if (frontend.starts_with("docker.io/")) frontend.remove_prefix(10);
        const bool docker =
            frontend == "docker/dockerfile" || frontend.starts_with("docker/dockerfile:");
        if (docker && !frontend.contains('@') && !frontend.contains("labs"))
            return out_.syntax_lines.push_back(line_);
        problem(
            fmt::format("the front end '{}' would run in the builder", display(frontend)),
            "Remove the syntax line: the engine's own front end is used.",
            Code::refused
        );
    }

    void escape(std::string_view value)
    {
        if (value == "`")
            escape_ = '`';
        else if (value != "\\")
            problem("the escape character is neither \\ nor `", "Write # escape=\\ or # escape=`.");
    }

    /// True when the line goes on below; the escape character is taken off.
    bool continues(std::string_view& line) const
    {
        auto text = line;
        while (text.ends_with(' ') || text.ends_with('\t'))
            text.remove_suffix(1);
        if (!text.ends_with(escape_)) return false;
        text.remove_suffix(1);
        if (text.ends_with(escape_)) return false;
        line = text;
        return true;
    }

    void instruction(std::string_view line)
    {
        const int began = line_;
        std::string whole;
        bool more = continues(line);
        whole += line;
        while (more && !rest_.empty()) {
            line = next_line();
            const auto text = trim(line);
            if (text.empty() || text.starts_with('#')) continue;
            more = continues(line);
            whole += line;
        }
        const auto text = trim(whole);
        const auto end = text.find_first_of(" \t");
        Instruction made{
            .line = began, .keyword = upper(text.substr(0, end)), .words = {}, .heredocs = {}
        };
        if (end != std::string_view::npos) made.words = trim(text.substr(end));
        read_heredocs(made);
        out_.instructions.push_back(std::move(made));
    }

    void read_heredocs(Instruction& made)
    {
        static constexpr std::array<std::string_view, 3> takers{"RUN", "COPY", "ADD"};
        if (std::ranges::find(takers, made.keyword) == takers.end()) return;
        for (const Heredoc& heredoc : heredocs_of(made.words)) {
            std::string body;
            bool closed = false;
            while (!rest_.empty() && !closed) {
                auto line = next_line();
                while (heredoc.strips_tabs && line.starts_with('\t'))
                    line.remove_prefix(1);
                closed = line == heredoc.end;
                if (!closed) body.append(line).append("\n");
            }
            if (!closed)
                problem(
                    fmt::format("the heredoc {} does not end", display(heredoc.end)), "Close it."
                );
            made.heredocs.push_back(std::move(body));
        }
    }

    std::string_view rest_;
    Dockerfile& out_;
    char escape_ = '\\';
    int line_ = 0;
};

}  // namespace

void split_instructions(std::string_view text, Dockerfile& out)
{
    Splitter(text, out).split();
}

Flags split_flags(std::string_view words)
{
    Flags flags;
    words = trim(words);
    while (words.starts_with("--")) {
        const auto end = words.find_first_of(" \t");
        flags.flags.push_back(words.substr(0, end));
        words = end == std::string_view::npos ? "" : trim(words.substr(end));
    }
    flags.rest = words;
    return flags;
}

std::optional<std::string_view> flag_value(const Flags& flags, std::string_view name)
{
    for (std::string_view flag : flags.flags) {
        flag.remove_prefix(2);
        if (flag.starts_with(name) && flag.substr(name.size()).starts_with('='))
            return flag.substr(name.size() + 1);
    }
    return std::nullopt;
}

std::optional<std::string_view> mount_option(std::string_view mount, std::string_view key)
{
    for (const std::string_view part : split(mount, ',')) {
        const auto sign = part.find('=');
        if (lower(trim(part.substr(0, sign))) != key) continue;
        return sign == std::string_view::npos ? "" : part.substr(sign + 1);
    }
    return std::nullopt;
}

std::vector<std::string> dockerfile_words(std::string_view text)
{
    std::vector<std::string> words;
    std::string word;
    bool within = false;
    char quote = 0;
    for (const char each : text) {
        const bool blank = each == ' ' || each == '\t' || each == '\n';
        if (quote == 0 && blank) {
            if (within) words.push_back(std::exchange(word, {}));
            within = false;
        } else if (quote == 0 && (each == '"' || each == '\'')) {
            quote = each;
            within = true;
        } else if (quote == each && quote != 0) {
            quote = 0;
        } else {
            word += each;
            within = true;
        }
    }
    if (within) words.push_back(std::move(word));
    return words;
}

}  // namespace diorama
