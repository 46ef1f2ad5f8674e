#pragma once

#include "cli/demo/stage.hpp"

namespace diorama::cli {

// The acts of the demo, in their order. Each tells its line, or fails with what did not hold.

/// A forge with the example as a repository.
Task<Result<>> open_forge(DemoStage& stage);
Task<Result<>> start_daemon(DemoStage& stage);
/// The forge sends its webhooks through the gateway, where nothing else of the API is.
Task<Result<>> set_up_webhook(DemoStage& stage);

/// A branch is put up because somebody asked for it, and its page is fetched.
Task<Result<>> put_up_branch(DemoStage& stage);

/// The owner's pull request comes up by itself.
Task<Result<>> open_pull_request(DemoStage& stage);
/// What its volume keeps changes, so that it can be missed.
Task<Result<>> take_apple(DemoStage& stage);
/// A push renews the one service it changes, while visitors come.
Task<Result<>> push_to_it(DemoStage& stage);
/// A push that changes no service builds and restarts nothing.
Task<Result<>> push_nothing_built(DemoStage& stage);

/// A stranger's pull request waits, and nothing of it is built.
Task<Result<>> open_from_fork(DemoStage& stage);
/// The owner lets it run, by a comment.
Task<Result<>> approve_fork(DemoStage& stage);

/// For people: where everything is and what to try, until they have seen enough.
Task<Result<>> stay(DemoStage& stage);

/// Closed pull requests go by themselves, and say so.
Task<Result<>> close_pull_requests(DemoStage& stage);
Task<Result<>> take_branch_down(DemoStage& stage);
Task<Result<>> prove_nothing_left(DemoStage& stage);

}  // namespace diorama::cli
