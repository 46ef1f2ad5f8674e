#include "manifest/env_file.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"

#include <algorithm>

namespace diorama::manifest {

namespace {

constexpr std::size_t most_lines = 10'000;

/// A value as written, and whether it may hold variables.
struct Written {
    std::string text;
    bool literal = false;
};

class EnvReader {
public:
    EnvReader(std::string_view text, const Lookup& lookup, const Unset& unset, EnvFormat format)
        : rest_(text),
          lookup_(lookup),
          unset_(unset),
          format_(format)
    {}

    EnvFile read()
    {
        if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
        while (!rest_.empty()) {
            ++line_;
            if (file_.variables.size() >= most_lines) {
                problem(Error{Code::invalid, "too many variables", {}});
                break;
            }
            read_line();
        }
        return std::move(file_);
    }

private:
    void problem(Error error) { file_.problems.push_back({line_, std::move(error)}); }

    std::string_view next_line()
    {
        const auto end = rest_.find('\n');
        auto line = rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        return line;
    }

    void read_line()
    {
        auto line = trim(next_line());
        if (line.empty() || line.starts_with('#')) return;
        if (format_ == EnvFormat::raw) return read_raw(line);
        if (line.starts_with("export ")) line = trim(line.substr(7));

        const auto sign = line.find_first_of("=: \t");
        const auto name = line.substr(0, sign);
        if (!check_name(name)) return;
        const auto after = trim(line.substr(name.size()));
        if (after.empty() || after.starts_with('#')) return keep(name, std::nullopt);
        if (!after.starts_with('=') && !after.starts_with(':')) return wrong(line);
        read_value(name, trim(after.substr(1)));
    }

    void read_raw(std::string_view line)
    {
        const auto sign = line.find('=');
        const auto name = trim(line.substr(0, sign));
        if (!check_name(name)) return;
        if (sign == std::string_view::npos) return keep(name, std::nullopt);
        keep(name, std::string(line.substr(sign + 1)));
    }

    void read_value(std::string_view name, std::string_view first)
    {
        const int began = line_;
        const auto written = first.starts_with('\'') || first.starts_with('"')
                                 ? quoted(first)
                                 : Result<Written>(unquoted(first));
        if (!written) return file_.problems.push_back({began, written.error()});
        if (written->literal) return keep(name, written->text);
        const auto within = [this](std::string_view wanted) { return find(wanted); };
        const auto value = interpolate(written->text, within, unset_);
        if (!value) return file_.problems.push_back({began, value.error()});
        keep(name, *value);
    }

    static Written unquoted(std::string_view text)
    {
        for (std::size_t at = 0; at < text.size(); ++at) {
            const bool blank_before = at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t';
            if (text[at] == '#' && blank_before) return {std::string(trim(text.substr(0, at)))};
        }
        return {std::string(text)};
    }

    Result<Written> quoted(std::string_view line)
    {
        const char quote = line.front();
        Written written{.text = {}, .literal = quote == '\''};
        line.remove_prefix(1);
        while (true) {
            for (std::size_t at = 0; at < line.size(); ++at) {
                if (line[at] == quote) return end_quoted(line.substr(at + 1), std::move(written));
                if (quote == '"' && line[at] == '\\' && at + 1 < line.size())
                    unescape(line[++at], written.text);
                else
                    written.text += line[at];
            }
            if (rest_.empty())
                return Error{Code::invalid, fmt::format("a {} is not closed", quote), "Close it."};
            written.text += '\n';
            line = next_line();
            ++line_;
        }
    }

    static Result<Written> end_quoted(std::string_view after, Written written)
    {
        after = trim(after);
        if (after.empty() || after.starts_with('#')) return written;
        return Error{
            Code::invalid,
            fmt::format("'{}' stands after the closing quote", display(after, 40)),
            "Remove it, or write it within the quotes."
        };
    }

    static void unescape(char each, std::string& out)
    {
        switch (each) {
            case 'n': out += '\n'; break;
            case 'r': out += '\r'; break;
            case 't': out += '\t'; break;
            case '"':
            case '\\': out += each; break;
            case '$': out += "$$"; break;  // Stays a dollar sign when variables are replaced.
            default: out += '\\'; out += each;
        }
    }

    bool check_name(std::string_view name)
    {
        const bool good = !name.empty() && std::ranges::all_of(name, [](char each) {
            return static_cast<unsigned char>(each) > 0x20 && each != 0x7f && each != '\'' &&
                   each != '"' && each != '$';
        });
        if (!good) wrong(name);
        return good;
    }

    void wrong(std::string_view line)
    {
        problem(
            {Code::invalid,
             fmt::format("'{}' sets no variable", display(line, 40)),
             "Write NAME=value."}
        );
    }

    void keep(std::string_view name, std::optional<std::string> value)
    {
        file_.variables.emplace_back(name, std::move(value));
    }

    std::optional<std::string> find(std::string_view name) const
    {
        if (auto outside = lookup_(name)) return outside;
        for (auto each = file_.variables.rbegin(); each != file_.variables.rend(); ++each) {
            if (each->first == name) return each->second;
        }
        return std::nullopt;
    }

    std::string_view rest_;
    const Lookup& lookup_;
    const Unset& unset_;
    EnvFormat format_;
    EnvFile file_;
    int line_ = 0;
};

}  // namespace

EnvFile
read_env_file(std::string_view text, const Lookup& lookup, const Unset& unset, EnvFormat format)
{
    return EnvReader(text, lookup, unset, format).read();
}

}  // namespace diorama::manifest
