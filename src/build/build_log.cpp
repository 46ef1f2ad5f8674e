#include "build/build_log.hpp"

#include "base/unicode.hpp"

#include <charconv>

namespace diorama {

namespace {

constexpr std::size_t longest_line = 64U << 10U;
constexpr std::string_view arrow = " ---> ";

/// The number after `words` in `text`.
std::optional<int> number_after(std::string_view text, std::string_view words)
{
    const auto found = text.find(words);
    if (found == std::string_view::npos) return std::nullopt;
    text.remove_prefix(found + words.size());
    int number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{}) return std::nullopt;
    return number;
}

bool is_layer(std::string_view word)
{
    return word.size() == 12 && word.find_first_not_of("0123456789abcdef") == word.npos;
}

std::string_view mend_of(std::string_view reason)
{
    if (reason.contains("not found in build context") || reason.contains("no source files"))
        return "Commit the file, or take it out of .dockerignore.";
    if (reason.contains("no space left")) return "Free space on the disk of the Docker Engine.";
    return "Mend the line; what it printed stands above in the build log.";
}

/// A layer that this build took from the Engine's cache went with another image, under its feet.
/// Nobody's fault, and gone with the next try.
bool is_lost_layer(std::string_view reason)
{
    return reason.contains("unknown parent image ID") || reason.contains("layer does not exist") ||
           reason.contains("No such image: sha256:");
}

}  // namespace

void TextLines::feed(std::string_view bytes)
{
    for (const char each : bytes) {
        if (each == '\n') {
            line_(std::exchange(pending_, {}));
            returned_ = false;
        } else if (each == '\r') {
            returned_ = true;
        } else {
            if (std::exchange(returned_, false)) pending_.clear();
            if (pending_.size() < longest_line) pending_ += each;
        }
    }
}

void TextLines::finish()
{
    if (!pending_.empty()) line_(std::exchange(pending_, {}));
}

BuildLog::BuildLog(const Recipe& recipe, LineSink line)
    : recipe_(recipe),
      line_(std::move(line)),
      lines_([this](std::string text) { read(std::move(text)); }),
      pulls_("", line_)
{}

void BuildLog::take(const docker::Progress& progress)
{
    if (!progress.error.empty()) error_ = progress.error;
    if (!progress.status.empty()) pulls_.take(progress);
    lines_.feed(progress.stream);
}

void BuildLog::read(std::string line)
{
    if (step(line)) return;
    // The last steps are the Engine's own: labels that the manifest gives.
    const bool beyond = began_ > recipe_.steps.size();
    const bool ours = beyond || (began_ > 0 && recipe_.steps[began_ - 1].ours);
    const std::string_view told = line;
    if (told.starts_with(arrow)) {
        const auto word = told.substr(arrow.size());
        if (is_layer(word)) layer_ = word;
        if (word.starts_with("Running in ")) container_ = word.substr(11);
        if (ours) return;
    }
    if (told.starts_with("Removing intermediate container ")) {
        container_.clear();
        if (ours) return;
    }
    line_(std::move(line));
}

/// "Step 3/7 : RUN make". What a RUN prints may look like one, so it must be the next.
bool BuildLog::step(std::string_view line)
{
    const auto number = line.starts_with("Step ") ? number_after(line, "Step ") : std::nullopt;
    if (!number || *number != static_cast<int>(began_) + 1) return false;
    const std::size_t index = began_++;
    container_.clear();
    if (index >= recipe_.steps.size()) return true;
    const Recipe::Step& now = recipe_.steps[index];
    if (now.ours) return true;
    if (now.text.starts_with("FROM ") && !layer_.empty()) stages_.push_back(layer_);
    line_(fmt::format("Step {}/{} : {}", recipe_.number(index), recipe_.written, now.text));
    return true;
}

Error BuildLog::failure(const Error& told) const
{
    if (is_retryable(told.code)) return told;
    if (began_ == 0 || error_.empty()) return failed_reading(told);
    return failed_step(recipe_.steps[std::min(began_, recipe_.steps.size()) - 1], error_);
}

Error BuildLog::failed_step(const Recipe::Step& step, std::string_view reason) const
{
    const auto index = static_cast<std::size_t>(&step - recipe_.steps.data());
    const auto head = fmt::format(
        "{}: Step {}/{} : {}",
        recipe_.where(step.line),
        recipe_.number(index),
        recipe_.written,
        display(step.text)
    );
    if (is_lost_layer(reason))
        return {
            Code::unavailable,
            fmt::format("{}: a cached layer was removed meanwhile", head),
            "Build it again."
        };
    const auto code = number_after(reason, "returned a non-zero code: ");
    if (!code)
        return {
            Code::invalid,
            fmt::format("{}: {}", head, display(reason, 500)),
            std::string(mend_of(reason))
        };
    std::string mend(mend_of(reason));
    if (*code == 137)
        mend = "It was killed, most likely for its memory: let it use less, or raise "
               "limits.build_memory in diorama.toml.";
    return {Code::invalid, fmt::format("{} ended with exit code {}", head, *code), std::move(mend)};
}

/// The Engine read the Dockerfile and began nothing: its line is one of the text it got.
Error BuildLog::failed_reading(const Error& told) const
{
    const auto line = number_after(told.message, "parse error line ");
    const auto where = line ? recipe_.where(recipe_.source_line(*line)) : recipe_.path;
    auto what = std::string_view(told.message);
    const auto colon = line ? what.find(": ", what.find("parse error line ")) : what.npos;
    if (colon != what.npos) what.remove_prefix(colon + 2);
    return {
        told.code,
        fmt::format("{}: {}", where, display(what, 500)),
        told.mend.empty() ? "Mend the line." : told.mend
    };
}

}  // namespace diorama
