#include "model/rules.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

using Answer = Judgement::Answer;

const PullRequest open{
    .number = 7,
    .title = "A new till",
    .author = "ann",
    .head_commit = std::string(40, 'a'),
    .head_ref = "feature/till",
    .head_repository = "100",
    .base_ref = "main",
    .labels = {"preview", "ui"}
};
const ForgeRepository base{.forge = "github", .id = "100", .name = "ann/shop"};

bool says(const Judgement& judgement, std::string_view words)
{
    return judgement.reason.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("an open pull request gets a preview when the project has no rules")
{
    CHECK(judge(Rules{}, open, {}) == Judgement{});
}

TEST_CASE("a closed or merged pull request is not wanted, whatever the rules say")
{
    PullRequest gone = open;
    gone.status = PullRequest::Status::merged;
    const auto judgement = judge(Rules{}, gone, {});
    CHECK(judgement.answer == Answer::unwanted);
    CHECK(judgement.reason == "it is merged");
}

TEST_CASE("branches, base branches, labels and drafts filter pull requests, and say how")
{
    CHECK(judge(Rules{.branches = {"feature/*"}}, open, {}).answer == Answer::preview);
    const auto branch = judge(Rules{.branches = {"release/*"}}, open, {});
    CHECK(branch.answer == Answer::unwanted);
    CHECK_MESSAGE(says(branch, "'feature/till' is not among release/*"), branch.reason);

    const auto target = judge(Rules{.base_branches = {"stable"}}, open, {});
    CHECK(target.answer == Answer::unwanted);
    CHECK_MESSAGE(says(target, "it goes into 'main'"), target.reason);

    CHECK(
        judge(
            Rules{
                .labels = {"demo", "ui"}
    },
            open,
            {}
        )
            .answer == Answer::preview
    );
    const auto label = judge(Rules{.labels = {"demo"}}, open, {});
    CHECK(label.answer == Answer::unwanted);
    CHECK_MESSAGE(says(label, "none of the labels demo"), label.reason);

    PullRequest draft = open;
    draft.draft = true;
    CHECK(judge(Rules{}, draft, {}).answer == Answer::preview);
    CHECK(judge(Rules{.drafts = false}, draft, {}).answer == Answer::unwanted);
}

TEST_CASE("a push that touches no path of the project, or says so, leaves what stands")
{
    const Rules rules{
        .paths = {"services/till/**", "!**/*.md"}
    };
    CHECK(needs_files(rules));
    PushFacts push{.changed_files = std::vector<std::string>{"services/till/main.cpp"}};
    CHECK(judge(rules, open, push).answer == Answer::preview);
    push.changed_files = {"services/till/README.md", "docs/a.txt"};
    CHECK(judge(rules, open, push).answer == Answer::pass);

    const PushFacts quiet{.message = "Mend a typo\n\n[skip preview]"};
    const auto passed = judge(Rules{}, open, quiet);
    CHECK(passed.answer == Answer::pass);
    CHECK_MESSAGE(says(passed, "[skip preview]"), passed.reason);
}

TEST_CASE("patterns stand for names, folders and single characters")
{
    const auto finds = [](std::string pattern, std::string_view text) {
        return matches_any({std::move(pattern)}, text);
    };
    CHECK(finds("main", "main"));
    CHECK(!finds("main", "maine"));
    CHECK(!finds("main", "xmain"));
    CHECK(finds("feature/*", "feature/a"));
    CHECK(!finds("feature/*", "feature/a/b"));
    CHECK(finds("feature/**", "feature/a/b"));
    CHECK(finds("**", ""));
    CHECK(finds("**/Dockerfile", "Dockerfile"));
    CHECK(finds("**/Dockerfile", "a/b/Dockerfile"));
    CHECK(!finds("**/Dockerfile", "a/bDockerfile"));
    CHECK(finds("a/**/b", "a/b"));
    CHECK(finds("a/**/b", "a/x/y/b"));
    CHECK(finds("a/**/*.cpp", "a/x/y/b.cpp"));
    CHECK(!finds("a/**/*.cpp", "a/x/y/b.hpp"));
    CHECK(finds("v?.*", "v1.2"));
    CHECK(!finds("v?", "v/"));
    CHECK(finds("*a*b", "xxaxxab"));
    CHECK(!finds("*a*b", "xxaxxa"));
    CHECK(matches_any({"!docs/**"}, "src/a"));
    CHECK(!matches_any({"!docs/**"}, "docs/a"));
    CHECK(matches_any({"src/**", "!src/docs/**", "src/docs/keep"}, "src/docs/keep"));
}

TEST_CASE("a pattern that would try for ever ends soon")
{
    const std::string pattern = "**a**a**a**a**a**a**a**a**b";
    CHECK(!matches_any({pattern}, std::string(4000, 'a')));
}

TEST_CASE("only a writer's branch of the same repository runs unasked (SEC-25)")
{
    CHECK(runs_unasked(open, base, Permission::write));
    CHECK(!runs_unasked(open, base, Permission::read));
    CHECK(!runs_unasked(open, base, Permission::none));
    CHECK(runs_unasked(open, base, Permission::unknown));

    PullRequest fork = open;
    fork.head_repository = "200";
    CHECK(!runs_unasked(fork, base, Permission::write));
    fork.head_repository = "";  // The fork was deleted.
    CHECK(!runs_unasked(fork, base, Permission::write));
    CHECK(!runs_unasked(fork, ForgeRepository{}, Permission::unknown));
}
