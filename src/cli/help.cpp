#include "cli/safe_text.hpp"
#include "cli/verb.hpp"

#include <algorithm>

namespace diorama::cli {

namespace {

struct Line {
    std::string left;
    std::string_view right;
};

std::string block(std::string_view title, const std::vector<Line>& lines)
{
    if (lines.empty()) return "";
    std::size_t left = 0;
    for (const Line& line : lines)
        left = std::max(left, width(line.left));
    std::string text = fmt::format("\n{}:\n", title);
    for (const Line& line : lines)
        text += fmt::format("  {}  {}\n", pad(line.left, left), line.right);
    return text;
}

/// "-o, --output FORMAT", the long names below each other.
std::string spelling(const Flag& flag)
{
    const auto comma = flag.names.find(',');
    std::string text = comma == std::string_view::npos
                           ? "    " + std::string(flag.names)
                           : fmt::format("{}, --{}", flag.names.substr(0, comma), flag.key());
    if (!flag.value.empty()) text += " " + std::string(flag.value);
    return text;
}

std::vector<Line> lines_of(std::span<const Flag> flags)
{
    std::vector<Line> lines;
    for (const Flag& flag : flags)
        lines.push_back({spelling(flag), flag.about});
    return lines;
}

std::string usage(const Verb& verb)
{
    std::string text(verb.name);
    if (!verb.words.empty()) text += " " + std::string(verb.words);
    return text;
}

}  // namespace

std::string help()
{
    std::vector<Line> lines;
    for (const Verb& verb : verbs())
        lines.push_back({usage(verb), verb.about});
    return "Diorama puts up a preview environment for every pull request.\n"
           "\n"
           "Usage: diorama VERB [WORDS] [FLAGS]\n" +
           block("Verbs", lines) + block("Flags of every verb", lines_of(common_flags())) +
           "\n"
           "ENV is the name or the id of an environment, as `diorama ls` shows them.\n"
           "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 not allowed, 5 took too\n"
           "long, 6 refused by policy, 7 superseded by a newer wish.\n"
           "\n"
           "`diorama VERB --help` tells more. A first preview: diorama serve, then diorama up\n";
}

std::string help(const Verb& verb)
{
    std::string text = fmt::format("Usage: diorama {} [FLAGS]\n\n{}\n", usage(verb), verb.about);
    text[text.find("\n\n") + 2] =
        static_cast<char>(verb.about.front() - ('a' <= verb.about.front() ? 'a' - 'A' : 0));
    if (!verb.text.empty()) text += fmt::format("\n{}\n", verb.text);
    text += block("Flags", lines_of(verb.flags));
    text += block("Flags of every verb", lines_of(common_flags(verb)));
    text += "\nExamples:\n";
    for (const std::string_view example : verb.examples)
        text += fmt::format("  {}\n", example);
    return text;
}

std::string group_help(std::string_view group)
{
    std::vector<Line> lines;
    for (const Verb& verb : verbs()) {
        if (verb.name.starts_with(std::string(group) + " "))
            lines.push_back({usage(verb), verb.about});
    }
    return fmt::format("Usage: diorama {} VERB [WORDS] [FLAGS]\n", group) + block("Verbs", lines) +
           fmt::format("\n`diorama {} VERB --help` tells more.\n", group);
}

}  // namespace diorama::cli
