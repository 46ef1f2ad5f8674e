#include "engine/feedback_world.hpp"
#include "forge/limits.hpp"

#include <doctest/doctest.h>

using namespace diorama;

TEST_CASE("one comment tells a preview's whole life, edited where it stands (B14, B15)")
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
    CHECK(world.has("/commit/" + world.commit('a') + ">) still serves"));
    world.settle();
    CHECK(world.has("**Preview ready**"));
    CHECK(world.has("Commit [`bbbbbbb`]"));
    CHECK(world.has("took 10 s: start 10 s."));

    world.push_broken('c');
    world.tell(world.arrival(7));
    world.settle();
    CHECK(world.text().starts_with("**Preview ready** at [`bbbbbbb`]"));
    CHECK(world.has(", but [`ccccccc`]"));
    CHECK(world.has("failed: compose\\.yaml"));
    CHECK(world.has("diorama logs ann-shop-pr-7"));
    CHECK(world.has("diorama up https://forge.example/ann/shop.git --pr 7 --commit ccc"));

    world.close(7);
    world.tell(world.arrival(7, "closed"));
    world.settle();
    CHECK(world.text().starts_with("**Preview destroyed**: removed after "));
    CHECK(world.has("Commit [`ccccccc`]"));
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
    bool lost = false;
    SUBCASE("and the forge answers") {}
    SUBCASE("and the forge's answer is lost")
    {
        lost = true;
    }
    world.forge.fault = [&](std::string_view question) -> std::optional<FakeForgeApi::Fault> {
        if (question != "create_comment" || !std::exchange(lost, false)) return std::nullopt;
        return FakeForgeApi::Fault{
            {Code::timed_out, "no answer"},
            FakeForgeApi::Fault::When::after
        };
    };
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

TEST_CASE("a comment that is there but may not be edited is no reason for another (B14)")
{
    FeedbackWorld world;
    world.pull(7, 'a');
    world.tell_and_settle(world.arrival(7, "opened"));
    const auto standing = world.text();
    bool hidden = true;
    world.forge.fault = [&](std::string_view question) -> std::optional<FakeForgeApi::Fault> {
        if (question != "edit_comment" || !hidden) return std::nullopt;
        return FakeForgeApi::Fault{
            {Code::not_found, "the forge knows no such comment"}
        };
    };
    world.pull(7, 'b');
    world.tell_and_settle(world.arrival(7));
    CHECK(world.comments() == 1);
    CHECK(world.text() == standing);
    CHECK(world.feedback().problem.contains("no such comment"));
    hidden = false;
    world.scheduler.run_for(minutes{2});
    CHECK(world.comments() == 1);
    CHECK(world.has("Commit [`bbbbbbb`]"));
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

    world.tell_and_settle(world.comment(7, "ann", "/preview " + world.commit('a')));
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

TEST_CASE("what is about to be told is dropped when a push comes first (B14, B16)")
{
    FeedbackWorld world;
    world.pull(7, 'a');
    world.tell_and_settle(world.arrival(7, "opened"));
    world.slowly();
    const auto edits = world.asked("edit_comment");
    world.pull(7, 'b');
    world.tell(world.arrival(7));
    world.scheduler.run_for(seconds{1});
    world.forge.delay = seconds{5};
    world.wait_until([&] { return world.asked("edit_comment") > edits; });
    world.forge.delay = milliseconds{0};
    world.pull(7, 'c');
    world.tell(world.arrival(7));
    world.settle();
    CHECK(world.has("Commit [`ccccccc`]"));
    CHECK(world.status('b').context == "none");
    CHECK_FALSE(world.deployment('b').has_value());
    CHECK(world.status('c').state == CommitStatus::State::success);
}

TEST_CASE("a forge that fails is told later, and its fault is kept meanwhile (B17)")
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

TEST_CASE("a forge that asks for quiet is left in peace until its limit is lifted (B17)")
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

TEST_CASE("each word to the forge can be switched off by itself (B14, B16)")
{
    FeedbackWorld world;
    ForgeSettings& wanted = world.engine_settings.forges;
    SUBCASE("comment")
    {
        wanted = {.comment = false};
    }
    SUBCASE("status")
    {
        wanted = {.status = false};
    }
    SUBCASE("deployments")
    {
        wanted = {.deployments = false};
    }
    world.pull(7, 'a');
    world.tell_and_settle(world.arrival(7, "opened"));
    CHECK(world.state(7) == State::ready);
    CHECK((world.asked("create_comment") > 0) == wanted.comment);
    CHECK((world.asked("set_status") > 0) == wanted.status);
    CHECK((world.asked("create_deployment") > 0) == wanted.deployments);
}

TEST_CASE("without the forge's API nobody is told, and nothing waits to be")
{
    ForgeWorld world(false);
    world.pull(7, 'a');
    world.tell_and_settle(world.arrival(7, "opened"));
    CHECK(world.state(7) == State::ready);
    CHECK(world.forge.questions.empty());
}

TEST_CASE("a commit's status is pending, then ready or failed, and leads to the preview (B16)")
{
    using enum CommitStatus::State;
    FeedbackWorld world;
    world.slowly();
    world.pull(7, 'a');
    world.tell(world.arrival(7, "opened"));
    world.scheduler.run_for(seconds{4});
    CHECK(world.status('a').state == pending);
    CHECK(world.status('a').context == "diorama/preview");
    world.settle();
    CHECK(world.status('a').state == success);
    CHECK(world.status('a').target_url == "http://ann-shop-pr-7.localhost:8080/");
    CHECK(world.status('a').description == "Preview ready at aaaaaaa.");

    world.push_broken('b');
    world.tell_and_settle(world.arrival(7));
    CHECK(world.status('a').state == success);
    CHECK(world.status('b').state == failure);
    CHECK(world.status('b').description.contains("compose.yaml"));

    const auto told = world.shop().statuses.size();
    world.close(7);
    world.tell_and_settle(world.arrival(7, "closed"));
    CHECK(world.state(7) == State::destroyed);
    CHECK(world.shop().statuses.size() == told);
}

TEST_CASE("a commit that was overtaken is not left pending (B16)")
{
    using enum CommitStatus::State;
    FeedbackWorld world;
    world.slowly();
    for (const char letter : {'a', 'b', 'c'}) {
        world.pull(7, letter);
        world.tell(world.arrival(7));
        world.scheduler.run_for(seconds{5});
        CHECK(world.status(letter).state == pending);
    }
    world.settle();
    CHECK(world.status('a').state == error);
    CHECK(world.status('a').description == "superseded by bbbbbbb");
    CHECK(world.status('b').description == "superseded by ccccccc");
    CHECK(world.status('c').state == success);
    bool newer = false;
    for (const auto& [commit, told] : world.shop().statuses) {
        newer = newer || commit == world.commit('c');
        if (newer) CHECK(commit == world.commit('c'));
    }
    CHECK(newer);
}

TEST_CASE("a status whose answer was lost is not left pending, nor left untrue (B16, B17)")
{
    FeedbackWorld world;
    world.slowly();
    bool lost = true;
    world.forge.fault = [&](std::string_view question) -> std::optional<FakeForgeApi::Fault> {
        if (!lost || question != "set_status") return std::nullopt;
        return FakeForgeApi::Fault{
            {Code::timed_out, "no answer"},
            FakeForgeApi::Fault::When::after
        };
    };
    world.pull(7, 'a');
    world.tell(world.arrival(7, "opened"));
    world.wait_until([&] { return !world.shop().statuses.empty(); });
    CHECK(world.status('a').state == CommitStatus::State::pending);
    world.close(7);
    world.tell(world.arrival(7, "closed"));
    world.wait_until([&] { return world.state(7) == State::destroyed; });
    lost = false;
    world.scheduler.run_for(minutes{15});
    CHECK(world.status('a').state == CommitStatus::State::success);
}

TEST_CASE("a status or deployment the token may not write hinders no comment (B14)")
{
    FeedbackWorld world;
    world.forge.fault = [](std::string_view question) -> std::optional<FakeForgeApi::Fault> {
        if (question.ends_with("_comment")) return std::nullopt;
        if (question != "set_status" && question != "create_deployment") return std::nullopt;
        return FakeForgeApi::Fault{
            {Code::forbidden, "the token may not do that", "Give it the permission."}
        };
    };
    world.pull(7, 'a');
    world.tell_and_settle(world.arrival(7, "opened"));
    CHECK(world.has("**Preview ready**"));
    CHECK(world.feedback().problem == "the token may not do that. Give it the permission.");
}

TEST_CASE("each deployed commit is a deployment, and only the one that serves is active")
{
    using enum ForgeDeployment::State;
    FeedbackWorld world;
    world.slowly();
    world.pull(7, 'a');
    world.tell(world.arrival(7, "opened"));
    world.scheduler.run_for(seconds{4});
    CHECK(world.deployment('a')->state == in_progress);
    CHECK(world.shop().deployments.at(0).environment == "preview/pr-7");
    world.settle();
    CHECK(world.deployment('a')->state == success);
    CHECK(world.deployment('a')->environment_url == "http://ann-shop-pr-7.localhost:8080/");

    world.push_broken('b');
    world.tell_and_settle(world.arrival(7));
    CHECK(world.deployment('b')->state == failure);
    CHECK(world.deployment('a')->state == success);

    world.pull(7, 'c');
    world.tell(world.arrival(7));
    world.settle();
    CHECK(world.deployment('a')->state == inactive);
    CHECK(world.deployment('b')->state == inactive);
    CHECK(world.deployment('c')->state == success);
    CHECK(world.shop().deployments.size() == 3);

    world.close(7);
    world.tell(world.arrival(7, "closed"));
    world.settle();
    for (const auto& each : world.shop().deployments)
        CHECK(each.states.back().state == inactive);

    world.pull(7, 'c');
    world.tell(world.arrival(7, "reopened"));
    world.settle();
    CHECK(world.deployment('c')->state == success);
    CHECK(world.shop().deployments.size() == 3);
    CHECK(world.comments() == 1);
}

TEST_CASE("a stranger's commit is no deployment before somebody approves it (SEC-25)")
{
    FeedbackWorld world;
    world.pull(7, 'a', "eve");
    world.tell_and_settle(world.arrival(7, "opened"));
    CHECK(world.status('a').state == CommitStatus::State::pending);
    CHECK(world.shop().deployments.empty());
    world.tell_and_settle(world.comment(7, "ann", "/preview " + world.commit('a')));
    world.pull(7, 'b', "eve");
    world.tell_and_settle(world.arrival(7));
    CHECK(world.status('a').state == CommitStatus::State::success);
    CHECK(world.status('b').description.contains("awaiting approval"));
    CHECK(world.deployment('a')->state == ForgeDeployment::State::success);
    CHECK(world.shop().deployments.size() == 1);
}

TEST_CASE("a daemon killed at any moment ends at the truth, with one of each (B14, B16)")
{
    for (int moment = 0; moment < 40; ++moment) {
        FeedbackWorld world;
        world.forge.delay = milliseconds{300};
        world.pull(7, 'a');
        world.tell(world.arrival(7, "opened"));
        world.scheduler.run_for(milliseconds{100} * moment);
        world.stop();
        world.start();
        world.scheduler.run_for(milliseconds{150} * moment);
        world.stop();
        world.start();
        world.settle();
        INFO(moment);
        CHECK(world.comments() == 1);
        CHECK(world.has("**Preview ready**"));
        CHECK(world.status('a').state == CommitStatus::State::success);
        CHECK(world.shop().deployments.size() == 1);
        CHECK(world.deployment('a')->state == ForgeDeployment::State::success);
    }
}

TEST_CASE("a comment shows the last lines, and neither secrets nor markup (B15, SEC-60, SEC-61)")
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
    for (const auto& [commit, told] : world.shop().statuses)
        CHECK_FALSE(told.description.contains("sesame"));
    CHECK_FALSE(world.deployment('a')->description.contains("sesame"));
    CHECK_FALSE(world.feedback().problem.contains("sesame"));
}
