#pragma once

#include "base/fake_scheduler.hpp"
#include "base/spawn.hpp"
#include "git/git.hpp"
#include "tests/support/folder.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace diorama::test {

inline git::Location local(const std::filesystem::path& path)
{
    return git::Location::parse(path.string(), {.local = true}).value();
}

inline git::RefName branch(std::string_view name)
{
    return git::RefName::branch(name).value();
}

/// A real bare repository, filled by plumbing commands, which refuse nothing.
class GitRepository {
public:
    explicit GitRepository(std::filesystem::path folder) : folder_(std::move(folder))
    {
        std::filesystem::create_directories(folder_);
        git({"init", "--quiet", "--bare", "--initial-branch=main", "."});
    }

    git::Remote remote() const { return {local(folder_), {}}; }
    const std::filesystem::path& folder() const { return folder_; }

    /// What git prints, without the last newline. A failure ends the test.
    std::string git(std::vector<std::string> words, std::string input = {}) const
    {
        Command command{.argv = {"git"}, .directory = folder_, .input = std::move(input)};
        command.argv.insert(command.argv.end(), words.begin(), words.end());
        command.environment = {
            {"HOME",                folder_.string()  },
            {"GIT_CONFIG_NOSYSTEM", "1"               },
            {"GIT_AUTHOR_NAME",     "Ada Lovelace"    },
            {"GIT_AUTHOR_EMAIL",    "ada@example.com" },
            {"GIT_COMMITTER_NAME",  "Ada"             },
            {"GIT_COMMITTER_EMAIL", "ada@example.com" },
            {"GIT_AUTHOR_DATE",     "1700000000 +0100"},
            {"GIT_COMMITTER_DATE",  "1700000000 +0100"},
        };
        FakeScheduler scheduler;
        const auto done = scheduler.run(run_command(scheduler, command));
        if (!done) throw std::runtime_error(done.error().text());
        if (!done->succeeded()) throw std::runtime_error(words.front() + ": " + done->errors);
        auto text = done->output;
        if (text.ends_with('\n')) text.pop_back();
        return text;
    }

    std::string blob(const std::string& content) const
    {
        return git({"hash-object", "-w", "--stdin"}, content);
    }

    /// One line for `tree`: mode, object and name, as raw as they come.
    struct Line {
        std::string mode;
        std::string object;
        std::string name;
    };

    /// A tree object of exactly these lines, in this order, whatever they are.
    std::string tree(const std::vector<Line>& lines) const
    {
        std::string raw;
        for (const Line& line : lines) {
            raw += line.mode + " " + line.name + '\0';
            for (std::size_t i = 0; i < line.object.size(); i += 2)
                raw.push_back(static_cast<char>(std::stoi(line.object.substr(i, 2), nullptr, 16)));
        }
        return git({"hash-object", "-t", "tree", "-w", "--stdin", "--literally"}, raw);
    }

    /// A tree of regular files, path to content.
    std::string files(const std::map<std::string, std::string>& content) const
    {
        std::string orders;
        for (const auto& [path, text] : content)
            orders += fmt::format("100644 {}\t{}\n", blob(text), path);
        git({"read-tree", "--empty"});
        git({"update-index", "--add", "--index-info"}, orders);
        return git({"write-tree"});
    }

    git::ObjectId commit(
        const std::string& tree, const std::string& ref, const std::string& message = "Say hello"
    ) const
    {
        const auto id = git({"commit-tree", tree, "-m", message});
        git({"update-ref", ref, id});
        return git::ObjectId::parse(id).value();
    }

private:
    std::filesystem::path folder_;
};

}  // namespace diorama::test
