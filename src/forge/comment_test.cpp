#include "base/instant.hpp"
#include "forge/comment.hpp"
#include "forge/limits.hpp"
#include "forge/markdown.hpp"
#include "tests/support/golden.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

Report report(State state)
{
    const bool working = state == State::provisioning;
    const std::string stand = working                  ? "building"
                              : state == State::asleep ? "stopped"
                              : state == State::failed ? "failed"
                                                       : "running";
    return {
        .state = state,
        .installation = "0195f0a1",
        .environment = "0195f0a2",
        .slug = "shop-pr-7",
        .url = "https://shop-pr-7.example.org/",
        .commit = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d",
        .commit_url =
            "https://github.com/owner/shop/commit/1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d",
        .services =
            {{"web", "https://shop-pr-7.example.org/", stand},
                       {"api", "https://shop-pr-7-api.example.org/", stand},
                       {"db", "", stand}},
    };
}

void keep_previous(Report& report)
{
    report.previous = "9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c";
    report.previous_url = "https://github.com/owner/shop/commit/" + report.previous;
}

Report updating()
{
    auto made = report(State::updating);
    keep_previous(made);
    return made;
}

Report failed(State state)
{
    auto made = report(state);
    made.cause = "service web: the build stopped at Dockerfile:7 with exit code 1.";
    for (int i = 1; i <= 20; ++i)
        made.log.push_back(fmt::format("web: step {}", i));
    made.phases = {
        {"queue", milliseconds{120}},
        {"fetch", milliseconds{850}},
        {"build", seconds{31}      }
    };
    made.reproduce = "diorama up https://github.com/owner/shop.git --pr 7 --commit " + made.commit;
    made.log_command = "diorama logs shop-pr-7";
    return made;
}

Report awaiting()
{
    auto made = report(State::awaiting_approval);
    made.services.clear();
    made.url.clear();
    made.approval = "It comes from the fork mallory/shop.";
    made.approve_command = "/preview " + made.commit;
    return made;
}

Report hostile()
{
    const std::string evil =
        "@everyone @org/team <script>alert(1)</script> ![x](https://evil.example/beacon.png) | a | "
        "b |\n# head\r\x1b[31mred\x1b]8;;https://evil.example\x07 \xe2\x80\xae"
        "drow #1 www.evil.example https://evil.example --> </details> ``` \\ \xff";
    auto made = failed(State::failed);
    made.slug = evil;
    made.url = "javascript:alert(1)";
    made.commit_url = "https://evil.example/)<script>";
    made.cause = evil;
    made.services = {
        {evil,  "https://evil.example/|<b>", evil},
        {"web", "https://x`y",               "`" }
    };
    made.phases = {
        {evil, seconds{1}}
    };
    made.notes = {evil};
    made.log = {evil, "````", "\x1b[1;32mgreen\x1b[0m"};
    made.reproduce = "echo '```'";
    return made;
}

/// What GitHub reads for markup and mentions: everything outside of code (CommonMark 0.31, 6.1).
std::string outside_code(std::string_view text)
{
    const auto run_at = [text](std::size_t at) {
        return std::min(text.find_first_not_of('`', at), text.size()) - at;
    };
    std::string outside;
    for (std::size_t at = 0; at < text.size();) {
        const auto ticks = run_at(at);
        auto close = at + ticks;
        while (ticks > 0 && close < text.size() && run_at(close) != ticks)
            close += std::max<std::size_t>(1, run_at(close));
        if (ticks > 0 && close < text.size()) {
            at = close + ticks;
            continue;
        }
        const auto taken = text[at] == '\\' ? 2 : std::max<std::size_t>(1, ticks);
        outside += text.substr(at, taken);
        at += taken;
    }
    return outside;
}

}  // namespace

TEST_CASE("B14 the comment in every state reads as its golden file")
{
    const auto golden = [](const std::string& name, const Report& made) {
        check_golden("tests/data/github/comments/" + name + ".md", comment_text(made));
    };
    auto pending = report(State::pending);
    pending.services.clear();
    pending.position = 3;
    pending.start = *parse_instant("2026-03-01T12:34:56Z");
    golden("pending", pending);
    golden("awaiting_approval", awaiting());
    golden("provisioning", report(State::provisioning));
    auto in_line = report(State::provisioning);
    in_line.build_position = 2;
    golden("build_queue", in_line);
    auto crowded = report(State::provisioning);
    crowded.position = 1;
    crowded.waits = "2 of 2 environments are awake";
    golden("place_queue", crowded);
    golden("updating", updating());

    auto ready = report(State::ready);
    ready.phases = {
        {"queue",  milliseconds{0}  },
        {"fetch",  milliseconds{850}},
        {"build",  seconds{75}      },
        {"start",  seconds{3}       },
        {"switch", milliseconds{14} }
    };
    ready.notes = {"web is the main service: the first whose port (80) is one that web servers "
                   "use. Name another with x-diorama.main."};
    golden("ready", ready);
    golden("asleep", report(State::asleep));
    golden("failed", failed(State::failed));
    auto kept = failed(State::ready);
    keep_previous(kept);
    golden("update_failed", kept);
    golden("destroying", report(State::destroying));
    auto destroyed = report(State::destroyed);
    destroyed.lived = hours{76};
    destroyed.log_command = "diorama logs shop-pr-7";
    golden("destroyed", destroyed);
    destroyed.ended = "idle for 2 d";
    destroyed.revive = "diorama redeploy shop-pr-7";
    golden("ended", destroyed);
    auto asked = report(State::ready);
    asked.asked = {"ada", "/preview why", "it serves the wanted commit"};
    golden("asked", asked);
    golden("hostile", hostile());
}

TEST_CASE("B14 the first line is the answer and holds the marker, in every state")
{
    for (const State state : states) {
        const auto made = report(state);
        const auto text = comment_text(made);
        const auto line = text.substr(0, text.find('\n'));
        CHECK(line.starts_with("**Preview "));
        CHECK(line.ends_with("<!-- diorama:0195f0a1:0195f0a2 -->"));
        CHECK(comment_marker(made) == "<!-- diorama:0195f0a1:0195f0a2 -->");
        const auto plain = one_line(made);
        CHECK(plain.starts_with("Preview "));
        CHECK(plain.size() <= description_limit);
        CHECK(plain.find_first_of("*`<>\n") == std::string::npos);
    }
}

TEST_CASE("SEC-61 nothing that people typed works in a comment")
{
    const auto text = comment_text(hostile());
    const auto read = outside_code(text);
    CHECK(read.contains("everyone"));
    CHECK_FALSE(read.contains("@everyone"));
    CHECK_FALSE(read.contains("@org"));
    CHECK_FALSE(read.contains("<script"));
    CHECK_FALSE(read.contains("](http"));
    CHECK_FALSE(read.contains("://evil"));
    CHECK_FALSE(read.contains(" #1"));
    CHECK(read.find("</details>") == read.rfind("</details>"));
    CHECK_FALSE(text.contains("javascript:"));
    CHECK_FALSE(text.contains("\x1b"));
    CHECK_FALSE(text.contains("\r"));
    CHECK_FALSE(text.contains("\xe2\x80\xae"));
    CHECK_FALSE(text.contains("\xff"));
    // One table with three columns, whatever stands in its cells.
    const auto row = text.find("\n| ", text.find("|---|---|---|"));
    const auto line = text.substr(row + 1, text.find('\n', row + 1) - row - 1);
    CHECK(std::ranges::count(line, '|') == 4);
    // The fence of the log is longer than what stands in it.
    CHECK(text.contains("`````text\n"));
    CHECK(text.contains("\ngreen\n`````"));
}

TEST_CASE("SEC-61 prose keeps mentions, references and addresses from working")
{
    using namespace markdown;
    CHECK(prose("plain words") == "plain words");
    CHECK(prose("@everyone") == "@&#8203;everyone");
    CHECK(prose("owner/shop#1") == "owner\\/shop#&#8203;1");
    CHECK(prose("https://evil.example") == "https\\:\\/\\/evil\\.example");
    CHECK(prose("see GH-1, gh-2, a-b") == "see GH-&#8203;1, gh-&#8203;2, a\\-b");
    CHECK(prose("<b>&amp;") == "&lt;b&gt;&amp;amp;");
    CHECK(prose("a\n# b") == "a\\\\n#&#8203; b");
    CHECK(code("`") == "`` ` ``");
    CHECK(code("a``b") == "```a``b```");
    CHECK(code("@everyone") == "`@everyone`");
    CHECK(address("https://shop.example/") == "<https://shop.example/>");
    CHECK(address("https://user@shop.example/") == "https\\:\\/\\/user@&#8203;shop\\.example\\/");
    CHECK(linked("1a2b3c4", "ftp://x") == "`1a2b3c4`");
}

TEST_CASE("B14 a comment stays below what a forge takes, however much there is to tell")
{
    auto made = hostile();
    for (int i = 0; i < 1000; ++i) {
        made.services.push_back({std::string(1000, '<'), "", std::string(1000, '@')});
        made.log.push_back(std::string(100'000, '`'));
        made.notes.push_back(std::string(1000, '&'));
    }
    CHECK(comment_text(made).size() > 10'000);
    CHECK(comment_text(made).size() < comment_limit);
}

TEST_CASE("B16 the status and the deployment say the same as the comment")
{
    using Status = CommitStatus::State;
    using Deployment = ForgeDeployment::State;
    const auto tells = [](const Report& made, Status status, Deployment deployment) {
        CHECK(status_of(made).state == status);
        CHECK(status_of(made).context == "diorama/preview");
        CHECK(status_of(made).description == one_line(made));
        CHECK(deployment_of(made).state == deployment);
    };
    tells(report(State::pending), Status::pending, Deployment::queued);
    tells(awaiting(), Status::pending, Deployment::queued);
    tells(report(State::provisioning), Status::pending, Deployment::in_progress);
    tells(updating(), Status::pending, Deployment::in_progress);
    tells(report(State::ready), Status::success, Deployment::success);
    tells(report(State::asleep), Status::success, Deployment::success);
    tells(failed(State::failed), Status::failure, Deployment::failure);
    auto kept = failed(State::ready);
    kept.previous = "9f8e7d6";
    tells(kept, Status::failure, Deployment::failure);
    tells(report(State::destroyed), Status::success, Deployment::inactive);

    CHECK(status_of(report(State::ready)).target_url == "https://shop-pr-7.example.org/");
    CHECK(deployment_of(report(State::ready)).environment_url == "https://shop-pr-7.example.org/");
    CHECK(deployment_of(report(State::destroyed)).environment_url.empty());
    CHECK(one_line(report(State::ready)) == "Preview ready at 1a2b3c4.");
    CHECK(
        one_line(failed(State::failed)) ==
        "Preview failed: service web: the build stopped at Dockerfile:7 with exit code 1."
    );
}
