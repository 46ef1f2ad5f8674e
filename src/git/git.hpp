#pragma once

#include "base/spawn.hpp"
#include "git/location.hpp"
#include "git/object.hpp"
#include "git/ref.hpp"

#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

namespace diorama::git {

/// How to prove to a remote who we are; everything may be empty. Handed to git by environment only.
struct Access {
    Secret authorization;             ///< The value of the Authorization header, for https.
    std::filesystem::path ssh_key;    ///< A private key, for ssh.
    std::filesystem::path ssh_hosts;  ///< Known hosts, for ssh; by default the user's own.
};

/// A repository we may read, and how.
struct Remote {
    Location location;
    Access access;
};

/// One line of `ls-remote`: a tag's id is that of the commit it points to.
struct RemoteRef {
    RefName name;
    ObjectId id;

    friend bool operator==(const RemoteRef&, const RemoteRef&) = default;
};

/// How long a command may take and how much it may bring.
struct Limits {
    milliseconds time = minutes{2};
    std::uint64_t pack = 2ULL << 30;  ///< Bytes of one fetch, as they travel.
};

/// The git command, hardened: it reads no configuration but ours, asks nobody, runs no hook,
/// filter, helper, pager or submodule, follows no redirect, and speaks no protocol but the one
/// asked for.
class Git {
public:
    /// `home` is an empty folder of ours that stands in for the user's.
    Git(Scheduler& scheduler, std::filesystem::path home)
        : scheduler_(scheduler),
          home_(std::move(home))
    {}

    /// The references of `remote` that have one of these full names, or all of them for none.
    /// None found is an answer, but a web server that lists nothing at all is `unavailable`: it may
    /// be an empty page in its place. `unauthorized`, `not_found`, `too_many` as the server says.
    Task<Result<std::vector<RemoteRef>>> list_remote(
        Remote remote, std::vector<std::string> patterns, milliseconds time, std::stop_token stop
    ) const;

    /// `git` with `words`, hardened, in `folder`. `remote` is the only place it may speak to.
    Command command(
        std::vector<std::string> words,
        const std::filesystem::path& folder,
        const Remote* remote = nullptr
    ) const;

    Scheduler& scheduler() const { return scheduler_; }

private:
    Scheduler& scheduler_;
    std::filesystem::path home_;
};

/// Why git failed, in the words of its stderr, as a code and a sentence.
Error explain(const Finished& finished, const Location* location = nullptr);

}  // namespace diorama::git
