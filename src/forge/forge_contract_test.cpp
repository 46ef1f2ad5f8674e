#include "base/fake_scheduler.hpp"
#include "forge/fake.hpp"
#include "forge/plain.hpp"
#include "tests/support/git_repository.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using namespace diorama::test;

namespace {

git::RefName ref_named(std::string_view full)
{
    return git::RefName::parse(full).value();
}

/// A real repository asked by the real git command.
struct Plain {
    Folder folder;
    FakeScheduler scheduler;
    git::Git git{scheduler, folder.path()};
    PlainForge forge{git};
    GitRepository repository{folder / "shop.git"};

    git::Remote remote() const { return repository.remote(); }
    git::Remote nowhere() const { return {local(folder / "nowhere"), {}}; }
    git::ObjectId push(const std::string& name, const std::string& message)
    {
        return repository.commit(
            repository.files({
                {"a", message}
        }),
            name,
            message
        );
    }
    void remove(const std::string& name) { repository.git({"update-ref", "-d", name}); }
    void take_down() { std::filesystem::rename(repository.folder(), folder / "away"); }
};

struct Fake {
    FakeScheduler scheduler;
    FakeForge forge;
    git::Location location = git::Location::parse("https://forge.example/owner/shop").value();

    Fake() { forge.add_repository(location); }
    git::Remote remote() const { return {location, {}}; }
    git::Remote nowhere() const
    {
        return {git::Location::parse("https://forge.example/owner/nowhere").value(), {}};
    }
    git::ObjectId push(const std::string& name, const std::string& message)
    {
        const auto digits = fmt::format("{:016x}", std::hash<std::string>{}(message));
        const auto commit = git::ObjectId::parse(digits + digits + digits.substr(0, 8)).value();
        forge.push(location, ref_named(name), commit);
        return commit;
    }
    void remove(const std::string& name) { forge.remove(location, ref_named(name)); }
    void take_down() { forge.fault = Error{Code::unavailable, "the forge is down", ""}; }
};

}  // namespace

TEST_CASE_TEMPLATE("every forge keeps the contract", F, Plain, Fake)
{
    F world;
    const auto branches = [&] {
        return world.scheduler.run(world.forge.branches(world.remote(), {}));
    };
    const auto requests = [&] {
        return world.scheduler.run(world.forge.pull_requests(world.remote(), {}));
    };

    SUBCASE("an empty repository has no branches and no pull requests, and that is an answer")
    {
        REQUIRE(branches().has_value());
        CHECK(branches()->empty());
        CHECK(requests()->empty());
    }
    SUBCASE("branches are listed with their commits, and nothing else is among them")
    {
        const auto main = world.push("refs/heads/main", "one");
        const auto feature = world.push("refs/heads/feature/x", "two");
        world.push("refs/tags/v1", "three");
        world.push("refs/pull/1/head", "four");
        auto found = branches();
        REQUIRE(found.has_value());
        std::ranges::sort(*found, {}, &BranchHead::ref);
        REQUIRE(found->size() == 2);
        CHECK(found->at(0) == BranchHead{branch("feature/x"), feature});
        CHECK(found->at(1) == BranchHead{branch("main"), main});
    }
    SUBCASE("pull requests come by number, under whatever name the forge gives them")
    {
        world.push("refs/heads/main", "one");
        const auto ten = world.push("refs/pull/10/head", "ten");
        const auto two = world.push("refs/merge-requests/2/head", "two");
        world.push("refs/pull/10/merge", "merged");
        const auto found = requests();
        REQUIRE(found.has_value());
        REQUIRE(found->size() == 2);
        CHECK(found->at(0).number == 2);
        CHECK(found->at(0).commit == two);
        CHECK(found->at(1).number == 10);
        CHECK(found->at(1).commit == ten);
        CHECK(found->at(1).ref == ref_named("refs/pull/10/head"));
    }
    SUBCASE("SEC-25 only a head that a branch of the repository stands at is its own")
    {
        world.push("refs/heads/feature", "ours");
        world.push("refs/pull/1/head", "ours");
        world.push("refs/pull/2/head", "theirs");
        const auto found = requests();
        CHECK(found->at(0).same_repository);
        CHECK_FALSE(found->at(1).same_repository);
    }
    SUBCASE("a branch that was deleted is no longer listed")
    {
        world.push("refs/heads/main", "one");
        world.push("refs/heads/old", "two");
        world.remove("refs/heads/old");
        CHECK(branches()->size() == 1);
    }
    SUBCASE("SEC-70 a repository that cannot be asked is an error, never an empty list")
    {
        world.push("refs/heads/main", "one");
        CHECK(
            world.scheduler.run(world.forge.branches(world.nowhere(), {})).error().code ==
            Code::not_found
        );
        world.take_down();
        CHECK(branches().has_error());
        CHECK(requests().has_error());
    }
    SUBCASE("a question that was stopped is not answered")
    {
        std::stop_source source;
        source.request_stop();
        const auto answer =
            world.scheduler.run(world.forge.branches(world.remote(), source.get_token()));
        CHECK(answer.error().code == Code::cancelled);
    }
    SUBCASE("it says whether a missing pull request is a closed one")
    {
        CHECK_FALSE(world.forge.knows_closed());
    }
}
