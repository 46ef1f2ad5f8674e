#include "base/fake_scheduler.hpp"
#include "base/spawn.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "cli/played_api.hpp"
#include "cli/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace diorama;
using namespace diorama::cli;
using namespace diorama::cli::test;

namespace {

const std::string shop = "https://git.example/acme/shop.git";

Node body_of(const PlayedApi& api)
{
    for (const auto& asked : api.asked())
        if (asked.what.starts_with("POST")) return *parse_json(asked.body);
    return {};
}

/// A work tree on the branch topic/one, in a folder that goes with the test.
struct WorkTree {
    TemporaryFolder holder;
    std::filesystem::path folder = holder.path();

    WorkTree()
    {
        git({"init", "-q", "-b", "topic/one"});
        std::filesystem::create_directories(folder / "deep/er");
    }
    void git(std::vector<std::string> words) const
    {
        Command command{.argv = {"git"}, .directory = folder};
        command.argv.insert(command.argv.end(), words.begin(), words.end());
        FakeScheduler scheduler;
        const auto done = scheduler.run(run_command(scheduler, std::move(command)));
        REQUIRE(done.has_value());
        REQUIRE_MESSAGE(done->succeeded(), done->errors);
    }
};

}  // namespace

TEST_CASE("up shows the log on stderr and the addresses on stdout")
{
    PlayedApi api;
    api.lines = {PlayedApi::line(1, "", "fetching"), PlayedApi::line(2, "", "all healthy")};
    const auto ended = Visitor(api).run({"up", shop, "--branch", "main"});
    CHECK(ended.code == exit_ok);
    CHECK(
        ended.out == "SERVICE  URL\n"
                     "api      http://api-shop-main.localhost:8080/\n"
                     "web      http://shop-main.localhost:8080/\n"
    );
    CHECK(ended.err.starts_with("deploy | fetching\ndeploy | all healthy\n✓ shop-main is up after ")
    );
    CHECK(ended.err.find('\r') == std::string::npos);
    CHECK(
        body_of(api) == Node(Node::Map{
                            {"repository", shop  },
                            {"branch",     "main"}
    })
    );
    CHECK(api.asked().front().prefer == "respond-async");
}

TEST_CASE("up hands on which one is meant")
{
    const auto sent = [](std::vector<std::string> words) {
        PlayedApi api;
        words.insert(words.begin(), {"up", shop, "--no-wait"});
        CHECK(Visitor(api).run(words).code == exit_ok);
        return body_of(api);
    };
    CHECK(
        sent({
            "--pr", "7"
    }) == Node(Node::Map{{"repository", shop}, {"pull_request", 7}})
    );
    CHECK(
        sent({
            "--commit", "abc"
    }) == Node(Node::Map{{"repository", shop}, {"commit", "abc"}})
    );
    CHECK(
        sent({
            "--name", "demo", "--ref", "refs/tags/v1"
    }) == Node(Node::Map{{"repository", shop}, {"name", "demo"}, {"ref", "refs/tags/v1"}})
    );
}

TEST_CASE("up for scripts answers the environment")
{
    PlayedApi api;
    const auto ended = Visitor(api).run({"up", shop, "--branch", "main", "-o", "json"});
    CHECK(field(*parse_json(ended.out), "url") == "http://shop-main.localhost:8080/");
}

TEST_CASE("up that fails says why and what to do next, and exits with 1")
{
    PlayedApi api;
    api.attempt = "failed";
    api.state = "failed";
    api.cause = "compose.yaml:3:5: services.web.image is missing";
    auto ended = Visitor(api).run({"up", shop, "--branch", "main"});
    CHECK(ended.code == exit_failed);
    CHECK(ended.out.empty());
    CHECK(
        ended.err == "✗ shop-main failed: compose.yaml:3:5: services.web.image is missing\n"
                     "  diorama logs shop-main\n"
    );

    PlayedApi serving;
    serving.attempt = "failed";
    serving.cause = "it did not get healthy";
    ended = Visitor(serving).run({"redeploy", "shop-main"});
    CHECK(ended.code == exit_failed);
    CHECK(ended.err.find("An older version goes on serving.") != std::string::npos);
}

TEST_CASE("up exits with 7 when a newer commit took over, 5 when it takes too long")
{
    PlayedApi overtaken;
    overtaken.attempt = "superseded";
    CHECK(Visitor(overtaken).run({"up", shop, "--branch", "main"}).code == exit_superseded);

    PlayedApi slow;
    slow.polls_before_end = 1'000'000;
    const auto ended = Visitor(slow).run({"up", shop, "--branch", "main", "--timeout", "1ms"});
    CHECK(ended.code == exit_timed_out);
    CHECK(ended.err.find("It goes on: diorama logs shop-main --follow") != std::string::npos);
}

TEST_CASE("a daemon that is away for a moment does not end the wait for an attempt")
{
    PlayedApi api;
    api.odd["GET /api/v1/deployments/dep-1"] = [] {
        static int times = 0;
        return ++times < 3 ? Response{.status = 503, .body = "starting"}
                           : json_answer(200, Node::Map{{"status", "success"}});
    };
    CHECK(Visitor(api).run({"up", shop, "--branch", "main"}).code == exit_ok);
}

TEST_CASE("progress moves on a terminal only, and leaves nothing behind")
{
    PlayedApi api;
    Visitor visitor(api);
    visitor.terminal = true;
    const auto ended = visitor.run({"up", shop, "--branch", "main"});
    CHECK(ended.err.find("\r\x1b[K◐ shop-main") != std::string::npos);
    CHECK(ended.err.find("\r\x1b[K✓ shop-main is up") != std::string::npos);
    CHECK(ended.out.find('\r') == std::string::npos);
}

TEST_CASE("up in a work tree means its remote origin, else its folder, and its branch")
{
    const WorkTree tree;
    PlayedApi api;
    Visitor visitor(api);
    visitor.directory = tree.folder / "deep/er";
    const auto repository = [&](std::vector<std::string> words) {
        words.insert(words.begin(), {"up", "--no-wait"});
        const auto ended = visitor.run(words);
        CHECK(ended.err.find("is on its way") != std::string::npos);
        const auto body = *parse_json(api.asked().back().body);
        CHECK(field(body, "branch") == "topic/one");
        return field(body, "repository");
    };
    CHECK(repository({}) == tree.folder.string());
    tree.git({"remote", "add", "origin", "https://ada:secret@git.example/acme/shop.git"});
    CHECK(repository({}) == "https://git.example/acme/shop.git");
    CHECK(repository({"."}) == tree.folder.string());
    CHECK(repository({"../.."}) == tree.folder.string());

    tree.git(
        {"-c", "user.name=Ada", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"}
    );
    tree.git({"checkout", "-q", "--detach"});
    const auto detached = visitor.run({"up"});
    CHECK(detached.code == exit_usage);
    CHECK(detached.err.find("Add --branch") != std::string::npos);
}

TEST_CASE("up outside of any repository says so")
{
    const PlayedApi api;
    Visitor visitor(api);
    visitor.directory = "/";
    const auto ended = visitor.run({"up"});
    CHECK(ended.code == exit_usage);
    CHECK(ended.err.find("/ is no Git repository") != std::string::npos);
    CHECK(api.asked().empty());
}

TEST_CASE("down asks a person, wants --yes from a script, and waits until it is gone")
{
    PlayedApi api;
    Visitor visitor(api);
    CHECK(visitor.run({"down", "shop-main"}).code == exit_usage);
    visitor.terminal = true;
    visitor.answers = {"n"};
    CHECK(visitor.run({"down", "shop-main"}).err.ends_with("[y/N] It stays.\n"));
    CHECK(visitor.run({"down", "shop-main"}).code == exit_failed);
    CHECK(api.times("DELETE") == 0);

    visitor.answers = {"y"};
    CHECK(visitor.run({"down", "shop-main"}).code == exit_ok);
    CHECK(api.times("DELETE /api/v1/environments/shop-main") == 1);
    CHECK(api.times("GET /api/v1/environments/env-1") == 3);

    visitor.terminal = false;
    const auto ended = visitor.run({"down", "shop-main", "--yes"});
    CHECK(ended.err == "✓ shop-main is gone\n");
    CHECK(ended.out.empty());
}

TEST_CASE("down that takes too long exits with 5, and --no-wait does not look")
{
    PlayedApi api;
    api.polls_before_end = 1'000'000;
    Visitor visitor(api);
    CHECK(visitor.run({"down", "shop-main", "--yes", "--timeout", "1ms"}).code == exit_timed_out);
    const auto looked = api.times("GET");
    CHECK(visitor.run({"down", "shop-main", "--yes", "--no-wait"}).code == exit_ok);
    CHECK(api.times("GET") == looked);
}
