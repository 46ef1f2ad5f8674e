#include "forge/github/github.hpp"
#include "forge/github/signature.hpp"
#include "forge/github/webhook.hpp"
#include "forge/limits.hpp"
#include "hub/hub_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

/// Our GitHub against the small forge that speaks its API, with real git behind it.
struct World : hub::HubWorld {
    World()
    {
        hub.actions().permit("ada/shop", "diorama", "write").value();
        github = with_token(hub.give_token("diorama"));
        shop = loop.run(github->repository({"github", "", "ada/shop"}, {})).value();
    }
    std::unique_ptr<GitHub> with_token(std::string with)
    {
        return GitHub::open(
                   loop,
                   random,
                   {.token = Secret(std::move(with)),
                    .api = hub.url() + "/api/v3",
                    .web = hub.url(),
                    .first_pause = milliseconds{1}}
        )
            .value();
    }
    template <class T>
    T run(Task<T> task)
    {
        return loop.run(std::move(task));
    }

    std::unique_ptr<GitHub> github;
    ForgeRepository shop;
};

}  // namespace

TEST_CASE("pull requests, also from forks, are told as they are, under a new name too")
{
    World world;
    auto& actions = world.hub.actions();
    const auto own = world.open("hats");
    REQUIRE(world.run(actions.make_fork("ada/shop", "mallory")));
    REQUIRE(world.run(actions.push(
        "mallory/shop",
        {.branch = "evil",
         .message = "Sell more\n\n[skip preview]",
         .files = {{"a", "b\n"}},
         .from = "main"},
        "mallory"
    )));
    const auto foreign = world.run(actions.open(
        {.repository = "ada/shop", .author = "mallory", .title = "Trust me", .head = "mallory:evil"}
    ));
    REQUIRE(foreign);
    REQUIRE(actions.label({"ada/shop", own, ""}, "ui"));

    const auto open = world.run(world.github->open_pull_requests(world.shop, "", {})).value();
    REQUIRE(open.list.size() == 2);
    CHECK(open.list[0].number == own);
    CHECK(open.list[0].head_repository == world.shop.id);
    CHECK(open.list[0].labels == std::vector<std::string>{"ui"});
    CHECK(open.list[1].author == "mallory");
    CHECK(open.list[1].head_repository != world.shop.id);
    CHECK_FALSE(runs_unasked(open.list[1], world.shop, Permission::write));
    CHECK(world.run(world.github->open_pull_requests(world.shop, open.validator, {}))->unchanged);

    const auto& theirs = open.list[1];
    CHECK((world.run(world.github->pull_request(world.shop, *foreign, {})).value() == theirs));
    CHECK(
        world.run(world.github->changed_files(world.shop, *foreign, {})).value() ==
        std::vector<std::string>{"a"}
    );
    CHECK(world.run(world.github->commit_message(world.shop, theirs.head_commit, {}))
              ->contains("[skip preview]"));
    CHECK(
        world.run(world.github->commit_message(world.shop, std::string(40, 'f'), {}))
            .error()
            .code == Code::not_found
    );

    REQUIRE(actions.close({"ada/shop", own, "ada"}));
    CHECK(
        world.run(world.github->open_pull_requests(world.shop, open.validator, {}))->list.size() ==
        1
    );
    CHECK(
        world.run(world.github->pull_request(world.shop, own, {}))->status ==
        PullRequest::Status::closed
    );

    REQUIRE(actions.rename("ada/shop", "ada/store"));
    CHECK(world.run(world.github->repository(world.shop, {}))->name == "ada/store");
    CHECK(world.run(world.github->open_pull_requests(world.shop, "", {}))->list.size() == 1);
    CHECK(world.run(world.github->create_comment(world.shop, *foreign, "hello", {})));
}

TEST_CASE("SEC-25 permissions are the forge's word")
{
    World world;
    world.hub.give_token("mallory");
    CHECK(world.run(world.github->permission(world.shop, "ada", {})).value() == Permission::write);
    CHECK(
        world.run(world.github->permission(world.shop, "mallory", {})).value() != Permission::write
    );
    CHECK(
        world.run(world.github->permission(world.shop, "nobody", {})).value() == Permission::none
    );
}

TEST_CASE("B14 B16 one comment, statuses and deployments stand on the forge as they were told")
{
    World world;
    const auto number = world.open("hats");
    const auto head = world.run(world.github->pull_request(world.shop, number, {}))->head_commit;
    auto& github = *world.github;
    const auto& known = world.hub.state().repositories.at(std::stoll(world.shop.id));

    CHECK(
        world.run(github.find_comment(world.shop, number, "<!-- m -->", {})).value() == std::nullopt
    );
    REQUIRE(world.hub.actions().comment({"ada/shop", number, "mallory"}, "mine <!-- m -->"));
    CHECK(
        world.run(github.find_comment(world.shop, number, "<!-- m -->", {})).value() == std::nullopt
    );
    const auto id =
        world.run(github.create_comment(world.shop, number, "one <!-- m -->", {})).value();
    CHECK(world.run(github.find_comment(world.shop, number, "<!-- m -->", {})).value() == id);
    CHECK(world.run(github.edit_comment(world.shop, id, std::string(100'000, 'x'), {})));
    CHECK(known.comments.at(std::stoll(id)).body.size() <= comment_limit);
    world.token = world.hub.give_token("ada");
    CHECK(world.ask("DELETE", "/repos/ada/shop/issues/comments/" + id).status == 204);
    CHECK(world.run(github.edit_comment(world.shop, id, "x", {})).error().code == Code::not_found);

    const CommitStatus status{
        CommitStatus::State::success, "diorama/preview", std::string(300, 'd'), "https://x.example/"
    };
    CHECK(world.run(github.set_status(world.shop, head, status, {})));
    CHECK(known.statuses.back().sha == head);
    CHECK(known.statuses.back().target_url == "https://x.example/");

    const auto deployment =
        world.run(github.create_deployment(world.shop, head, "preview/pr-1", {})).value();
    CHECK(
        world.run(github.create_deployment(world.shop, head, "preview/pr-1", {})).value() ==
        deployment
    );
    const ForgeDeployment ready{ForgeDeployment::State::success, "https://x.example/", "", "Ready"};
    CHECK(world.run(github.set_deployment(world.shop, deployment, ready, {})));
    CHECK(known.deployments.size() == 1);
    CHECK(known.deployments.begin()->second.state() == "success");
    CHECK(known.deployments.begin()->second.transient);
}

TEST_CASE("a token that lacks a permission hears which one")
{
    World world;
    const auto number = world.open("hats");
    const auto poor = world.with_token(world.hub.give_token("diorama", {"issues", "statuses"}));
    const auto comment = world.run(poor->create_comment(world.shop, number, "x", {})).error();
    CHECK(comment.code == Code::forbidden);
    CHECK(comment.mend.contains("'Pull requests: write'"));
    const auto status =
        world.run(poor->set_status(world.shop, std::string(40, 'a'), {}, {})).error();
    CHECK(status.mend.contains("'Commit statuses: write'"));
    const auto wrong = world.with_token("no such token");
    CHECK(world.run(wrong->repository(world.shop, {})).error().code == Code::unauthorized);
}

TEST_CASE("B17 what GitHub refuses is known with the permission to give, until it is granted")
{
    World world;
    const auto number = world.open("hats");
    auto& github = *world.github;
    const auto head = world.run(github.pull_request(world.shop, number, {}))->head_commit;
    int made = 0;  // One that stands is not made again.
    struct Try {
        const char* path;
        std::string permission;
        std::function<bool()> tell;
    };
    const std::array tries{
        Try{"/comments",
            "'Pull requests: write'",   [&] {
                return world.run(github.create_comment(world.shop, number, "x", {})).has_value();
            }                                                                        },
        Try{"/statuses/",
            "'Commit statuses: write'", [&] { return world.run(github.set_status(world.shop, head, {}, {})).has_value(); }},
        Try{"/deployments",
            "'Deployments: write'",     [&] {
                return world
                    .run(
                        github.create_deployment(world.shop, head, fmt::format("pr-{}", ++made), {})
                    )
                    .has_value();
            }                                                                          },
    };
    for (const Try& each : tries) {
        for (const int status : {401, 403, 404}) {
            CAPTURE(each.path);
            CAPTURE(status);
            world.hub.faults().add({.method = "POST", .path = each.path, .status = status});
            CHECK_FALSE(each.tell());
            const auto refusals = github.refusals();
            REQUIRE(refusals.size() == 1);
            CHECK(refusals.front().message.starts_with(fmt::format("GitHub answered {} to", status))
            );
            CHECK(refusals.front().mend.contains(
                status == 401 ? "Replace the token of [github]" : each.permission
            ));
            CHECK(each.tell());
            CHECK(github.refusals().empty());
        }
    }
    // What somebody deleted is no want of a permission.
    CHECK(world.run(github.edit_comment(world.shop, "12345", "x", {})).has_error());
    CHECK(world.run(github.set_deployment(world.shop, "12345", {}, {})).has_error());
    CHECK(world.run(github.permission(world.shop, "nobody", {})).has_value());
    CHECK(github.refusals().empty());
}

TEST_CASE("SEC-70 B17 whatever goes wrong on the forge is an error, never a short list")
{
    using Kind = hub::ApiFault::Kind;
    World world;
    for (int i = 0; i < 101; ++i)
        world.open(fmt::format("branch-{}", i));
    const auto with = [&](hub::ApiFault fault) {
        world.hub.faults().clear();
        fault.path = "/pulls";
        fault.times = -1;
        world.hub.faults().add(fault);
        const auto open = world.run(world.github->open_pull_requests(world.shop, "", {}));
        return open ? Code::none : open.error().code;
    };
    CHECK(world.run(world.github->open_pull_requests(world.shop, "", {}))->list.size() == 101);
    CHECK(with({.kind = Kind::status, .status = 500}) == Code::unavailable);
    CHECK(with({.kind = Kind::status, .status = 401}) == Code::unauthorized);
    CHECK(with({.kind = Kind::second_page, .status = 502}) == Code::unavailable);
    CHECK(with({.kind = Kind::cut}) == Code::unavailable);
    CHECK(with({.kind = Kind::garbage}) == Code::unavailable);
    CHECK(
        with({.kind = Kind::secondary, .status = 429, .retry_after = seconds{60}}) == Code::too_many
    );
    CHECK(world.github->rate_limited_until().has_value());
    world.hub.faults().clear();
    const auto before = world.hub.asked().size();
    CHECK(world.run(world.github->pull_request(world.shop, 1, {})).error().code == Code::too_many);
    CHECK(world.hub.asked().size() == before);
}

TEST_CASE("B02 B03 what the forge sends is believed by its signature and read as what happened")
{
    World world;
    world.hook("geheim");
    const auto number = world.open("hats");
    REQUIRE(world.hub.actions().comment({"ada/shop", number, "ada"}, "/preview 1a2b3c4"));
    world.run(world.hub.hooks().settled());
    const std::vector<github::WebhookSecret> secrets{
        {"webhook_secret", Secret("geheim"), ""}
    };
    std::vector<Hint::Ask> asks;
    for (const Request& request : world.received) {
        const auto header = request.headers.get("X-Hub-Signature-256");
        CHECK(github::find_signer(secrets, header, request.body));
        const auto hint = github::read_webhook(
            {.event = request.headers.get("X-GitHub-Event"),
             .body = request.body,
             .web = world.hub.url()}
        );
        REQUIRE(hint.has_value());
        if (hint->number) CHECK(hint->number == number);
        if (hint->number) CHECK((hint->repository == world.shop));
        if (hint->number) CHECK(hint->location == world.github->location(world.shop));
        if (hint->ask != Hint::Ask::nothing) asks.push_back(hint->ask);
    }
    CHECK((asks == std::vector{Hint::Ask::look, Hint::Ask::command}));
}
