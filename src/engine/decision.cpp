#include "engine/decision.hpp"

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "engine/clearance.hpp"
#include "model/environment.hpp"

#include <fmt/format.h>

namespace diorama {

namespace {

using enum Decision::Answer;
using Verdict = pull_requests::Verdict;

std::string why_held(const ForgeFacts& facts, const ForgeRepository& base)
{
    const PullRequest& it = facts.pull_request;
    const std::string author = display(it.author, 60);
    if (it.head_repository == base.id)
        return fmt::format(
            "{} may not write to {}: commit {} waits for an approval",
            author,
            base.name,
            short_commit(it.head_commit)
        );
    return fmt::format(
        "it comes from a fork of {}: commit {} waits for an approval",
        base.name,
        short_commit(it.head_commit)
    );
}

}  // namespace

Decision decide(
    const Rules& rules,
    const ForgeRepository& base,
    const ForgeFacts& facts,
    const std::optional<pull_requests::Approval>& approval
)
{
    const PullRequest& it = facts.pull_request;
    const Judgement judged = judge(rules, it, facts.push);
    if (judged.answer == Judgement::Answer::unwanted)
        return {remove, Verdict::unwanted, judged.reason};
    if (judged.answer == Judgement::Answer::pass) return {keep, Verdict::passed, judged.reason};
    switch (trust_in(it.head_commit, it, facts.permission, base, approval)) {
        case Trust::full: return {deploy, Verdict::preview, ""};
        case Trust::approved:
            return {
                deploy_untrusted,
                Verdict::preview,
                fmt::format("{} approved this commit", display(approval->by, 60))
            };
        case Trust::none: return {hold, Verdict::held, why_held(facts, base)};
    }
    std::abort();
}

std::string mark_of(const Rules& rules)
{
    Node::List node{rules.drafts};
    for (const auto* words :
         {&rules.branches, &rules.base_branches, &rules.labels, &rules.paths, &rules.skip_words})
        node.push_back(Node::List(words->begin(), words->end()));
    return sha256(write_json(node)).substr(0, 16);
}

const Rules& rules_for(const std::map<std::string, Rules>& all, std::string_view name)
{
    static const Rules standard;
    const auto own = all.find(lower(name));
    return own == all.end() ? standard : own->second;
}

}  // namespace diorama
