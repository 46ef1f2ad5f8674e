#include "manifest/shell_words.hpp"

namespace diorama::manifest {

namespace {

Error open_quote(char quote)
{
    return {Code::invalid, fmt::format("a {} is not closed", quote), "Close the quote."};
}

bool is_blank(char each)
{
    return each == ' ' || each == '\t' || each == '\n' || each == '\r';
}

/// What a backslash may hide within double quotes; before anything else it stands for itself.
bool is_special(char each)
{
    return each == '"' || each == '\\' || each == '$' || each == '`' || each == '\n';
}

/// Appends a quoted part that begins at `at`; answers where it ends, or npos when it does not.
std::size_t take_quoted(std::string_view text, std::size_t at, std::string& word)
{
    const char quote = text[at];
    for (++at; at < text.size(); ++at) {
        if (text[at] == quote) return at;
        const bool hides = quote == '"' && text[at] == '\\' && at + 1 < text.size();
        if (hides && is_special(text[at + 1])) ++at;
        word += text[at];
    }
    return std::string_view::npos;
}

}  // namespace

Result<std::vector<std::string>> shell_words(std::string_view text)
{
    std::vector<std::string> words;
    std::string word;
    bool within = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char each = text[at];
        if (is_blank(each)) {
            if (within) words.push_back(std::move(word));
            word.clear();
            within = false;
            continue;
        }
        within = true;
        if (each == '\'' || each == '"') {
            at = take_quoted(text, at, word);
            if (at == std::string_view::npos) return open_quote(each);
        } else if (each == '\\' && at + 1 < text.size()) {
            ++at;
            if (text[at] != '\n') word += text[at];
        } else {
            word += each;
        }
    }
    if (within) words.push_back(std::move(word));
    return words;
}

}  // namespace diorama::manifest
