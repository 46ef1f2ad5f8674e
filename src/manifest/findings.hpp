#pragma once

#include "base/error.hpp"
#include "base/node.hpp"
#include "model/plan.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace diorama::manifest {

/// Collects all that is wrong or worth saying about the files of one manifest.
class Findings {
public:
    /// Numbers a file for `Position::source`. Paths in it count from `folder` ("" is the root).
    int add_file(std::string path, std::string folder);

    /// `compose.yaml:12:7`
    std::string place(Position at) const;
    const std::string& folder(Position at) const { return files_.at(index(at)).folder; }

    /// A mistake in a file. Telling the same twice is telling it once.
    void wrong(Position at, std::string what, std::string mend = {});
    /// Something this installation does not allow.
    void refused(Position at, std::string what, std::string mend);
    void add(Position at, Error error);

    /// For the build log. The same sentence is kept once, where it stands first.
    void note(Position at, std::string text);

    /// A variable at `at` that nobody set and that counts as empty: a note, and the likely cause
    /// of what is wrong there.
    void unset(Position at, std::string_view variable);

    bool failed() const { return !problems_.empty(); }
    /// All problems in the order of files and lines, one a line.
    Error error() const;
    const std::vector<Note>& notes() const { return notes_; }

private:
    struct File {
        std::string path;
        std::string folder;
    };
    struct Problem {
        Position at;
        Error error;
    };
    std::string unset_at(Position at) const;
    static std::size_t index(Position at) { return static_cast<std::size_t>(at.source); }

    std::vector<File> files_{
        {"", ""}
    };  // Number 0 is the plan as a whole.
    std::vector<Problem> problems_;
    std::vector<Note> notes_;
    std::vector<std::pair<Position, std::string>> unset_;
    std::set<std::string, std::less<>> noted_;
};

}  // namespace diorama::manifest
