#pragma once

#include "hub/actions.hpp"
#include "hub/faults.hpp"
#include "hub/world.hpp"
#include "net/server.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace diorama::hub {

/// A small forge on this machine that speaks the part of GitHub's REST API Diorama uses, serves
/// its repositories to git over HTTP, sends signed webhooks, and shows pull requests as pages. For
/// `diorama demo` and for tests: state is in memory, and everybody who reaches its port may play
/// anybody, so it listens on loopback only.
///
///     /repos/…, /user, /rate_limit   the API; also below /api/v3, as GitHub Enterprise has it
///     /{owner}/{name}.git            git's smart HTTP, protocol 2, exact commits too
///     /{owner}/{name}[/pull/{n}]     pages for people
///     /_hub/…                        what `actions`, `faults` and `hooks` offer, as JSON
class Hub {
public:
    struct Options {
        std::filesystem::path folder;  ///< For the repositories; must exist.
        /// What answers and payloads call the API, when a proxy stands in front of it.
        std::string api;
    };

    Hub(Loop& loop, Random& random, Options options);
    /// `stop` must have returned.
    ~Hub();
    Hub(const Hub&) = delete;
    Hub& operator=(const Hub&) = delete;

    /// `port` 0 takes any free one.
    Result<> listen(std::uint16_t port = 0);
    /// "http://127.0.0.1:34567"
    const std::string& url() const;
    Task<> stop();

    /// A new token of `login`, or the given one.
    std::string
    give_token(std::string login, std::set<std::string> lacks = {}, std::string token = {});

    Actions& actions();
    Hooks& hooks();
    ApiFaults& faults();
    Limits& limits();
    /// To look at; actions change it.
    const State& state() const;
    const std::deque<Asked>& asked() const;

private:
    std::unique_ptr<World> world_;
    Server server_;
    Options options_;
};

}  // namespace diorama::hub
