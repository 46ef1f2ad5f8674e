#pragma once

#include "cli/session.hpp"

/// What the verbs about forges, their webhooks and pull requests do; their rows are in verbs.cpp.
namespace diorama::cli {

Task<Result<int>> deliveries_ls(Session& session);
Task<Result<int>> deliveries_show(Session& session);
Task<Result<int>> deliveries_replay(Session& session);

Task<Result<int>> approvals(Session& session);
Task<Result<int>> approve(Session& session);

Task<Result<int>> brake(Session& session);
Task<Result<int>> brake_release(Session& session);

}  // namespace diorama::cli
