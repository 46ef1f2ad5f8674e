#include "build/ignore.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"

#include <algorithm>

namespace diorama {

namespace {

constexpr std::size_t most_patterns = 1'000;
constexpr std::size_t longest_pattern = 1'000;

/// Go's filepath.Clean without a leading slash: no ".", no "..", no doubled or trailing slash.
std::string cleaned(std::string_view path)
{
    std::vector<std::string> parts;
    for (const std::string_view part : split(path, '/')) {
        if (part.empty() || part == ".") continue;
        const bool up = part == ".." && !parts.empty() && parts.back() != "..";
        if (up)
            parts.pop_back();
        else
            parts.emplace_back(part);
    }
    return join(parts, "/");
}

}  // namespace

/// Takes one pattern apart.
class IgnoreRules::Parser {
public:
    explicit Parser(std::string_view text) : rest_(text) {}

    /// False when a set or an escape does not end.
    bool parse(std::vector<Step>& steps)
    {
        while (!rest_.empty()) {
            const char letter = next();
            if (letter == '*' && rest_.starts_with('*')) {
                deep(steps);
            } else if (letter == '*') {
                steps.push_back({.kind = Step::Kind::star});
            } else if (letter == '?') {
                steps.push_back({.kind = Step::Kind::one});
            } else if (letter == '[') {
                if (!set(steps)) return false;
            } else {
                if (letter == '\\' && rest_.empty()) return false;
                steps.push_back({.letter = letter == '\\' ? next() : letter});
            }
        }
        return true;
    }

private:
    char next()
    {
        const char letter = rest_.front();
        rest_.remove_prefix(1);
        return letter;
    }

    /// `**` at the end takes everything, elsewhere any number of folders, none too.
    void deep(std::vector<Step>& steps)
    {
        rest_.remove_prefix(1);
        if (rest_.starts_with('/')) rest_.remove_prefix(1);
        if (rest_.empty()) return steps.push_back({.kind = Step::Kind::deep});
        steps.push_back({.kind = Step::Kind::maybe_folders});
        steps.push_back({.kind = Step::Kind::folders});
    }

    bool set(std::vector<Step>& steps)
    {
        Step made{.kind = Step::Kind::set};
        if (rest_.starts_with('^')) {
            made.negated = true;
            next();
        }
        while (!rest_.empty() && (rest_.front() != ']' || made.ranges.empty())) {
            const char low = end_of_range();
            char high = low;
            if (rest_.starts_with('-') && rest_.size() > 1 && rest_[1] != ']') {
                next();
                high = end_of_range();
            }
            made.ranges.emplace_back(low, high);
        }
        if (rest_.empty()) return false;
        next();
        steps.push_back(std::move(made));
        return true;
    }

    char end_of_range()
    {
        const char letter = next();
        return letter == '\\' && !rest_.empty() ? next() : letter;
    }

    std::string_view rest_;
};

Result<IgnoreRules> IgnoreRules::parse(std::string_view text, std::string_view file)
{
    IgnoreRules rules;
    const auto fail = [&](int line, std::string_view what, std::string mend) {
        return Error{Code::invalid, fmt::format("{}:{}: {}", file, line, what), std::move(mend)};
    };
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    int number = 0;
    for (std::string_view line : split(text, '\n')) {
        ++number;
        if (line.starts_with('#')) continue;
        line = trim(line);
        Pattern pattern{.steps = {}, .back_in = line.starts_with('!')};
        if (pattern.back_in) line = trim(line.substr(1));
        if (line.size() > longest_pattern || rules.patterns_.size() == most_patterns)
            return fail(
                number,
                fmt::format(
                    "more than {} patterns or {} letters in one", most_patterns, longest_pattern
                ),
                "Name folders rather than files."
            );
        const std::string path = cleaned(line);
        if (path.empty()) continue;
        if (!Parser(path).parse(pattern.steps))
            return fail(
                number,
                fmt::format("the pattern {} does not end", display(line)),
                "Close the bracket, or write \\[ for a bracket itself."
            );
        rules.patterns_.push_back(std::move(pattern));
    }
    return rules;
}

bool IgnoreRules::drops(std::string_view path) const
{
    const auto wins =
        std::ranges::find_if(patterns_.rbegin(), patterns_.rend(), [&](const Pattern& each) {
            return each.matches(path);
        });
    return wins != patterns_.rend() && !wins->back_in;
}

bool IgnoreRules::Step::takes(char given) const
{
    switch (kind) {
        case Kind::letter: return given == letter;
        case Kind::one:
        case Kind::star: return given != '/';
        case Kind::deep:
        case Kind::folders: return true;
        case Kind::maybe_folders: return false;
        case Kind::set: break;
    }
    const bool within = std::ranges::any_of(ranges, [&](const auto& range) {
        return range.first <= given && given <= range.second;
    });
    return given != '/' && within != negated;
}

bool IgnoreRules::Step::repeats() const
{
    return kind == Kind::star || kind == Kind::deep || kind == Kind::folders;
}

/// Stands before `step`, and behind it when it may be left out.
void IgnoreRules::Pattern::enter(std::vector<bool>& at, std::size_t step) const
{
    if (at[step]) return;
    at[step] = true;
    if (step == steps.size()) return;
    const Step::Kind kind = steps[step].kind;
    if (kind == Step::Kind::star || kind == Step::Kind::deep) enter(at, step + 1);
    if (kind != Step::Kind::maybe_folders) return;
    enter(at, step + 1);
    enter(at, step + 2);
}

bool IgnoreRules::Pattern::matches(std::string_view path) const
{
    std::vector<bool> at(steps.size() + 1);
    enter(at, 0);
    for (const char letter : path) {
        if (letter == '/' && at.back()) return true;  // A folder above it matches.
        std::vector<bool> then(at.size());
        bool any = false;
        for (std::size_t i = 0; i < steps.size(); ++i) {
            if (!at[i] || !steps[i].takes(letter)) continue;
            any = true;
            if (steps[i].repeats()) enter(then, i);
            const bool over =
                steps[i].kind == Step::Kind::folders ? letter == '/' : !steps[i].repeats();
            if (over) enter(then, i + 1);
        }
        if (!any) return false;
        at = std::move(then);
    }
    return at.back();
}

}  // namespace diorama
