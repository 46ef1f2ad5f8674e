#include "engine/feedback_world.hpp"
#include "forge/limits.hpp"

#include <doctest/doctest.h>

using namespace diorama;

TEST_CASE("one comment tells a preview's whole life, edited where it stands (B14)")
{
    FeedbackWorld world;
    world.slowly();
    world.pull(7, 'a');
    world.tell(world.arrival(7, "opened"));
    world.scheduler.run_for(seconds{4});
    CHECK(world.text().starts_with("**Preview provisioning**: building [`aaaaaaa`]"));
    world.settle();
    CHECK(world.text().starts_with("**Preview ready**: <http://"));
    CHECK(world.has("| web | <http://ann-shop-pr-7.localhost:8080/> | running |"));
    CHECK(world.has("https://forge.example/ann/shop/commit/" + world.commit('a')));

    world.pull(7, 'b');
    world.tell(world.arrival(7));
    world.scheduler.run_for(seconds{4});
    CHECK(world.has("**Preview updating**: building [`bbbbbbb`]"));
    CHECK(world.has("`aaaaaaa` still serves"));
    world.settle();
    CHECK(world.has("**Preview ready**"));
    CHECK(world.has("Commit [`bbbbbbb`]"));
    CHECK(world.has("took "));

    world.push_broken('c');
    world.tell(world.arrival(7));
    world.settle();
    CHECK(world.text().starts_with("**Preview ready** at `bbbbbbb`, but [`ccccccc`]"));
    CHECK(world.has("failed: compose\\.yaml"));
    CHECK(world.has("diorama logs ann-shop-pr-7"));
    CHECK(world.has("diorama up https://forge.example/ann/shop.git --pr 7 --commit ccc"));

    world.close(7);
    world.tell(world.arrival(7, "closed"));
    world.settle();
    CHECK(world.text().starts_with("**Preview destroyed**: it was here for "));
    CHECK(world.has("diorama logs ann-shop-pr-7"));
    CHECK(world.comments() == 1);
    CHECK(world.asked("create_comment") == 1);
}

TEST_CASE("a comment whose making was not answered is found, not made twice (B14)")
{
    FeedbackWorld world;
    bool lost = false;
    world.forge.fault = [&](std::string_view question) -> std::optional<FakeForgeApi::Fault> {
        if (question != "create_comment" || lost) return std::nullopt;
        lost = true;
        return FakeForgeApi::Fault{
            {Code::timed_out, "no answer"},
            FakeForgeApi::Fault::When::after
        };
    };
    world.pull(7, 'a');
    world.tell_and_settle(world.arrival(7, "opened"));
    CHECK(lost);
    CHECK(world.comments() == 1);
    CHECK(world.has("**Preview ready**"));
    CHECK(world.asked("create_comment") == 1);
}

TEST_CASE("a daemon killed between the intent and the answer finds its comment (B14)")
{
    FeedbackWorld world;
    world.forge.delay = seconds{20};
    world.pull(7, 'a');
    world.tell(world.arrival(7, "opened"));
    world.wait_until([&] { return world.asked("create_comment") == 1; });
    CHECK(world.feedback().comment_intended);
    world.stop();
    // The forge heard it; nobody heard the forge.
    world.shop().comments.push_back({"c1", 7, world.marker()});
    world.forge.delay = milliseconds{0};
    world.start();
    world.settle();
    CHECK(world.comments() == 1);
    CHECK(world.has("**Preview ready**"));
    CHECK(world.feedback().comment == "c1");
}

TEST_CASE("a comment somebody deleted is made again once, not twice (B14)")
{
    FeedbackWorld world;
    world.pull(7, 'a');
    world.tell_and_settle(world.arrival(7, "opened"));
    world.shop().comments.clear();
    world.pull(7, 'b');
    world.tell_and_settle(world.arrival(7));
    CHECK(world.comments() == 1);
    CHECK(world.has("**Preview ready**"));
    world.shop().comments.clear();
    for (const char letter : {'c', 'd'}) {
        world.pull(7, letter);
        world.tell_and_settle(world.arrival(7));
    }
    CHECK(world.state(7) == State::ready);
    CHECK(world.comments() == 0);
    CHECK(world.asked("create_comment") == 2);
    CHECK(world.feedback().problem.empty());
}

TEST_CASE("what a rule filters gets no comment, and what was never told gets no farewell")
{
    FeedbackWorld world;
    world.pull(7, 'a').draft = true;
    world.engine_settings.rules["ann/shop"].drafts = false;
    world.tell_and_settle(world.arrival(7, "opened"));
    CHECK(world.forge.questions.size() > 0);
    CHECK(world.comments() == 0);

    world.pull(8, 'b');
    world.tell(world.arrival(8, "opened"));
    world.scheduler.run_for(seconds{1});
    world.close(8);
    world.tell_and_settle(world.arrival(8, "closed"));
    CHECK(world.state(8) == State::destroyed);
    CHECK(world.asked("create_comment") == 0);
}

TEST_CASE("a fork's pull request is told what waits and how to approve it (SEC-25)")
{
    FeedbackWorld world;
    world.pull(7, 'a', "eve");
    world.tell_and_settle(world.arrival(7, "opened"));
    CHECK(world.text().starts_with("**Preview awaiting approval**: [`aaaaaaa`]"));
    CHECK(world.has("/preview " + world.commit('a')));

    world.tell_and_settle(world.comment(7, "ann", world.commit('a')));
    CHECK(world.has("**Preview ready**"));
    world.pull(7, 'b', "eve");
    world.tell_and_settle(world.arrival(7));
    CHECK(world.has("/preview " + world.commit('b')));
    CHECK(world.has("| web | <http"));
    CHECK(world.comments() == 1);
}

TEST_CASE("a burst of pushes is told once, and never about an older one after a newer (B14)")
{
    FeedbackWorld world;
    world.pull(7, 'a');
    world.tell_and_settle(world.arrival(7, "opened"));
    const auto before = world.asked("edit_comment");
    for (const char letter : {'b', 'c', 'd', 'e'}) {
        world.pull(7, letter);
        world.tell(world.arrival(7));
        world.scheduler.run_for(milliseconds{200});
    }
    world.settle();
    CHECK(world.has("Commit [`eeeeeee`]"));
    CHECK(world.asked("edit_comment") - before <= 2);
}

TEST_CASE("what is about to be told is dropped when a push comes first (B14)")
{
    FeedbackWorld world;
    world.pull(7, 'a');
    world.tell_and_settle(world.arrival(7, "opened"));
    world.slowly();
    world.pull(7, 'b');
    world.tell(world.arrival(7));
    world.scheduler.run_for(seconds{4});
    CHECK(world.has("building [`bbbbbbb`]"));
    std::vector<std::string> texts;
    world.forge.fault = [&](std::string_view question) -> std::optional<FakeForgeApi::Fault> {
        if (question == "edit_comment") texts.push_back(world.preview_commit());
        return std::nullopt;
    };
    world.pull(7, 'c');
    world.tell(world.arrival(7));
    world.settle();
    CHECK(world.has("Commit [`ccccccc`]"));
    REQUIRE_FALSE(texts.empty());
    for (const std::string& commit : texts)
        CHECK(commit == world.commit('c'));
}

TEST_CASE("a forge that fails is told later, and why says so meanwhile (B14)")
{
    FeedbackWorld world;
    bool down = true;
    world.forge.fault = [&](std::string_view question) -> std::optional<FakeForgeApi::Fault> {
        if (!down || !question.ends_with("_comment")) return std::nullopt;
        return FakeForgeApi::Fault{
            {Code::unavailable, "it answered 500"}
        };
    };
    world.pull(7, 'a');
    world.tell_and_settle(world.arrival(7, "opened"));
    CHECK(world.comments() == 0);
    CHECK(world.feedback().problem == "it answered 500");
    CHECK(world.feedback().attempt > 1);
    CHECK(world.forge.questions.size() < 40);
    down = false;
    world.scheduler.run_for(minutes{2});
    CHECK(world.comments() == 1);
    CHECK(world.feedback().problem.empty());
}

TEST_CASE("a forge that asks for quiet is left in peace until its limit is lifted (B14)")
{
    FeedbackWorld world;
    world.pull(7, 'a');
    world.tell(world.arrival(7, "opened"));
    world.scheduler.run_for(seconds{1});
    world.forge.quiet_until = world.scheduler.now() + minutes{20};
    world.scheduler.run_for(minutes{19});
    CHECK(world.asked("create_comment") == 0);
    CHECK(world.feedback().problem.find("rate limit") != std::string::npos);
    world.scheduler.run_for(minutes{2});
    CHECK(world.comments() == 1);
    CHECK(world.has("**Preview ready**"));
}

TEST_CASE("no comment is made where comments are off, and none without the forge's API")
{
    FeedbackWorld world;
    world.engine_settings.forges.comment = false;
    world.pull(7, 'a');
    world.tell_and_settle(world.arrival(7, "opened"));
    CHECK(world.state(7) == State::ready);
    CHECK(world.comments() == 0);
}

TEST_CASE("a comment shows the last lines, and neither secrets nor markup (SEC-60, SEC-61)")
{
    FeedbackWorld world;
    world.pull(7, 'a').title = "<img src=x> @everyone `sesame`";
    world.driver->faults([](Verb verb, const std::string&) -> std::optional<Fault> {
        if (verb != Verb::apply) return std::nullopt;
        return Fault{
            Error{Code::invalid, "sesame <script>alert(1)</script> @everyone"}
        };
    });
    world.tell(world.arrival(7, "opened"));
    world.wait_until([&] { return world.preview(7) && world.state(7) == State::failed; });
    std::vector<std::string> lines;
    for (int i = 1; i <= 20; ++i)
        lines.push_back(fmt::format("line {} sesame ``` </details>", i));
    world.append(lines);
    world.settle();
    CHECK(world.text().starts_with("**Preview failed**"));
    CHECK_FALSE(world.has("sesame"));
    CHECK_FALSE(world.has("<script>"));
    CHECK_FALSE(world.has("@everyone"));
    CHECK(world.has("line 6 [secret]"));
    CHECK(world.has("line 20 [secret]"));
    CHECK_FALSE(world.has("line 5 "));
}
