#pragma once

#include "cli/session.hpp"

/// What the verbs about environments do; their rows are in verbs.cpp.
namespace diorama::cli {

Task<Result<int>> up(Session& session);
Task<Result<int>> down(Session& session);
Task<Result<int>> redeploy(Session& session);
Task<Result<int>> put_to_sleep(Session& session);
Task<Result<int>> wake(Session& session);
Task<Result<int>> pin(Session& session);
Task<Result<int>> unpin(Session& session);
Task<Result<int>> extend(Session& session);
Task<Result<int>> cancel(Session& session);
Task<Result<int>> ls(Session& session);
Task<Result<int>> show(Session& session);
Task<Result<int>> open(Session& session);
Task<Result<int>> why(Session& session);
Task<Result<int>> logs(Session& session);

/// `not_found` with the nearest name when an environment, as the API shows it, has other services.
Result<> check_service(const Node& environment, const std::string& service);

}  // namespace diorama::cli
