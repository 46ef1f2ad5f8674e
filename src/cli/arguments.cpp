#include "cli/arguments.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace diorama::cli {

namespace {

Error unknown_flag(std::string_view given, std::span<const Flag> flags)
{
    const auto name = given.substr(0, given.find('='));
    std::vector<std::string> keys;
    for (const Flag& flag : flags)
        keys.push_back("--" + std::string(flag.key()));
    const std::vector<std::string_view> names(keys.begin(), keys.end());
    const auto near = nearest(name, names);
    return {
        Code::invalid,
        fmt::format("there is no flag '{}' here", display(name)),
        near ? fmt::format("Did you mean {}?", *near) : "Add --help to see those there are."
    };
}

/// CLI11 takes what it does not know for a word, unless it begins with a dash.
Result<std::vector<std::string>>
words_of(const std::vector<std::string>& rest, std::span<const Flag> flags)
{
    for (const std::string& word : rest) {
        if (word.size() > 1 && word.starts_with('-')) return unknown_flag(word, flags);
    }
    return rest;
}

void add(CLI::App& app, const Flag& flag, std::vector<std::string>& values, bool& on)
{
    if (flag.value.empty()) {
        app.add_flag(std::string(flag.names), on);
        return;
    }
    app.add_option(std::string(flag.names), values)
        ->type_name(std::string(flag.value))
        ->type_size(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace

std::optional<std::string> Arguments::value(std::string_view key) const
{
    const auto found = flags.find(key);
    if (found == flags.end() || found->second.empty()) return std::nullopt;
    return found->second.front();
}

std::vector<std::string> Arguments::list(std::string_view key) const
{
    std::vector<std::string> all;
    const auto found = flags.find(key);
    if (found == flags.end()) return all;
    for (const std::string& value : found->second) {
        for (const std::string_view part : split(value, ','))
            if (!trim(part).empty()) all.emplace_back(trim(part));
    }
    return all;
}

Result<Arguments> parse_arguments(std::vector<std::string> given, std::span<const Flag> flags)
{
    // Words behind "--" are taken as they stand, so that a name may begin with a dash.
    const auto dashes = std::ranges::find(given, "--");
    const std::vector<std::string> plain(dashes == given.end() ? dashes : dashes + 1, given.end());
    given.erase(dashes, given.end());

    CLI::App app;
    app.set_help_flag();
    app.allow_extras();
    std::vector<std::vector<std::string>> values(flags.size());
    const auto on = std::make_unique<bool[]>(flags.size());
    for (std::size_t i = 0; i < flags.size(); ++i)
        add(app, flags[i], values[i], on[i]);
    try {
        std::ranges::reverse(given);  // CLI11 takes them from the back.
        app.parse(given);
    } catch (const CLI::ParseError& error) {
        return Error{
            Code::invalid, display(error.what(), 400), "Add --help to see how it is used."
        };
    }

    const auto words = words_of(app.remaining(), flags);
    if (!words) return words.error();
    Arguments arguments{.words = *words};
    arguments.words.insert(arguments.words.end(), plain.begin(), plain.end());
    for (std::size_t i = 0; i < flags.size(); ++i) {
        if (values[i].size() > 1 && !flags[i].many)
            return Error{
                Code::invalid,
                fmt::format("--{} is given {} times", flags[i].key(), values[i].size()),
                "Give it once."
            };
        if (on[i] || !values[i].empty())
            arguments.flags.emplace(flags[i].key(), std::move(values[i]));
    }
    return arguments;
}

}  // namespace diorama::cli
