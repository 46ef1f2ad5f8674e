#include "model/dockerfile.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "model/dockerfile_lines.hpp"
#include "model/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace diorama {

namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

bool is_name_letter(char each)
{
    return each == '_' || (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
           (each >= '0' && each <= '9');
}

std::string value_of(const Variables& variables, std::string_view name)
{
    const auto found = variables.find(name);
    return found == variables.end() ? "" : found->second;
}

/// What stands between the braces: NAME, NAME:-word, NAME-word, NAME:+word, NAME+word.
std::string braced(std::string_view inside, const Variables& variables)
{
    const auto end = std::ranges::find_if_not(inside, is_name_letter) - inside.begin();
    const auto name = inside.substr(0, static_cast<std::size_t>(end));
    auto rest = inside.substr(name.size());
    const std::string value = value_of(variables, name);
    const bool colon = rest.starts_with(':');
    if (colon) rest.remove_prefix(1);
    const bool there = colon ? !value.empty() : variables.contains(name);
    if (rest.starts_with('-')) return there ? value : std::string(rest.substr(1));
    if (rest.starts_with('+')) return there ? std::string(rest.substr(1)) : "";
    return value;
}

/// Replaces variables as the Dockerfile reference has it; what is not set is empty.
std::string expand(std::string_view text, const Variables& variables)
{
    std::string out;
    while (!text.empty()) {
        const auto dollar = text.find('$');
        out.append(text.substr(0, dollar));
        if (dollar == std::string_view::npos) break;
        text.remove_prefix(dollar + 1);
        if (text.starts_with('{')) {
            const auto end = text.find('}');
            if (end == std::string_view::npos) break;
            out += braced(text.substr(1, end - 1), variables);
            text.remove_prefix(end + 1);
        } else {
            const auto end = std::ranges::find_if_not(text, is_name_letter) - text.begin();
            out += value_of(variables, text.substr(0, static_cast<std::size_t>(end)));
            text.remove_prefix(static_cast<std::size_t>(end));
        }
    }
    return out;
}

class Scanner {
public:
    Scanner(Dockerfile& file, const std::map<std::string, std::string>& args)
        : file_(file),
          args_(args)
    {}

    void scan()
    {
        for (const Instruction& each : file_.instructions) {
            check_instruction(each, file_.problems);
            read(each);
        }
        if (file_.stages.empty()) problem(1, "it has no FROM", "Begin it with FROM and an image.");
    }

private:
    void problem(int line, std::string what, std::string mend)
    {
        file_.problems.push_back({line, Code::invalid, std::move(what), std::move(mend)});
    }

    void read(const Instruction& each)
    {
        static constexpr std::array<std::string_view, 18> known{
            "ADD",
            "ARG",
            "CMD",
            "COPY",
            "ENTRYPOINT",
            "ENV",
            "EXPOSE",
            "FROM",
            "HEALTHCHECK",
            "LABEL",
            "MAINTAINER",
            "ONBUILD",
            "RUN",
            "SHELL",
            "STOPSIGNAL",
            "USER",
            "VOLUME",
            "WORKDIR",
        };
        const auto& keyword = each.keyword;
        if (std::ranges::find(known, keyword) == known.end())
            return problem(
                each.line,
                fmt::format("{} is no instruction", display(keyword)),
                mend_keyword(keyword, known)
            );
        if (keyword == "FROM") return from(each);
        if (keyword == "ARG") return arg(each);
        if (file_.stages.empty())
            return problem(
                each.line, fmt::format("{} stands before FROM", keyword), "Move it below."
            );
        stage_instruction(each, file_.stages.back());
    }

    static std::string mend_keyword(std::string_view wrong, std::span<const std::string_view> known)
    {
        const auto meant = nearest(wrong, known);
        return meant ? fmt::format("Did you mean {}?", *meant) : "Remove the line.";
    }

    void from(const Instruction& each)
    {
        const Flags flags = split_flags(each.words);
        const auto words = dockerfile_words(flags.rest);
        BuildStage stage{.line = each.line};
        if (!words.empty()) stage.base = expand(words[0], globals_);
        if (words.size() == 3 && lower(words[1]) == "as") stage.name = lower(words[2]);
        const bool is_sound = words.size() == 1 || !stage.name.empty();
        const bool is_stage = !words.empty() && file_.stage(lower(words[0])) != nullptr;
        if (is_stage) stage.base = lower(words[0]);
        if (!is_sound || (!is_stage && !is_image_reference(stage.base)))
            problem(
                each.line,
                fmt::format("FROM {} names no image", display(each.words)),
                "Write FROM image:tag, and give every ARG in it a value."
            );
        if (const auto platform = flag_value(flags, "platform"))
            stage.platform = expand(*platform, globals_);
        file_.stages.push_back(std::move(stage));
        locals_.clear();
    }

    /// Above the first FROM an ARG is for all FROM lines; below, for its stage.
    void arg(const Instruction& each)
    {
        for (const std::string& word : dockerfile_words(each.words)) {
            const auto sign = word.find('=');
            const auto name = word.substr(0, sign);
            const auto given = args_.find(name);
            auto& scope = file_.stages.empty() ? globals_ : locals_;
            if (given != args_.end())
                scope[name] = given->second;
            else if (sign != std::string::npos)
                scope[name] = expand(word.substr(sign + 1), scope);
            else if (const auto global = globals_.find(name); global != globals_.end())
                scope[name] = global->second;
        }
    }

    void stage_instruction(const Instruction& each, BuildStage& stage)
    {
        if (each.keyword == "ENV") env(each);
        if (each.keyword == "USER") stage.user = expand(trim(each.words), locals_);
        if (each.keyword == "EXPOSE") expose(each, stage);
        const Flags flags = split_flags(each.words);
        if (each.keyword == "COPY") {
            if (const auto from = flag_value(flags, "from")) add_source(stage, *from);
        }
        if (each.keyword == "RUN") {
            for (std::string_view flag : flags.flags) {
                if (!flag.starts_with("--mount=")) continue;
                if (const auto from = mount_option(flag.substr(8), "from"))
                    add_source(stage, *from);
            }
        }
    }

    void add_source(BuildStage& stage, std::string_view from)
    {
        auto source = expand(from, locals_);
        if (!source.empty()) stage.copies_from.push_back(std::move(source));
    }

    void env(const Instruction& each)
    {
        const auto words = dockerfile_words(each.words);
        if (words.empty()) return;
        if (!words.front().contains('=')) {
            locals_[words.front()] = expand(trim(each.words.substr(words.front().size())), locals_);
            return;
        }
        for (const std::string& word : words) {
            const auto sign = word.find('=');
            if (sign != std::string::npos)
                locals_[word.substr(0, sign)] = expand(word.substr(sign + 1), locals_);
        }
    }

    void expose(const Instruction& each, BuildStage& stage)
    {
        for (const std::string& written : dockerfile_words(each.words)) {
            const std::string word = expand(written, locals_);
            const auto slash = word.find('/');
            if (slash != std::string::npos && lower(word.substr(slash + 1)) != "tcp") continue;
            std::uint16_t port = 0;
            const char* end = word.data() + word.size();
            // A range counts as its first port.
            const auto read = std::from_chars(word.data(), end, port);
            const bool whole = read.ptr == end || *read.ptr == '/' || *read.ptr == '-';
            if (read.ec == std::errc{} && whole && port != 0) stage.exposed.push_back(port);
        }
    }

    Dockerfile& file_;
    const std::map<std::string, std::string>& args_;
    Variables globals_;
    Variables locals_;
};

/// `stage` and the stages it is based on, itself first.
std::vector<const BuildStage*> ancestry(const Dockerfile& file, std::string_view target)
{
    std::vector<const BuildStage*> line;
    const BuildStage* stage = file.stage(target);
    while (stage) {
        line.push_back(stage);
        const BuildStage* base = stage->base.empty() ? nullptr : file.stage(stage->base);
        stage = base && base < stage ? base : nullptr;  // A stage knows earlier ones only.
    }
    return line;
}

}  // namespace

const BuildStage* Dockerfile::stage(std::string_view target) const
{
    if (stages.empty()) return nullptr;
    if (target.empty()) return &stages.back();
    const auto named = std::ranges::find(stages, lower(target), &BuildStage::name);
    if (named != stages.end()) return &*named;
    std::size_t number = 0;
    const char* end = target.data() + target.size();
    const auto read = std::from_chars(target.data(), end, number);
    const bool is_number = read.ec == std::errc{} && read.ptr == end && number < stages.size();
    return is_number ? &stages[number] : nullptr;
}

std::vector<std::string> Dockerfile::images(std::string_view target) const
{
    std::vector<std::string> found;
    std::vector<bool> seen(stages.size(), false);
    std::vector<const BuildStage*> open;
    const auto need = [&](const std::string& name, const BuildStage* before) {
        const BuildStage* other = name.empty() ? nullptr : stage(name);
        if (other && other < before)
            open.push_back(other);
        else if (name != "scratch" && std::ranges::find(found, name) == found.end())
            found.push_back(name);
    };
    if (const BuildStage* first = stage(target)) open.push_back(first);
    while (!open.empty()) {
        const BuildStage* each = open.back();
        open.pop_back();
        const auto index = static_cast<std::size_t>(each - stages.data());
        if (seen[index]) continue;
        seen[index] = true;
        need(each->base, each);
        for (const std::string& source : each->copies_from)
            need(source, each);
    }
    return found;
}

std::vector<std::uint16_t> Dockerfile::ports(std::string_view target) const
{
    std::vector<std::uint16_t> found;
    for (const BuildStage* each : ancestry(*this, target)) {
        for (const std::uint16_t port : each->exposed) {
            if (std::ranges::find(found, port) == found.end()) found.push_back(port);
        }
    }
    return found;
}

std::string Dockerfile::user(std::string_view target) const
{
    for (const BuildStage* each : ancestry(*this, target)) {
        if (!each->user.empty()) return each->user;
    }
    return {};
}

Dockerfile scan_dockerfile(std::string_view text, const std::map<std::string, std::string>& args)
{
    Dockerfile file;
    split_instructions(text, file);
    Scanner(file, args).scan();
    return file;
}

std::string without_syntax(std::string_view text, const Dockerfile& scanned)
{
    std::string out;
    int number = 0;
    for (const std::string_view line : split(text, '\n')) {
        if (++number > 1) out += '\n';
        const bool drop =
            std::ranges::find(scanned.syntax_lines, number) != scanned.syntax_lines.end();
        out += drop ? std::string_view("#") : line;
    }
    return out;
}

}  // namespace diorama
