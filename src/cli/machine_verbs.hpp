#pragma once

#include "cli/session.hpp"

/// What the verbs about the daemon and its machine do; their rows are in verbs.cpp.
namespace diorama::cli {

Task<Result<int>> doctor(Session& session);
Task<Result<int>> top(Session& session);
Task<Result<int>> version(Session& session);

Task<Result<int>> cleanup(Session& session);
Task<Result<int>> owed(Session& session);

Task<Result<int>> token_create(Session& session);
Task<Result<int>> token_ls(Session& session);
Task<Result<int>> token_revoke(Session& session);

Result<int> serve(const CliWorld& world, const Arguments& arguments);

}  // namespace diorama::cli
