#pragma once

#include "cli/session.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diorama::cli {

/// One thing people can ask for: all that the help, the parser and did-you-mean need to know.
struct Verb {
    /// Talks to the daemon; its exit code, or an error that becomes one.
    using Run = Task<Result<int>> (*)(Session&);
    /// Needs no daemon.
    using Direct = Result<int> (*)(const CliWorld&, const Arguments&);

    std::string_view name;   ///< "up", or "token create".
    std::string_view words;  ///< What stands behind it in the help: "ENV [SERVICE…]".
    std::size_t least = 0;   ///< How many words it takes.
    std::size_t most = 0;
    std::string_view about;  ///< Its line in the list of verbs.
    std::string_view text;   ///< More, for its own help.
    std::vector<Flag> flags;
    std::vector<std::string_view> examples;
    Run run = nullptr;
    Direct direct = nullptr;
};

/// All verbs, in the order of the help.
std::span<const Verb> verbs();
/// The flags that every verb takes.
std::span<const Flag> common_flags();
/// Those of them that mean something to `verb`: one without a daemon prints no answers.
std::span<const Flag> common_flags(const Verb& verb);

std::string help();
std::string help(const Verb& verb);
/// Help for the verbs that begin with `group`: "token".
std::string group_help(std::string_view group);

}  // namespace diorama::cli
