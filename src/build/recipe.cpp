#include "build/recipe.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"

#include <algorithm>

namespace diorama {

namespace {

/// What of an instruction the Engine's classic builder does not know; empty when it knows it all.
std::string_view needs_buildkit(const Instruction& each)
{
    if (!each.heredocs.empty()) return "a heredoc (<<)";
    if (each.keyword == "RUN" && each.words.starts_with("--")) return "a flag of RUN";
    if (each.keyword != "COPY" && each.keyword != "ADD") return {};
    for (const std::string_view word : split(each.words, ' ')) {
        if (!word.starts_with("--")) return {};  // Flags come first.
        const auto name = word.substr(0, word.find('='));
        for (const std::string_view flag : {"--chmod", "--link", "--parents", "--exclude"}) {
            if (name == flag) return flag;
        }
    }
    return {};
}

Result<> check(const Recipe& recipe, std::string_view target)
{
    for (const DockerfileProblem& problem : recipe.scanned.problems)
        return Error{
            problem.code,
            fmt::format("{}: {}", recipe.where(problem.line), problem.what),
            problem.mend
        };
    for (const Instruction& each : recipe.scanned.instructions) {
        const auto what = needs_buildkit(each);
        if (what.empty()) continue;
        return Error{
            Code::invalid,
            fmt::format(
                "{}: {} needs BuildKit, and images are built by the Engine's classic builder",
                recipe.where(each.line),
                what
            ),
            "Write the instruction without it."
        };
    }
    if (recipe.scanned.stage(target)) return ok();
    return Error{
        Code::invalid,
        fmt::format("{}: there is no stage {} to build", recipe.path, display(target)),
        "Name a stage after AS, or leave build.target out."
    };
}

/// A word in the double quotes of LABEL.
std::string quoted(std::string_view text)
{
    constexpr std::size_t longest = 1000;
    std::string out = "\"";
    for (const char each : display(text, longest)) {
        if (each == '"' || each == '\\' || each == '$' || each == '`') out += '\\';
        out += each;
    }
    return out + '"';
}

std::string instruction(const std::map<std::string, std::string>& labels)
{
    std::string text = "LABEL";
    for (const auto& [name, value] : labels)
        text += fmt::format(" {}={}", name, quoted(value));
    return text;
}

/// Puts `label` behind each FROM, in front of the next instruction: a FROM may have several lines.
void weave(Recipe& recipe, std::string_view source, const std::string& label)
{
    const auto& instructions = recipe.scanned.instructions;
    const auto lines = split(source, '\n');
    std::size_t at = 0;
    const auto copy_to = [&](std::size_t end) {
        for (; at < end && at < lines.size(); ++at)
            recipe.text.append(lines[at]).append("\n");
    };
    for (std::size_t i = 0; i < instructions.size(); ++i) {
        const Instruction& each = instructions[i];
        std::string text = each.words.empty() ? each.keyword : each.keyword + " " + each.words;
        recipe.steps.push_back({.line = each.line, .text = std::move(text)});
        if (each.keyword != "FROM") continue;
        const bool last = i + 1 == instructions.size();
        copy_to(last ? lines.size() : static_cast<std::size_t>(instructions[i + 1].line) - 1);
        recipe.text.append(label).append("\n");
        recipe.woven.push_back(static_cast<int>(at + recipe.woven.size() + 1));
        recipe.steps.push_back({.line = each.line, .text = label, .ours = true});
    }
    copy_to(lines.size());
    recipe.written = instructions.size();
}

}  // namespace

std::size_t Recipe::number(std::size_t index) const
{
    const auto end = steps.begin() + static_cast<std::ptrdiff_t>(std::min(index + 1, steps.size()));
    return static_cast<std::size_t>(std::count_if(steps.begin(), end, [](const Step& each) {
        return !each.ours;
    }));
}

std::vector<std::string> outside_images(const Dockerfile& scanned, std::string_view target)
{
    std::vector<std::string> found;
    const BuildStage* last = scanned.stage(target);
    for (const BuildStage& stage : scanned.stages) {
        const auto add = [&](const std::string& name) {
            const BuildStage* other = name.empty() ? nullptr : scanned.stage(name);
            const bool is_stage = other && other < &stage;
            const bool known = std::ranges::find(found, name) != found.end();
            if (!is_stage && !known && name != "scratch") found.push_back(name);
        };
        add(stage.base);
        for (const std::string& source : stage.copies_from)
            add(source);
        if (&stage == last) break;
    }
    return found;
}

int Recipe::source_line(int sent) const
{
    const auto ours = std::ranges::count_if(woven, [&](int each) { return each < sent; });
    return sent - static_cast<int>(ours);
}

std::string Recipe::where(int line) const
{
    return fmt::format("{}:{}", path, line);
}

Result<Recipe> prepare_recipe(
    std::string_view text,
    std::string path,
    const std::map<std::string, std::string>& args,
    std::string_view target,
    std::map<std::string, std::string> labels
)
{
    Recipe recipe{.path = std::move(path), .text = {}, .scanned = scan_dockerfile(text, args)};
    const auto sound = check(recipe, target);
    if (!sound) return sound.error();
    const auto plain = without_syntax(text, recipe.scanned);
    labels.emplace("diorama.dockerfile", recipe.path);
    weave(recipe, plain, instruction(labels));
    return recipe;
}

}  // namespace diorama
