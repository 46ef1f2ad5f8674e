#include "forge/forge_api_world.hpp"
#include "forge/limits.hpp"

using namespace diorama;
using namespace diorama::test;

namespace {

/// The numbers of the open pull requests, or nothing when the list is unchanged.
template <class World>
std::vector<std::int64_t> open_numbers(World& world)
{
    const auto open = world.run(world.api.open_pull_requests(shop, "", {}));
    REQUIRE(open.has_value());
    CHECK_FALSE(open->unchanged);
    std::vector<std::int64_t> numbers;
    for (const auto& one : open->list)
        numbers.push_back(one.number);
    return numbers;
}

}  // namespace

TEST_CASE_TEMPLATE("every forge's API tells the facts", World, FakeWorld, GitHubWorld)
{
    World world;
    auto& known = world.state.add(shop);

    SUBCASE("a repository has the name it has now, found by its former one")
    {
        known.facts.name = "owner/store";
        const auto found = world.run(world.api.repository(shop, {}));
        CHECK(found.value() == ForgeRepository{"github", "42", "owner/store"});
        known.pull_requests[1] = request(1);
        CHECK(open_numbers(world) == std::vector<std::int64_t>{1});
    }
    SUBCASE("what the forge does not know is not found, and says what to do")
    {
        const ForgeRepository gone{"github", "7", "owner/gone"};
        CHECK(world.run(world.api.repository(gone, {})).error().code == Code::not_found);
        const auto open = world.run(world.api.open_pull_requests(gone, "", {}));
        REQUIRE(open.has_error());
        CHECK(open.error().code == Code::not_found);
        CHECK_FALSE(open.error().mend.empty());
        CHECK(world.run(world.api.pull_request(shop, 9, {})).error().code == Code::not_found);
        CHECK(
            world.run(world.api.commit_message(shop, commit('f'), {})).error().code ==
            Code::not_found
        );
    }
    SUBCASE("open pull requests are listed whole and by number, however many there are")
    {
        CHECK(open_numbers(world).empty());
        std::vector<std::int64_t> expected;
        for (std::int64_t number = 1; number <= 250; ++number) {
            known.pull_requests[number] = request(number);
            if (number % 5 == 0)
                known.pull_requests[number].status = PullRequest::Status::merged;
            else
                expected.push_back(number);
        }
        CHECK(open_numbers(world) == expected);
    }
    SUBCASE("a list that did not change since its validator is not sent again")
    {
        for (std::int64_t number = 1; number <= 150; ++number)
            known.pull_requests[number] = request(number);
        const auto ask = [&](const std::string& validator) {
            return world.run(world.api.open_pull_requests(shop, validator, {})).value();
        };
        const auto first = ask("");
        REQUIRE_FALSE(first.validator.empty());
        const auto again = ask(first.validator);
        CHECK(again.unchanged);
        CHECK(again.list.empty());
        CHECK(again.validator == first.validator);

        // The oldest and the newest: the two ends of a list in pages.
        for (const std::int64_t number : {1, 150}) {
            const auto before = ask("");
            known.pull_requests[number].head_commit = commit('c');
            const auto changed = ask(before.validator);
            CHECK_FALSE(changed.unchanged);
            CHECK(changed.list.size() == 150);
        }
        const auto before = ask("");
        known.pull_requests[1].status = PullRequest::Status::closed;
        CHECK(ask(before.validator).list.size() == 149);
        CHECK_FALSE(ask("made up").unchanged);
    }
    SUBCASE("a page that was exactly full does not hide what was opened after it")
    {
        for (std::int64_t number = 1; number <= 100; ++number)
            known.pull_requests[number] = request(number);
        const auto before = world.run(world.api.open_pull_requests(shop, "", {})).value();
        known.pull_requests[101] = request(101);
        const auto after = world.run(world.api.open_pull_requests(shop, before.validator, {}));
        CHECK_FALSE(after->unchanged);
        CHECK(after->list.size() == 101);
    }
    SUBCASE("one pull request comes with everything known about it")
    {
        auto& one = known.pull_requests[7] = request(7);
        one.title = "<b>| \"hats\" \\ é";
        one.head_repository = "99";
        one.draft = true;
        one.labels = {"ui", "help wanted"};
        CHECK(world.run(world.api.pull_request(shop, 7, {})).value() == one);
        one.status = PullRequest::Status::closed;
        CHECK(world.run(world.api.pull_request(shop, 7, {})).value() == one);
        one.status = PullRequest::Status::merged;
        one.head_repository = "";
        one.author = "";
        one.author_id = "";
        CHECK(world.run(world.api.pull_request(shop, 7, {})).value() == one);
    }
    SUBCASE("SEC-25 a permission is what the forge says of a login")
    {
        known.permissions = {
            {"ada",             Permission::write},
            {"grace",           Permission::read },
            {"dependabot[bot]", Permission::none }
        };
        const auto of = [&](const std::string& login) {
            return world.run(world.api.permission(shop, login, {})).value();
        };
        CHECK(of("ada") == Permission::write);
        CHECK(of("grace") == Permission::read);
        CHECK(of("dependabot[bot]") == Permission::none);
        CHECK(of("nobody") == Permission::none);
    }
    SUBCASE("changed files and the commit's message are told in full")
    {
        known.pull_requests[7] = request(7);
        for (int i = 0; i < 130; ++i)
            known.files[7].push_back(fmt::format("web/page {}.html", i));
        known.messages[commit('a')] = "Sell hats\n\n[skip preview]";
        CHECK(world.run(world.api.changed_files(shop, 7, {})).value() == known.files[7]);
        CHECK(
            world.run(world.api.commit_message(shop, commit('a'), {})).value() ==
            "Sell hats\n\n[skip preview]"
        );
    }
    SUBCASE("SEC-70 a forge that is down is an error, never an empty list")
    {
        known.pull_requests[7] = request(7);
        world.take_down();
        CHECK(is_retryable(world.run(world.api.open_pull_requests(shop, "", {})).error().code));
        CHECK(is_retryable(world.run(world.api.pull_request(shop, 7, {})).error().code));
        CHECK(is_retryable(world.run(world.api.permission(shop, "ada", {})).error().code));
        CHECK(is_retryable(world.run(world.api.changed_files(shop, 7, {})).error().code));
        CHECK(is_retryable(world.run(world.api.find_comment(shop, 7, "m", {})).error().code));
    }
    SUBCASE("a question that was stopped is not answered")
    {
        std::stop_source source;
        source.request_stop();
        const auto answer = world.run(world.api.pull_request(shop, 7, source.get_token()));
        CHECK(answer.error().code == Code::cancelled);
    }
}

TEST_CASE_TEMPLATE("B14 B16 every forge's API takes what we tell", World, FakeWorld, GitHubWorld)
{
    World world;
    auto& known = world.state.add(shop);
    known.pull_requests[7] = request(7);
    known.pull_requests[8] = request(8);

    SUBCASE("a comment is made, found by its marker, and edited in place")
    {
        CHECK(world.run(world.api.find_comment(shop, 7, "<!-- m -->", {})).value() == std::nullopt);
        const auto id = world.run(world.api.create_comment(shop, 7, "building <!-- m -->", {}));
        REQUIRE(id.has_value());
        CHECK(world.run(world.api.find_comment(shop, 7, "<!-- m -->", {})).value() == *id);
        CHECK(world.run(world.api.find_comment(shop, 8, "<!-- m -->", {})).value() == std::nullopt);
        CHECK(world.run(world.api.edit_comment(shop, *id, "ready <!-- m -->", {})));
        REQUIRE(known.comments.size() == 1);
        CHECK(known.comments[0].text == "ready <!-- m -->");
        CHECK(known.comments[0].number == 7);
    }
    SUBCASE("a stranger's comment with our marker is not taken for ours")
    {
        known.comments.push_back({"900", 7, "fooled you <!-- m -->", false});
        CHECK(world.run(world.api.find_comment(shop, 7, "<!-- m -->", {})).value() == std::nullopt);
        for (int i = 0; i < 120; ++i)
            known.comments.push_back({std::to_string(1000 + i), 7, "chat", false});
        known.comments.push_back({"2000", 7, "<!-- m -->", true});
        CHECK(world.run(world.api.find_comment(shop, 7, "<!-- m -->", {})).value() == "2000");
    }
    SUBCASE("a comment that somebody deleted is not found")
    {
        CHECK(
            world.run(world.api.edit_comment(shop, "12345", "x", {})).error().code ==
            Code::not_found
        );
        CHECK(
            world.run(world.api.create_comment(shop, 9, "x", {})).error().code == Code::not_found
        );
    }
    SUBCASE("a text that is too long is cut between two characters")
    {
        std::string text = "x";
        for (int i = 0; i < 40'000; ++i)
            text += "é";
        CHECK(world.run(world.api.create_comment(shop, 7, text, {})));
        CHECK(known.comments[0].text.size() <= comment_limit);
        CHECK(known.comments[0].text.ends_with("é…"));

        const std::string words(200, 'w');
        CHECK(world.run(world.api.set_status(shop, commit('a'), {.description = words}, {})));
        CHECK(known.statuses[0].status.description.size() <= description_limit);
        CHECK(known.statuses[0].status.description.ends_with("w…"));
    }
    SUBCASE("a status is set on its commit, and again when it changes")
    {
        const CommitStatus first{CommitStatus::State::pending, "diorama/preview", "Building", ""};
        const CommitStatus second{
            CommitStatus::State::success, "diorama/preview", "Ready", "https://shop.example/"
        };
        CHECK(world.run(world.api.set_status(shop, commit('a'), first, {})));
        CHECK(world.run(world.api.set_status(shop, commit('b'), second, {})));
        REQUIRE(known.statuses.size() == 2);
        CHECK(known.statuses[0].commit == commit('a'));
        CHECK(known.statuses[0].status == first);
        CHECK(known.statuses[1].commit == commit('b'));
        CHECK(known.statuses[1].status == second);
    }
    SUBCASE("a deployment is made once for a commit and goes through its states")
    {
        const auto create = [&](char digit, const std::string& environment) {
            return world.run(world.api.create_deployment(shop, commit(digit), environment, {}))
                .value();
        };
        const auto id = create('a', "preview/pr-7");
        CHECK(create('a', "preview/pr-7") == id);
        CHECK(create('b', "preview/pr-7") != id);
        CHECK(create('a', "preview/pr-8") != id);

        const ForgeDeployment ready{
            ForgeDeployment::State::success,
            "https://shop.example/",
            "https://logs.example/",
            "Ready"
        };
        const ForgeDeployment gone{.state = ForgeDeployment::State::inactive};
        CHECK(world.run(world.api.set_deployment(shop, id, ready, {})));
        CHECK(world.run(world.api.set_deployment(shop, id, gone, {})));
        CHECK(known.deployments[0].states == std::vector{ready, gone});
        CHECK(known.deployments[0].commit == commit('a'));
        CHECK(known.deployments[0].environment == "preview/pr-7");
        CHECK(
            world.run(world.api.set_deployment(shop, "999", ready, {})).error().code ==
            Code::not_found
        );
    }
    SUBCASE("what is refused is remembered until it is granted")
    {
        CHECK(world.api.refusals().empty());
        world.refuse();
        const auto refused = world.run(world.api.create_comment(shop, 7, "x", {}));
        REQUIRE(refused.has_error());
        CHECK(refused.error().code == Code::forbidden);
        const auto refusals = world.api.refusals();
        REQUIRE(refusals.size() == 1);
        CHECK(refusals.front().text() == refused.error().text());
        world.grant();
        CHECK(world.run(world.api.set_status(shop, commit('a'), {}, {})));
        CHECK(world.api.refusals().size() == 1);
        CHECK(world.run(world.api.create_comment(shop, 7, "x", {})));
        CHECK(world.api.refusals().empty());
    }
    SUBCASE("what is told while the forge is down is an error that may be repeated")
    {
        world.take_down();
        CHECK(is_retryable(world.run(world.api.create_comment(shop, 7, "x", {})).error().code));
        CHECK(is_retryable(world.run(world.api.edit_comment(shop, "1", "x", {})).error().code));
        CHECK(is_retryable(world.run(world.api.set_status(shop, commit('a'), {}, {})).error().code)
        );
        CHECK(known.comments.empty());
    }
}

TEST_CASE("the fake loses answers, lies, is slow and reaches its limit as tests want it")
{
    FakeWorld world;
    auto& known = world.state.add(shop);
    known.pull_requests = {
        {7, request(7)},
        {8, request(8)}
    };
    using Fault = FakeForgeApi::Fault;

    world.state.fault = [](std::string_view question) -> std::optional<Fault> {
        if (question != "create_comment") return std::nullopt;
        return Fault{
            {Code::timed_out, "no answer", ""},
            Fault::When::after
        };
    };
    CHECK(world.run(world.api.create_comment(shop, 7, "m", {})).error().code == Code::timed_out);
    CHECK(world.run(world.api.find_comment(shop, 7, "m", {})).value().has_value());

    world.state.lists_only = 1;
    CHECK(world.run(world.api.open_pull_requests(shop, "", {}))->list.size() == 1);

    world.state.quiet_until = world.scheduler.now() + minutes{1};
    CHECK(world.api.rate_limited_until() == world.state.quiet_until);
    CHECK(world.run(world.api.pull_request(shop, 7, {})).error().code == Code::too_many);
    world.scheduler.run_for(minutes{1});
    CHECK(world.api.rate_limited_until() == std::nullopt);

    world.state.delay = seconds{5};
    const auto before = world.scheduler.now();
    CHECK(world.run(world.api.pull_request(shop, 7, {})).has_value());
    CHECK(world.scheduler.now() - before == seconds{5});
    CHECK(world.state.questions.back() == "pull_request");
}
