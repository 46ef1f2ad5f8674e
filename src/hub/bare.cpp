#include "hub/bare.hpp"

#include "base/text.hpp"
#include "hub/bare_read.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

namespace diorama::hub {

namespace {

/// Exact commits may be fetched, pushes come over HTTP, and nobody pushes to refs/pull.
constexpr std::string_view configuration = R"(
[uploadpack]
    allowAnySHA1InWant = true
    allowFilter = true
[receive]
    hideRefs = refs/pull
    advertisePushOptions = false
[http]
    receivepack = true
[gc]
    auto = 0
)";

/// Order of fields: bare_read.hpp.
constexpr std::string_view log_format = "%H%x00%T%x00%P%x00%an%x00%ae%x00%ct%x00%B%x01";

bool is_plain(const std::string& path)
{
    const auto bad = [](char c) { return c == '"' || static_cast<unsigned char>(c) < ' '; };
    return !path.empty() && path.front() != '/' && std::ranges::none_of(path, bad);
}

}  // namespace

Command Bare::command(Number id, std::vector<std::string> words) const
{
    Command command{.argv = {"git"}, .directory = root_ / folder(id)};
    for (auto& word : words)
        command.argv.push_back(std::move(word));
    const auto stamp = fmt::format("{} +0000", scheduler_.now().time_since_epoch() / seconds{1});
    command.environment = {
        {"HOME",                root_.string()         },
        {"GIT_CONFIG_NOSYSTEM", "1"                    },
        {"GIT_TERMINAL_PROMPT", "0"                    },
        {"GIT_AUTHOR_NAME",     "Hub"                  },
        {"GIT_AUTHOR_EMAIL",    "hub@localhost.invalid"},
        {"GIT_AUTHOR_DATE",     stamp                  },
        {"GIT_COMMITTER_NAME",  "Hub"                  },
        {"GIT_COMMITTER_EMAIL", "hub@localhost.invalid"},
        {"GIT_COMMITTER_DATE",  stamp                  },
    };
    return command;
}

Task<Result<std::string>>
Bare::run(Number id, std::vector<std::string> words, std::string input) const
{
    auto command = this->command(id, std::move(words));
    const std::string verb = command.argv[1];
    command.input = std::move(input);
    auto done = co_await run_command(scheduler_, std::move(command));
    if (!done) co_return done.error();
    if (done->succeeded()) co_return std::move(done->output);
    const bool unknown = done->errors.contains("unknown revision") ||
                         done->errors.contains("bad revision") ||
                         done->errors.contains("bad object");
    co_return Error{
        unknown ? Code::not_found : Code::invalid,
        fmt::format("git {}: {}", verb, trim(done->errors))
    };
}

Task<Result<>> Bare::create(Number id, std::string branch) const
{
    const auto path = root_ / folder(id);
    std::filesystem::create_directories(path);
    const auto made = co_await run(id, {"init", "--quiet", "--bare", "--initial-branch=" + branch});
    if (!made) co_return made.error();
    std::ofstream(path / "config", std::ios::app) << configuration;
    co_return ok();
}

Task<Result<>> Bare::copy(Number from, Number id, std::string branch) const
{
    const auto made = co_await create(id, std::move(branch));
    if (!made) co_return made.error();
    const auto source = (root_ / folder(from)).string();
    const auto got = co_await run(id, {"fetch", "--quiet", source, "refs/heads/*:refs/heads/*"});
    if (!got) co_return got.error();
    co_return ok();
}

Task<Result<std::map<std::string, std::string>>> Bare::branches(Number id) const
{
    const auto listing = co_await run(
        id, {"for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads/"}
    );
    if (!listing) co_return listing.error();
    std::map<std::string, std::string> found;
    for (const auto line : split(*listing, '\n')) {
        if (line.size() > 41) found.emplace(line.substr(41), line.substr(0, 40));
    }
    co_return found;
}

Task<Result<CommitFacts>> Bare::commit(Number id, std::string revision) const
{
    if (revision.starts_with('-')) co_return Error{Code::not_found, "that is no commit"};
    const auto format = fmt::format("--format={}", log_format);
    const auto text = co_await run(id, {"log", "-1", format, revision + "^{commit}", "--"});
    if (!text) co_return text.error();
    auto found = read_commits(*text);
    if (found.empty()) co_return Error{Code::not_found, "there is no commit " + revision};
    co_return std::move(found.front());
}

Task<Result<std::vector<CommitFacts>>>
Bare::commits(Number id, std::string base, std::string head) const
{
    const auto format = fmt::format("--format={}", log_format);
    const auto text =
        co_await run(id, {"log", "--max-count=250", format, base + ".." + head, "--"});
    if (!text) co_return text.error();
    co_return read_commits(*text);
}

Task<Result<std::vector<FileChange>>>
Bare::changes(Number id, std::string base, std::string head) const
{
    const auto text = co_await run(
        id,
        {"diff",
         "-z",
         "--raw",
         "--numstat",
         "--abbrev=40",
         "-M",
         "--end-of-options",
         base + "..." + head,
         "--"}
    );
    if (!text) co_return text.error();
    co_return read_changes(*text);
}

Task<Result<std::string>> Bare::write(Number id, NewCommit commit) const
{
    const auto now = scheduler_.now().time_since_epoch() / seconds{1};
    const std::string ref = "refs/heads/" + commit.branch;
    std::string orders = fmt::format(
        "commit {}\nauthor {} <author@localhost.invalid> {} +0000\n"
        "committer Hub <hub@localhost.invalid> {} +0000\ndata {}\n{}\n",
        ref,
        commit.author,
        now,
        now,
        commit.message.size(),
        commit.message
    );
    const auto known = co_await branches(id);
    if (!known) co_return known.error();
    if (known->contains(commit.branch))
        orders += fmt::format("from {}^0\n", ref);
    else if (known->contains(commit.from))
        orders += fmt::format("from refs/heads/{}^0\n", commit.from);
    else if (!commit.from.empty())
        orders += fmt::format("from {}\n", commit.from);
    for (const auto& [path, content] : commit.files) {
        if (!is_plain(path)) co_return Error{Code::invalid, "the path of a file must be plain"};
        if (content)
            orders +=
                fmt::format("M 100644 inline {}\ndata {}\n{}\n", path, content->size(), *content);
        else
            orders += fmt::format("D {}\n", path);
    }
    const auto done = co_await run(id, {"fast-import", "--quiet", "--force"}, std::move(orders));
    if (!done) co_return done.error();
    const auto made = co_await this->commit(id, ref);
    if (!made) co_return made.error();
    co_return made->sha;
}

Task<Result<>> Bare::point(Number id, std::string ref, std::string sha, Number from) const
{
    if (from != id) {
        const auto source = (root_ / folder(from)).string();
        const auto got = co_await run(id, {"fetch", "--quiet", "--no-tags", source, sha});
        if (!got) co_return got.error();
    }
    const auto set = co_await run(id, {"update-ref", std::move(ref), std::move(sha)});
    if (!set) co_return set.error();
    co_return ok();
}

Task<Result<>> Bare::remove_branch(Number id, std::string branch) const
{
    const auto gone = co_await run(id, {"update-ref", "-d", "refs/heads/" + branch});
    if (!gone) co_return gone.error();
    co_return ok();
}

Task<Result<std::string>>
Bare::merge(Number id, std::string branch, std::string sha, std::string message) const
{
    const std::string ref = "refs/heads/" + branch;
    const auto tree = co_await run(id, {"merge-tree", "--write-tree", ref, sha});
    if (!tree) co_return Error{Code::conflict, "the branches cannot be merged by themselves"};
    const auto made = co_await run(
        id, {"commit-tree", std::string(trim(*tree)), "-p", ref, "-p", sha, "-m", message}
    );
    if (!made) co_return made.error();
    const std::string commit(trim(*made));
    const auto set = co_await run(id, {"update-ref", ref, commit});
    if (!set) co_return set.error();
    co_return commit;
}

}  // namespace diorama::hub
