#pragma once

#include "base/clock.hpp"
#include "model/environment.hpp"

#include <optional>
#include <string>
#include <vector>

namespace diorama {

/// How an environment stands, for the people at its pull request. Fill what is known; what is empty
/// is left out. Names, causes and log lines may be anybody's words; secrets must be gone from them.
struct Report {
    struct Service {
        std::string name;
        std::string url;    ///< Empty when it is not routed.
        std::string state;  ///< "running"
    };

    /// A command in somebody's comment.
    struct Asked {
        std::string by;       ///< Login.
        std::string command;  ///< "/preview stop"
        std::string outcome;  ///< A clause: "it is taken down".
    };

    State state = State::pending;
    std::string installation;  ///< Its id, and
    std::string environment;   ///< the environment's: together they mark our comment.
    std::string slug;          ///< "shop-pr-7"
    std::string url;           ///< Of the main service.

    std::string commit;  ///< The one this is about, in full.
    std::string commit_url;
    /// The commit that serves while `commit` is built, waits for approval, or after it failed.
    std::string previous;
    std::string previous_url;

    std::vector<Service> services;
    std::vector<Phase> phases;            ///< Of the last deployment, in their order.
    std::vector<std::string> notes;       ///< Sentences: which service is main, and why.
    std::optional<std::size_t> position;  ///< In the queue for a worker; 1 is next.
    std::optional<Instant> start;         ///< When it is expected to leave that queue.
    std::string waits;  ///< Which limit keeps it waiting for a place instead: a clause.
    std::optional<std::size_t> build_position;  ///< In the queue of builds; 1 is next.

    std::optional<Asked> asked;  ///< The last command, until something newer is wished.

    std::string cause;             ///< Why the last deployment failed: a sentence.
    std::vector<std::string> log;  ///< Its last lines; the last 15 are shown.
    std::string reproduce;         ///< The command that shows the failure again.

    std::optional<milliseconds> lived;  ///< Once destroyed: for how long it was there.
    std::string ended;        ///< Where the clock or a person ended it: "idle for 2 d". Else empty.
    std::string revive;       ///< Where it is ended and may come back: the command that puts it up.
    std::string log_command;  ///< Where its logs are.
    std::string approval;     ///< Why somebody must approve it: a sentence.
    std::string approve_command;  ///< What to write to approve: "/preview 1a2b3c4".
};

}  // namespace diorama
