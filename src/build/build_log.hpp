#pragma once

#include "build/build.hpp"
#include "build/pull_log.hpp"
#include "build/recipe.hpp"
#include "docker/objects.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// Makes lines of output that comes in pieces. Of a line that is rewritten by `\r` only the last
/// form is given; colours stay; what is beyond 64 KiB of a line is dropped.
class TextLines {
public:
    explicit TextLines(LineSink line) : line_(std::move(line)) {}

    void feed(std::string_view bytes);
    /// Gives what did not end with a line break.
    void finish();

private:
    LineSink line_;
    std::string pending_;
    bool returned_ = false;  ///< A `\r` came, and nothing behind it yet.
};

/// Reads what the Engine's classic builder tells: gives the log as people expect it, numbered as
/// they wrote their Dockerfile, and keeps where the build stands.
class BuildLog {
public:
    /// `recipe` must outlive it.
    BuildLog(const Recipe& recipe, LineSink line);

    void take(const docker::Progress& progress);
    void finish() { lines_.finish(); }

    /// The container that runs the current step; empty when none does.
    const std::string& container() const { return container_; }

    /// The last layers of the stages but the last one: what makes the next build quick.
    const std::vector<std::string>& stages() const { return stages_; }

    /// A failure in one sentence: file and line, step, exit code, and how to mend it.
    Error failure(const Error& told) const;

private:
    void read(std::string line);
    bool step(std::string_view line);
    Error failed_step(const Recipe::Step& step, std::string_view reason) const;
    Error failed_reading(const Error& told) const;

    const Recipe& recipe_;
    LineSink line_;
    TextLines lines_;
    PullLog pulls_;
    std::size_t began_ = 0;  ///< Steps that did.
    std::string layer_;
    std::string container_;
    std::string error_;
    std::vector<std::string> stages_;
};

}  // namespace diorama
