#include "cli/repository.hpp"

#include "base/spawn.hpp"
#include "base/text.hpp"

namespace diorama::cli {

namespace {

/// What git says to `words` in `folder`, or nothing where it says no.
Task<Result<std::string>>
ask_git(Loop& loop, std::filesystem::path folder, std::vector<std::string> words)
{
    Command command{
        .argv = {"git", "-C", folder.string()},
        .environment = {{"GIT_OPTIONAL_LOCKS", "0"}, {"LC_ALL", "C.UTF-8"}},
        .inherited = {"HOME", "XDG_CONFIG_HOME"}
    };
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    const auto finished = co_await run_command(loop, std::move(command));
    if (!finished) co_return finished.error();
    if (finished->succeeded()) co_return std::string(trim(finished->output));
    co_return Error{Code::not_found, std::string(trim(finished->errors))};
}

/// A name and password before the host of an http URL are this person's own.
std::string without_credentials(std::string url)
{
    if (!url.starts_with("http://") && !url.starts_with("https://")) return url;
    const auto host = url.find("//") + 2;
    const auto end = url.find('/', host);
    const auto at = url.substr(0, end).rfind('@');
    if (at != std::string::npos && at >= host) url.erase(host, at + 1 - host);
    return url;
}

/// The top of the work tree around `folder`, or the bare repository it is.
Task<Result<std::string>> top_of(Loop& loop, std::filesystem::path folder)
{
    auto top = co_await ask_git(loop, folder, {"rev-parse", "--show-toplevel"});
    if (top || top.error().code != Code::not_found) co_return top;
    auto bare = co_await ask_git(loop, folder, {"rev-parse", "--absolute-git-dir"});
    if (bare || bare.error().code != Code::not_found) co_return bare;
    co_return Error{
        Code::invalid,
        fmt::format("{} is no Git repository ({})", folder.string(), bare.error().message),
        "Name one: diorama up https://…, or go into its folder."
    };
}

bool is_folder(const CliWorld& world, const std::string& text)
{
    std::error_code none;
    return text.find("://") == std::string::npos &&
           std::filesystem::is_directory(world.directory / text, none);
}

}  // namespace

Task<Result<Repository>>
find_repository(Loop& loop, const CliWorld& world, std::optional<std::string> given)
{
    if (given && !is_folder(world, *given)) co_return Repository{.address = *given};
    const auto folder = given ? world.directory / *given : world.directory;
    const auto top = co_await top_of(loop, folder);
    if (!top) co_return top.error();
    Repository repository{.address = *top};
    const auto branch =
        co_await ask_git(loop, folder, {"symbolic-ref", "--quiet", "--short", "HEAD"});
    if (branch) repository.branch = *branch;
    if (given) co_return repository;
    const auto origin = co_await ask_git(loop, folder, {"remote", "get-url", "origin"});
    if (origin && !origin->empty()) repository.address = without_credentials(*origin);
    co_return repository;
}

}  // namespace diorama::cli
