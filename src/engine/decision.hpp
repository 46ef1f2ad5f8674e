#pragma once

#include "model/rules.hpp"
#include "store/pull_requests.hpp"

namespace diorama {

/// Everything a forge said about one pull request at one moment.
struct ForgeFacts {
    PullRequest pull_request;
    Permission permission = Permission::unknown;  ///< Of its author.
    PushFacts push;
};

/// What shall become of its environment, in the order of the rules: wanted at all, this push
/// wanted, allowed to run.
struct Decision {
    enum class Answer { deploy, deploy_untrusted, hold, keep, remove };

    Answer answer = Answer::keep;
    pull_requests::Verdict verdict = pull_requests::Verdict::preview;
    std::string reason;  ///< For `why`; empty when there is nothing to explain.
};

Decision decide(
    const Rules& rules,
    const ForgeRepository& base,
    const ForgeFacts& facts,
    const std::optional<pull_requests::Approval>& approval
);

/// Another text when the rules are others: what was decided by other ones is decided anew.
std::string mark_of(const Rules& rules);

/// The rules of the project of that name; the default ones when it has none of its own.
const Rules& rules_for(const std::map<std::string, Rules>& all, std::string_view name);

}  // namespace diorama
