#pragma once

#include "hub/hub.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace diorama::cli {

/// The demo's forge: a hub on this machine with one repository, of an owner who sells things, and
/// the fork of a stranger called eve.
class DemoForge {
public:
    using Number = hub::Number;

    static constexpr const char* stranger = "eve";

    /// `folder` must exist and be empty; whoever made it removes it.
    DemoForge(Loop& loop, std::filesystem::path folder, std::string owner);

    Result<> listen(std::uint16_t port);
    /// What runs is let end; returned before this goes.
    Task<> stop() { return hub_.stop(); }

    /// Makes the repository, still empty.
    Task<Result<>> create();
    Task<Result<>> make_fork();
    /// Sends the repository's events to `url`, signed with `secret`.
    Result<> hook(std::string url);

    const std::string& url() const { return hub_.url(); }
    /// Where git finds it: "http://127.0.0.1:3001/corner/shop.git".
    std::string location() const { return url() + "/" + repository() + ".git"; }
    /// The same, or the stranger's fork, with the leave to push.
    std::string push_location(const std::string& login) const;
    const std::string& owner() const { return owner_; }
    std::string repository() const { return owner_ + "/shop"; }
    std::string page(Number pull) const;
    const std::string& platform_token() const { return platform_token_; }
    const std::string& secret() const { return secret_; }

    /// A pull request from `head`, "branch" or "eve:branch".
    Task<Result<Number>> open(std::string author, std::string title, std::string head);
    Result<> comment(Number pull, std::string text);
    /// Those that are open.
    Result<> close_all();

    /// What the platform told people there; empty while it did not, an error when it did so twice.
    Result<std::string> told(Number pull) const;
    /// The newest state of the platform's status on a commit; empty when there is none.
    std::string status(std::string_view commit) const;
    /// Waits until no webhook is on its way; an error about the first that was not taken.
    Task<Result<>> all_taken();

private:
    const hub::Repository* find() const;

    std::unique_ptr<Random> random_ = system_random();
    std::string owner_;
    hub::Hub hub_;
    std::string secret_ = random_->hex(64);
    std::string platform_token_;
    std::string owner_token_;
    std::string stranger_token_;
};

}  // namespace diorama::cli
