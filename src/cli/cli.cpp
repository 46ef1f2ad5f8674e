#include "cli/cli.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/exit_code.hpp"
#include "cli/safe_text.hpp"
#include "cli/verb.hpp"

#include <algorithm>

namespace diorama {

namespace cli {

namespace {

/// Which of the words name the verb; flags of every verb may stand before it.
struct Found {
    const Verb* verb = nullptr;
    std::string group;              ///< "token", when only that was said.
    std::string unknown;            ///< What was said instead of a verb.
    std::vector<std::string> rest;  ///< Everything else.
};

/// True for a flag of every verb whose value is the next word.
bool takes_next(const std::string& word)
{
    return std::ranges::any_of(common_flags(), [&](const Flag& flag) {
        if (flag.value.empty()) return false;
        return word == "--" + std::string(flag.key()) ||
               (flag.names.find(',') != std::string_view::npos && word == flag.names.substr(0, 2));
    });
}

const Verb* verb_named(std::string_view name)
{
    const auto found = std::ranges::find(verbs(), name, &Verb::name);
    return found == verbs().end() ? nullptr : &*found;
}

bool is_group(const std::string& word)
{
    return std::ranges::any_of(verbs(), [&](const Verb& verb) {
        return verb.name.starts_with(word + " ");
    });
}

/// Where the next word stands that is no flag, from `at` on.
std::size_t next_word(const std::vector<std::string>& words, std::size_t at)
{
    while (at < words.size() && words[at].starts_with('-'))
        at += takes_next(words[at]) ? 2 : 1;
    return std::min(at, words.size());
}

Found find_verb(std::vector<std::string> words)
{
    Found found;
    const auto take = [&words](std::size_t at) {
        std::string word = words[at];
        words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
        return word;
    };
    auto at = next_word(words, 0);
    if (at < words.size() && words[at] == "help") {
        take(at);
        words.emplace_back("--help");
        at = next_word(words, 0);
    }
    if (at < words.size()) {
        std::string name = take(at);
        if (is_group(name)) {
            found.group = name;
            at = next_word(words, at);
            if (at < words.size()) name += " " + take(at);
        }
        found.verb = verb_named(name);
        if (!found.verb && name != found.group) found.unknown = name;
    }
    found.rest = std::move(words);
    return found;
}

bool asks_for_help(const std::vector<std::string>& words)
{
    const auto end = std::ranges::find(words, "--");
    return std::any_of(words.begin(), end, [](const std::string& word) {
        return word == "--help" || word == "-h";
    });
}

Error unknown_verb(const std::string& name)
{
    std::vector<std::string_view> names;
    for (const Verb& verb : verbs()) {
        names.push_back(verb.name);
        names.push_back(verb.name.substr(0, verb.name.find(' ')));
    }
    const auto near = nearest(name, names);
    return {
        Code::invalid,
        fmt::format("there is no verb '{}'", display(name)),
        near ? fmt::format("Did you mean diorama {}?", *near) : "diorama --help lists them."
    };
}

Result<> check_words(const Verb& verb, const Arguments& arguments)
{
    const std::size_t count = arguments.words.size();
    if (count >= verb.least && count <= verb.most) return ok();
    const std::string wrong =
        count < verb.least
            ? fmt::format("{} is missing", verb.words)
            : fmt::format("'{}' is one word too many", display(arguments.words[verb.most]));
    return Error{
        Code::invalid,
        wrong,
        fmt::format("diorama {}{}{}", verb.name, verb.words.empty() ? "" : " ", verb.words)
    };
}

int complain(const CliWorld& world, const Error& error)
{
    world.err("diorama: " + safe_lines(error.message) + "\n");
    if (!error.mend.empty()) world.err("  " + safe_lines(error.mend) + "\n");
    return exit_code(error.code);
}

Result<int> run_with_daemon(const CliWorld& world, const Verb& verb, const Arguments& arguments)
{
    const auto daemon = find_daemon(world, arguments);
    if (!daemon) return daemon.error();
    Loop loop(1);
    const auto output = Output::of(world, arguments, loop.now());
    if (!output) return output.error();
    ApiClient api(loop, *daemon);
    Session session{world, arguments, loop, api, *output};
    return loop.run(verb.run(session));
}

Result<int> run(const CliWorld& world, const Found& found)
{
    const bool wants_help = asks_for_help(found.rest);
    if (!found.unknown.empty()) return unknown_verb(found.unknown);
    if (!found.verb) {
        const auto text = found.group.empty() ? help() : group_help(found.group);
        if (!wants_help && found.rest.empty()) {
            world.err(text);
            return exit_usage;
        }
        if (wants_help) {
            world.out(text);
            return exit_ok;
        }
        const auto stray = parse_arguments(found.rest, common_flags());
        if (!stray) return stray.error();
        return Error{Code::invalid, "no verb is given", "diorama --help lists them."};
    }
    if (wants_help) {
        world.out(help(*found.verb));
        return exit_ok;
    }
    std::vector<Flag> flags = found.verb->flags;
    const auto common = common_flags(*found.verb);
    flags.insert(flags.end(), common.begin(), common.end());
    const auto arguments = parse_arguments(found.rest, flags);
    if (!arguments) return arguments.error();
    const auto counted = check_words(*found.verb, *arguments);
    if (!counted) return counted.error();
    if (found.verb->direct) return found.verb->direct(world, *arguments);
    return run_with_daemon(world, *found.verb, *arguments);
}

}  // namespace

}  // namespace cli

int run_cli(int argc, char** argv, CliWorld world)
{
    const auto found =
        cli::find_verb(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
    const auto ended = cli::run(world, found);
    return ended ? *ended : cli::complain(world, ended.error());
}

}  // namespace diorama
