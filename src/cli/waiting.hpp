#pragma once

#include "cli/session.hpp"

#include <string>

namespace diorama::cli {

/// One attempt that was asked for.
struct Wish {
    Node environment;        ///< As the API showed it when it took the wish.
    std::string deployment;  ///< Its id.
};

/// What the daemon took on with `answer`.
Task<Result<Wish>> wish_of(Session& session, ApiClient::Answer answer);

/// --wait, --no-wait and --timeout of the verbs that change an environment.
std::vector<Flag> waiting_flags(std::string_view usual_limit);

/// Shows the build and deploy log on stderr until the attempt is over, then where its services are
/// on stdout; with --no-wait, where they will be. The exit code says how it ended.
Task<Result<int>> see_through(Session& session, Wish wish);

/// The limit of --timeout.
Result<milliseconds> waiting_limit(const Arguments& arguments, milliseconds usual);

}  // namespace diorama::cli
