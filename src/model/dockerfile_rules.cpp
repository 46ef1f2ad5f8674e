#include "base/text.hpp"
#include "base/unicode.hpp"
#include "model/dockerfile_lines.hpp"
#include "model/labels.hpp"

#include <algorithm>
#include <array>

namespace diorama {

namespace {

/// The rules for one instruction. What they read is what the builder would run, whatever quotes
/// and escapes stand around it; where that cannot be known, the answer is no.
class Rules {
public:
    Rules(int line, std::vector<DockerfileProblem>& problems) : line_(line), problems_(problems) {}

    void check(std::string_view keyword, std::string_view words)
    {
        if (keyword == "RUN") run(words);
        if (keyword == "ADD") add(words);
        if (keyword == "COPY") flags_are_plain(split_flags(words));
        if (keyword == "LABEL") label(words);
        if (keyword == "ONBUILD") on_build(words);
    }

private:
    void refuse(std::string what, std::string mend)
    {
        problems_.push_back({line_, Code::refused, std::move(what), std::move(mend)});
    }

    /// Builders take quotes and escapes out of flags; nobody needs them there.
    bool flags_are_plain(const Flags& flags)
    {
        const bool plain = std::ranges::none_of(flags.flags, [](std::string_view flag) {
            return flag.find_first_of("\"'\\`") != std::string_view::npos;
        });
        if (!plain) refuse("quotes or escapes in a flag", "Write the flag without them.");
        return plain;
    }

    void run(std::string_view words)
    {
        const Flags flags = split_flags(words);
        if (!flags_are_plain(flags)) return;
        for (const std::string_view flag : flags.flags) {
            const auto sign = flag.find('=');
            const std::string name = lower(flag.substr(0, sign));
            const auto value = sign == std::string_view::npos ? "" : flag.substr(sign + 1);
            run_flag(name, value);
        }
    }

    void run_flag(const std::string& name, std::string_view value)
    {
        if (name == "--mount") {
            mount(value);
        } else if (name == "--network") {
            if (value != "none" && value != "default")
                refuse(
                    fmt::format("RUN --network={} is not allowed", display(value)), "Remove it."
                );
        } else if (name == "--security") {
            if (value != "sandbox")
                refuse(
                    fmt::format("RUN --security={} is not allowed", display(value)), "Remove it."
                );
        } else {
            refuse(fmt::format("RUN {} is not allowed", display(name)), "Remove it.");
        }
    }

    void mount(std::string_view value)
    {
        static constexpr std::array<std::string_view, 3> allowed{"bind", "cache", "tmpfs"};
        const auto type = mount_option(value, "type").value_or("bind");
        if (std::ranges::find(allowed, type) != allowed.end()) return;
        refuse(
            fmt::format(
                "RUN --mount of type {} is not allowed: builds get no secrets", display(type)
            ),
            "Fetch what is private before the build, or vendor it."
        );
    }

    void add(std::string_view words)
    {
        const Flags flags = split_flags(words);
        if (!flags_are_plain(flags)) return;
        if (flags.rest.find_first_of("$\\`") != std::string_view::npos)
            return refuse(
                "ADD with a variable or an escape may download from anywhere",
                "Use COPY, which never downloads."
            );
        std::string plain(flags.rest);
        std::erase_if(plain, [](char each) { return each == '"' || each == '\''; });
        for (const std::string& word : dockerfile_words(plain))
            add_source(word);
    }

    void add_source(std::string_view word)
    {
        while (word.starts_with('[') || word.starts_with(','))
            word.remove_prefix(1);
        while (word.ends_with(']') || word.ends_with(','))
            word.remove_suffix(1);
        const bool address = word.contains("://") || word.starts_with("github.com/");
        const auto colon = word.find(':');
        const auto at = word.find('@');
        const bool ssh =
            at != std::string_view::npos && colon != std::string_view::npos && at < colon;
        if (!address && !ssh) return;
        refuse(
            fmt::format("ADD {} downloads from the builder's network", display(word)),
            "Commit the file, or fetch it with RUN curl, which the network rules of builds hold."
        );
    }

    void label(std::string_view words)
    {
        std::string plain(words);
        std::erase(plain, '\\');
        const auto parts = dockerfile_words(plain);
        for (std::size_t at = 0; at < parts.size(); ++at) {
            const auto sign = parts[at].find('=');
            if (sign == std::string::npos && at > 0) break;  // LABEL key the value in many words
            const auto key = parts[at].substr(0, sign);
            if (!is_reserved_label(key) && !key.contains('$')) continue;
            refuse(
                fmt::format(
                    "the label {} is reserved: it would speak to a proxy or claim ownership",
                    display(key)
                ),
                "Remove it: Diorama routes by ports and x-diorama."
            );
        }
    }

    void on_build(std::string_view words)
    {
        const auto end = words.find_first_of(" \t");
        if (end == std::string_view::npos) return;
        std::string keyword(words.substr(0, end));
        std::ranges::transform(keyword, keyword.begin(), [](char each) {
            return each >= 'a' && each <= 'z' ? static_cast<char>(each - 'a' + 'A') : each;
        });
        check(keyword, trim(words.substr(end)));
    }

    int line_;
    std::vector<DockerfileProblem>& problems_;
};

}  // namespace

void check_instruction(const Instruction& instruction, std::vector<DockerfileProblem>& problems)
{
    Rules rules(instruction.line, problems);
    rules.check(instruction.keyword, instruction.words);
    // A builder without heredocs, or one that sees no heredoc where we saw one, would run these
    // lines as instructions: then they must be harmless too.
    for (const std::string& body : instruction.heredocs) {
        for (const std::string_view line : split(body, '\n')) {
            const auto text = trim(line);
            const auto end = text.find_first_of(" \t");
            if (end != std::string_view::npos)
                rules.check(text.substr(0, end), trim(text.substr(end)));
        }
    }
}

}  // namespace diorama
