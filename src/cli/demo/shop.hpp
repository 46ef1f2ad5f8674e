#pragma once

#include "base/error.hpp"
#include "base/scheduler.hpp"

#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace diorama::cli {

/// A file of examples/shop, compiled into the program.
struct ShopFile {
    std::string_view path;
    std::string_view text;
};
std::span<const ShopFile> embedded_shop();

/// The example as a real Git repository on this machine: what a person would have, made and changed
/// by the git command.
class DemoShop {
public:
    /// What its page says of when it is open: first in the example, then as it is changed.
    static constexpr const char* hours[] = {
        "Open from eight to eight.", "Open from seven to nine.", "Open day and night."
    };
    static constexpr std::string_view page_file = "page/www/index.html";
    static constexpr std::string_view stock_path = "/cgi-bin/stock";  ///< Of the service api.

    /// `folder` must not exist yet; whoever made its parent removes it.
    DemoShop(Scheduler& scheduler, std::filesystem::path folder);

    /// Writes the files, with this machine's static busybox beside each Dockerfile, as the first
    /// commit of branch `main`. `not_found` when there is no static busybox.
    Task<Result<>> create(std::stop_token stop);
    /// Replaces `before`, which its page says, by `after`, and commits.
    Task<Result<>> change_hours(std::string before, std::string after, std::stop_token stop);
    /// Adds a file that no image is made of, and commits.
    Task<Result<>> add(std::string file, std::string text, std::stop_token stop);
    /// Goes to a branch; to a new one at `from` when there is one given.
    Task<Result<>> go_to(std::string branch, std::string from, std::stop_token stop);
    /// Sends the branch we are on to `location`, which a later `git push` means too.
    Task<Result<>> push(std::string location, std::stop_token stop);

    const std::filesystem::path& folder() const { return folder_; }
    const std::string& commit() const { return commit_; }  ///< The newest one, in full.

private:
    Task<Result<std::string>> git(std::vector<std::string> words, std::stop_token stop);
    Task<Result<>> save(std::string message, std::stop_token stop);
    Task<Result<>> read_commit(std::stop_token stop);

    Scheduler& scheduler_;
    std::filesystem::path folder_;
    std::string commit_;
};

/// A busybox of this machine that runs in an empty image: one that no loader has to start.
Result<std::filesystem::path> static_busybox();

}  // namespace diorama::cli
