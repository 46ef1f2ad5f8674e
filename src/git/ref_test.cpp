#include "base/fake_scheduler.hpp"
#include "base/spawn.hpp"
#include "base/unicode.hpp"
#include "git/object.hpp"
#include "git/ref.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using git::RefName;

namespace {

/// What git itself says of a name.
bool git_accepts(const std::string& full)
{
    FakeScheduler scheduler;
    Command command{
        .argv = {"git", "check-ref-format", full}
    };
    return scheduler.run(run_command(scheduler, command))->succeeded();
}

}  // namespace

TEST_CASE("SEC-01 a branch may be called what git allows, and nothing else")
{
    const std::vector<std::string> names{
        "main",
        "feature/shop",
        "a;touch pwned",
        "a;touch",
        "$(id)",
        "`id`",
        "a|b&c",
        "--upload-pack=touch",
        "-oProxyCommand=touch",
        "-x",
        "a'b\"c",
        "a\\b",
        "a..b",
        "a/../b",
        ".hidden",
        "a/.b",
        "a.lock",
        "a.lock/b",
        "a/b.lock",
        "a.",
        "a./b",
        "a//b",
        "/a",
        "a/",
        "@",
        "a@{b",
        "a@b",
        "a~1",
        "a^",
        "a:b",
        "a?",
        "a*",
        "a[b",
        "a]b",
        "a{b}",
        "a<b>",
        "a b",
        "a\tb",
        "a\nb",
        "a\x7f",
        "\x01",
        "ümlaut",
        "\xe2\x80\xaegnp.exe",
        std::string(255, 'x'),
        "refs/heads/main",
        ""
    };
    for (const auto& name : names) {
        CAPTURE(name);
        CHECK(RefName::branch(name).has_value() == git_accepts("refs/heads/" + name));
    }
}

TEST_CASE("SEC-01 a branch never begins with '-' where a program could read it as an option")
{
    const auto name = RefName::branch("--upload-pack=touch").value();
    CHECK(name.text() == "refs/heads/--upload-pack=touch");
    CHECK(name.brief() == "--upload-pack=touch");
}

TEST_CASE("SEC-01 a name that turns writing round is shown spelled out")
{
    const auto shown = display(RefName::branch("a\xe2\x80\xae"
                                               "b")
                                   .value()
                                   .brief());
    CHECK_FALSE(shown.contains("\xe2\x80\xae"));
    CHECK(shown.contains("202e"));
}

TEST_CASE("SEC-01 names that only a hostile hand writes are refused")
{
    CHECK(RefName::branch(std::string("a\0b", 3)).has_error());
    CHECK(RefName::branch("a\xff").has_error());
    CHECK(RefName::branch(std::string(5000, 'x')).has_error());
    CHECK(RefName::parse("main").has_error());
    CHECK(RefName::parse("--all").has_error());
    CHECK(RefName::parse("refs").has_error());
    CHECK(RefName::parse("HEAD").has_value());
}

TEST_CASE("the head of a pull request is known under each forge's name")
{
    for (const auto& head : git::pull_request_heads(42))
        CHECK(git::pull_request_of(head) == 42);
    for (const auto text :
         {"refs/pull/42/merge",
          "refs/pull/042/head",
          "refs/pull/x/head",
          "refs/pull//head",
          "refs/heads/pull/42/head",
          "refs/pull/99999999999999999999/head",
          "refs/pull/4/2/head"}) {
        CAPTURE(text);
        const auto ref = RefName::parse(text);
        CHECK((!ref || git::pull_request_of(*ref) == 0));
    }
}

TEST_CASE("a commit is named by all its digits")
{
    const std::string digits(40, 'a');
    CHECK(git::ObjectId::parse(digits)->text() == digits);
    CHECK(git::ObjectId::parse(std::string(40, 'A'))->text() == digits);
    CHECK(git::ObjectId::parse(digits)->brief() == "aaaaaaa");
    for (const auto& text :
         {std::string("abc123"),
          std::string(41, 'a'),
          std::string(39, 'a') + "g",
          "-" + std::string(39, 'a'),
          std::string()}) {
        CHECK(git::ObjectId::parse(text).has_error());
    }
}

TEST_CASE("a commit says who wrote it, when, and what it does")
{
    const auto id = git::ObjectId::parse(std::string(40, 'a')).value();
    const std::string tree(40, 'b');
    const auto commit = git::parse_commit(
        id,
        "tree " + tree + "\nparent " + std::string(40, 'c') +
            "\nauthor Ada Lovelace <ada@example.com> 1 +0000\n"
            "committer Bob <bob@example.com> 1700000000 +0100\n"
            "gpgsig -----BEGIN\n tree hostile\n -----END\n\nFirst line\n\nmore\n"
    );
    REQUIRE(commit.has_value());
    CHECK(commit->tree.text() == tree);
    CHECK(commit->author == "Ada Lovelace");
    CHECK(commit->subject == "First line");
    CHECK(commit->time == Instant{seconds{1'700'000'000}});
}

TEST_CASE("a commit with odd headers is read as far as it goes, without a tree it is none")
{
    const auto id = git::ObjectId::parse(std::string(40, 'a')).value();
    const auto odd = git::parse_commit(
        id, "tree " + std::string(40, 'b') + "\nauthor\ncommitter x <y> 99999999999999999999 +0000"
    );
    REQUIRE(odd.has_value());
    CHECK(odd->author.empty());
    CHECK(odd->subject.empty());
    CHECK(odd->time == Instant{});
    CHECK(git::parse_commit(id, "").has_error());
    CHECK(git::parse_commit(id, "\n\ntree " + std::string(40, 'b')).has_error());
    CHECK(git::parse_commit(id, "tree x\n\n").has_error());
}
