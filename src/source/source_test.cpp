#include "base/random.hpp"
#include "source/source.hpp"
#include "tests/support/git_repository.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <thread>

using namespace diorama;
using namespace diorama::test;

namespace {

struct World {
    Folder folder;
    FakeScheduler scheduler;
    GitRepository repository{folder / "shop.git"};
    git::Git git{scheduler, folder.path()};
    Source source{git, folder / "mirrors"};

    git::ObjectId push(
        const std::map<std::string, std::string>& files,
        const std::string& ref = "refs/heads/main",
        const std::string& message = "Say hello"
    )
    {
        return repository.commit(repository.files(files), ref, message);
    }
    Result<Tip> resolve(Wanted wanted)
    {
        return scheduler.run(source.resolve(repository.remote(), std::move(wanted)));
    }
    Result<git::Commit> fetch(Tip tip, std::stop_token stop = {})
    {
        return scheduler.run(source.fetch(repository.remote(), std::move(tip), {}, stop));
    }
    Result<std::unique_ptr<Tree>> tree(const git::ObjectId& commit)
    {
        return scheduler.run(source.tree(repository.remote().location, commit));
    }
    std::string read(const git::ObjectId& commit, const std::string& path)
    {
        const auto found = tree(commit);
        return scheduler.run(found.value()->read(path, 1000)).value();
    }
    std::filesystem::path mirror() const
    {
        return folder / "mirrors" / (repository.remote().location.id() + ".git");
    }
};

Task<> fetch_into(Source& source, git::Remote remote, Tip tip, std::vector<std::string>& log)
{
    const auto commit = co_await source.fetch(std::move(remote), std::move(tip));
    log.push_back(commit ? commit->subject : commit.error().text());
}

Task<Result<std::vector<git::ObjectId>>> tell(std::vector<git::ObjectId> commits)
{
    co_return commits;
}

}  // namespace

TEST_CASE("B10 a branch, a pull request, a tag, the default branch and a commit lead to a commit")
{
    World world;
    const auto main = world.push(
        {
            {"a", "1"}
    },
        "refs/heads/main"
    );
    const auto feature = world.push(
        {
            {"a", "2"}
    },
        "refs/heads/feature/x"
    );
    const auto request = world.push(
        {
            {"a", "3"}
    },
        "refs/pull/7/head"
    );
    const auto merge_request = world.push(
        {
            {"a", "4"}
    },
        "refs/merge-requests/8/head"
    );
    world.repository.git({"tag", "-a", "v1", "-m", "first", main.text()});

    CHECK(*world.resolve(DefaultBranch{}) == Tip{main, git::RefName::head()});
    CHECK(*world.resolve(branch("feature/x")) == Tip{feature, branch("feature/x")});
    CHECK(world.resolve(PullRequestRef{7})->commit == request);
    CHECK(world.resolve(PullRequestRef{8})->commit == merge_request);
    CHECK(world.resolve(git::RefName::parse("refs/tags/v1").value())->commit == main);
    CHECK(*world.resolve(feature) == Tip{feature, std::nullopt});
}

TEST_CASE("what a repository does not have is said with its name")
{
    World world;
    world.push({
        {"a", "1"}
    });
    const auto error = world.resolve(branch("no-such")).error();
    CHECK(error.code == Code::not_found);
    CHECK(error.message.contains("branch no-such"));
    CHECK(world.resolve(PullRequestRef{9}).error().message.contains("pull request 9"));
}

TEST_CASE("B11 exactly the commit asked for is brought, with what it says of itself")
{
    World world;
    const auto first = world.push(
        {
            {"a", "1"}
    },
        "refs/heads/main",
        "Begin\n\nat length"
    );
    const auto id = world.repository.git({
        "commit-tree", world.repository.files({{"a", "2"}}
         ), "-p", first.text(), "-m", "Go on"
    });
    world.repository.git({"update-ref", "refs/heads/main", id});
    const auto second = world.resolve(branch("main"))->commit;

    const auto commit = world.fetch({second, branch("main")});
    REQUIRE(commit.has_value());
    CHECK(commit->id == second);
    CHECK(commit->subject == "Go on");
    CHECK(commit->author == "Ada Lovelace");
    CHECK(commit->time == Instant{seconds{1'700'000'000}});
    CHECK(world.read(second, "a") == "2");
    CHECK(world.tree(first).has_error());
    CHECK(world.fetch({first, std::nullopt})->subject == "Begin");
    CHECK(world.read(first, "a") == "1");
}

TEST_CASE("a commit that is here is not asked for again, so an outage of the forge is no matter")
{
    World world;
    const auto commit = world.push({
        {"a", "1"}
    });
    REQUIRE(world.fetch({commit, branch("main")}).has_value());
    std::filesystem::rename(world.repository.folder(), world.folder / "away");
    CHECK(world.fetch({commit, branch("main")}).has_value());
    CHECK(
        world.fetch({git::ObjectId::parse(std::string(40, 'a')).value(), std::nullopt}).has_error()
    );
    CHECK(world.read(commit, "a") == "1");
}

TEST_CASE("a commit that the repository does not have is not found, one that is a file is no commit"
)
{
    World world;
    world.push({
        {"a", "1"}
    });
    const auto missing = git::ObjectId::parse(std::string(40, 'a')).value();
    CHECK(world.fetch({missing, std::nullopt}).error().code == Code::not_found);
    const auto blob = git::ObjectId::parse(world.repository.blob("1")).value();
    CHECK(world.fetch({blob, std::nullopt}).has_error());
}

TEST_CASE("a branch that moved on while it was fetched is a conflict, not the wrong commit")
{
    World world;
    world.push({
        {"a", "1"}
    });
    const auto gone = git::ObjectId::parse(std::string(40, 'a')).value();
    CHECK(world.fetch({gone, branch("main")}).error().code == Code::conflict);
}

TEST_CASE("fetches of one repository take turns, and each brings its own commit")
{
    World world;
    std::vector<std::string> log;
    TaskGroup group(world.scheduler);
    for (const std::string name : {"one", "two", "three"}) {
        const auto commit = world.push(
            {
                {"a", name}
        },
            "refs/heads/" + name,
            name
        );
        group.spawn(fetch_into(world.source, world.repository.remote(), {commit, branch(name)}, log)
        );
    }
    world.scheduler.run(group.join());
    CHECK(log == std::vector<std::string>{"one", "two", "three"});
}

TEST_CASE("a fetch that is no longer wanted ends, and the next one is none the worse for it")
{
    World world;
    const auto commit = world.push({
        {"a", "1"}
    });
    std::stop_source source;
    source.request_stop();
    CHECK(
        world.fetch({commit, branch("main")}, source.get_token()).error().code == Code::cancelled
    );
    CHECK(world.fetch({commit, branch("main")}).has_value());
}

TEST_CASE("a mirror that was damaged is made anew")
{
    World world;
    const auto first = world.push(
        {
            {"a", "1"}
    },
        "refs/heads/main",
        "first"
    );
    REQUIRE(world.fetch({first, branch("main")}).has_value());

    SUBCASE("its head is gone")
    {
        std::filesystem::remove(world.mirror() / "HEAD");
    }
    SUBCASE("its settings are garbage")
    {
        std::ofstream(world.mirror() / "config") << "[[[\n";
    }
    SUBCASE("its objects are gone")
    {
        std::filesystem::remove_all(world.mirror() / "objects");
        std::filesystem::create_directories(world.mirror() / "objects" / "pack");
    }
    SUBCASE("a process died in the middle of a fetch")
    {
        for (const auto* name : {"shallow.lock", "packed-refs.lock", "config.lock"})
            std::ofstream(world.mirror() / name) << "half";
        std::ofstream(world.mirror() / "objects" / "pack" / "tmp_pack_x") << "half";
    }
    const auto second = world.push(
        {
            {"a", "2"}
    },
        "refs/heads/main",
        "second"
    );
    CHECK(world.fetch({second, branch("main")})->subject == "second");
    CHECK(world.read(second, "a") == "2");
    CHECK(world.fetch({first, std::nullopt})->subject == "first");
    CHECK(world.read(first, "a") == "1");
    CHECK_FALSE(std::filesystem::exists(world.mirror() / "shallow.lock"));
}

TEST_CASE("a mirror in which a single file turns out to be unreadable is mended by the next fetch")
{
    World world;
    SeededRandom random(3);
    const auto content = random.hex(200'000);
    const auto commit = world.push({
        {"a", content}
    });
    REQUIRE(world.fetch({commit, branch("main")}).has_value());
    const auto tree = world.tree(commit);
    REQUIRE(tree.has_value());
    for (const auto& file :
         std::filesystem::directory_iterator(world.mirror() / "objects" / "pack")) {
        if (file.path().extension() != ".pack") continue;
        std::filesystem::permissions(file.path(), std::filesystem::perms::owner_all);
        std::fstream pack(file.path(), std::ios::in | std::ios::out | std::ios::binary);
        pack.seekp(50'000);
        pack << std::string(1000, 'x');
    }
    const auto read = [&](Tree& from) { return world.scheduler.run(from.read("a", 1U << 20)); };
    CHECK(read(*tree.value()).error().code == Code::unavailable);
    REQUIRE(world.fetch({commit, branch("main")}).has_value());
    CHECK((read(*world.tree(commit).value()).value() == content));
}

TEST_CASE("commits out of use are let go, and the mirror with the last of them")
{
    World world;
    const auto old = world.push(
        {
            {"a", "1"}
    },
        "refs/heads/main",
        "old"
    );
    const auto kept = world.push(
        {
            {"a", "2"}
    },
        "refs/heads/main",
        "kept"
    );
    const auto location = world.repository.remote().location;
    const auto keep_only = [&](std::vector<git::ObjectId> commits) {
        const auto wanted = [commits] { return tell(commits); };
        return world.scheduler.run(world.source.keep_only(location, wanted));
    };
    REQUIRE(keep_only({kept}).has_value());
    REQUIRE(world.fetch({old, std::nullopt}).has_value());
    REQUIRE(world.fetch({kept, std::nullopt}).has_value());
    REQUIRE(keep_only({kept}).has_value());
    CHECK(world.tree(old).has_value());  // Its room is not worth the work yet.
    REQUIRE(world.fetch({old, std::nullopt}).has_value());
    world.scheduler.run_for(hours{1});
    REQUIRE(keep_only({kept}).has_value());
    CHECK(world.tree(old).has_error());
    CHECK(world.read(kept, "a") == "2");
    REQUIRE(keep_only({}).has_value());
    CHECK_FALSE(std::filesystem::exists(world.mirror()));
}

TEST_CASE("SEC-02 an author and a message are carried as they are and do nothing")
{
    World world;
    const std::string hostile = "$(touch pwned) `id` ; \x1b[31m <script> \xe2\x80\xae";
    const auto commit = world.push(
        {
            {"a", "1"}
    },
        "refs/heads/main",
        hostile
    );
    CHECK(world.fetch({commit, branch("main")})->subject == hostile);
}
