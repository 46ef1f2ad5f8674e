#include "base/random.hpp"
#include "git/git.hpp"
#include "git/mirror.hpp"
#include "tests/support/git_repository.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

using namespace diorama;
using namespace diorama::test;

namespace {

struct World {
    Folder folder;
    FakeScheduler scheduler;
    GitRepository repository{folder / "shop.git"};
    git::Git git{scheduler, folder.path()};
    git::Mirror mirror{git, folder / "mirror"};

    auto list(std::vector<std::string> patterns = {})
    {
        return list(repository.remote(), patterns);
    }
    Result<std::vector<git::RemoteRef>> list(git::Remote remote, std::vector<std::string> patterns)
    {
        return scheduler.run(git.list_remote(std::move(remote), std::move(patterns), minutes{1}, {})
        );
    }
    Result<> fetch(
        const git::ObjectId& commit, std::optional<git::RefName> ref = {}, git::Limits limits = {}
    )
    {
        return scheduler.run(mirror.fetch(repository.remote(), {commit, std::move(ref)}, limits, {})
        );
    }
};

}  // namespace

TEST_CASE("a remote lists its branches, and a tag as the commit it points to")
{
    World world;
    const auto commit = world.repository.commit(
        world.repository.files({
            {"a", "1"}
    }),
        "refs/heads/main"
    );
    world.repository.git({"tag", "-a", "v1", "-m", "first", commit.text()});
    const auto all = world.list();
    REQUIRE(all.has_value());
    CHECK(all->size() == 3);  // HEAD too.
    const auto tag = world.list({"refs/tags/v1", "refs/tags/v1^{}"});
    REQUIRE(tag.has_value());
    REQUIRE(tag->size() == 1);
    CHECK(tag->front().id == commit);
}

TEST_CASE("a pattern finds its own name only, not one that ends like it")
{
    World world;
    const auto tree = world.repository.files({
        {"a", "1"}
    });
    const auto main = world.repository.commit(tree, "refs/heads/main", "one");
    world.repository.commit(tree, "refs/heads/refs/heads/main", "two");
    const auto found = world.list({"refs/heads/main"});
    REQUIRE(found->size() == 1);
    CHECK(found->front().id == main);
    CHECK(world.list({"refs/heads/none"})->empty());
}

TEST_CASE("a remote that does not answer is an error, never an empty list")
{
    World world;
    const auto error = world.list({local(world.folder / "nothing-here"), {}}, {}).error();
    CHECK(error.code == Code::not_found);
    CHECK_FALSE(error.mend.empty());
    const auto closed = git::Location::parse("https://127.0.0.1:1/owner/name").value();
    CHECK(world.list({closed, {}}, {}).error().code == Code::unavailable);
}

TEST_CASE("git may speak only the protocol of the address it was given")
{
    World world;
    const auto commit = world.repository.commit(
        world.repository.files({
            {"a", "1"}
    }),
        "refs/heads/main"
    );
    const auto remote = world.repository.remote();
    auto closed = world.git.command({"ls-remote", remote.location.text()}, world.folder.path());
    CHECK_FALSE(world.scheduler.run(run_command(world.scheduler, closed))->succeeded());
    const git::Remote other{git::Location::parse("https://host/x").value(), {}};
    auto wrong =
        world.git.command({"ls-remote", remote.location.text()}, world.folder.path(), &other);
    const auto answer = world.scheduler.run(run_command(world.scheduler, wrong));
    CHECK_FALSE(answer->succeeded());
    CHECK(git::explain(*answer).code == Code::refused);
}

TEST_CASE("credentials travel by environment and never as a word")
{
    World world;
    git::Remote remote{git::Location::parse("https://host.example/x").value(), {}};
    remote.access.authorization = Secret("Bearer s3cret");
    const auto command = world.git.command({"ls-remote"}, world.folder.path(), &remote);
    for (const auto& word : command.argv)
        CHECK_FALSE(word.contains("s3cret"));
    for (const auto& [name, value] : command.environment)
        CHECK_FALSE(value.contains("s3cret"));
    REQUIRE(command.secrets.size() == 1);
    CHECK(command.secrets.begin()->second.reveal() == "Authorization: Bearer s3cret");
    auto show = world.git.command(
        {"config", "--get", "http.https://host.example/x.extraHeader"}, "/", &remote
    );
    const auto seen = world.scheduler.run(run_command(world.scheduler, show));
    CHECK(seen->output == "Authorization: Bearer s3cret\n");
}

TEST_CASE("the configuration of the machine, the user and a repository around us is not read")
{
    World world;
    const auto around = world.folder / "around";
    std::filesystem::create_directories(around / "home");
    world.repository.git({"init", "--quiet", around.string()});
    std::ofstream(around / ".git" / "config", std::ios::app) << "[user]\n\tname = Eve\n";
    auto inside = world.git.command({"config", "--get", "user.name"}, around / "home");
    CHECK(world.scheduler.run(run_command(world.scheduler, inside))->output.empty());
    auto itself = world.git.command({"config", "--get", "user.name"}, around);
    CHECK(world.scheduler.run(run_command(world.scheduler, itself))->output == "Eve\n");

    std::ofstream(world.folder / ".gitconfig")
        << "[core]\n\tsshCommand = touch pwned\n[user]\n\tname = Eve\n";
    auto command = world.git.command({"config", "--get", "user.name"}, "/");
    CHECK(world.scheduler.run(run_command(world.scheduler, command))->output.empty());
    auto hooks = world.git.command({"config", "--get", "core.hooksPath"}, "/");
    CHECK(world.scheduler.run(run_command(world.scheduler, hooks))->output == "/dev/null\n");
}

TEST_CASE("B11 one commit is fetched without its history, by its id alone or by a branch")
{
    World world;
    auto& repository = world.repository;
    const auto first = repository.commit(
        repository.files({
            {"a", "1"}
    }),
        "refs/heads/main",
        "one"
    );
    const auto id = repository.git({
        "commit-tree", repository.files({{"a", "2"}}
         ), "-p", first.text(), "-m", "two"
    });
    repository.git({"update-ref", "refs/heads/main", id});
    const auto second = git::ObjectId::parse(id).value();

    REQUIRE(world.scheduler.run(world.mirror.prepare()).has_value());
    CHECK_FALSE(*world.scheduler.run(world.mirror.has(second)));
    REQUIRE(world.fetch(second).has_value());
    CHECK(*world.scheduler.run(world.mirror.has(second)));
    CHECK_FALSE(*world.scheduler.run(world.mirror.has(first)));
    CHECK(world.scheduler.run(world.mirror.commit(first)).has_error());
    CHECK(world.scheduler.run(world.mirror.commit(second))->subject == "two");
    CHECK(world.fetch(first, branch("main")).error().code == Code::conflict);
    CHECK(world.fetch(second, branch("main")).has_value());
    CHECK(world.fetch(second, branch("gone")).error().code == Code::not_found);
}

TEST_CASE("SEC-01 a branch named like an option or a command is fetched and nothing else happens")
{
    World world;
    const auto tree = world.repository.files({
        {"a", "1"}
    });
    REQUIRE(world.scheduler.run(world.mirror.prepare()).has_value());
    const auto pwned = world.folder / "pwned";
    const std::vector<std::string> names{
        "--upload-pack=touch${IFS}" + pwned.string(),
        "$(touch${IFS}" + pwned.string() + ")",
        "`touch${IFS}" + pwned.string() + "`",
        "a;touch${IFS}" + pwned.string(),
        "-oProxyCommand=touch",
        "\xe2\x80\xaegnp",
        std::string(200, 'x')
    };
    for (const auto& name : names) {
        CAPTURE(name);
        const auto commit = world.repository.commit(tree, "refs/heads/" + name, "for " + name);
        const auto found = world.list({"refs/heads/" + name});
        REQUIRE(found.has_value());
        REQUIRE(found->size() == 1);
        CHECK(found->front().id == commit);
        CHECK(world.fetch(commit, found->front().name).has_value());
    }
    CHECK_FALSE(std::filesystem::exists(pwned));
}

TEST_CASE("SEC-05 a hook in the served repository's place or a template does not run on our side")
{
    World world;
    const auto commit = world.repository.commit(
        world.repository.files({
            {"a", "1"}
    }),
        "refs/heads/main"
    );
    REQUIRE(world.scheduler.run(world.mirror.prepare()).has_value());
    CHECK_FALSE(std::filesystem::exists(world.mirror.folder() / "hooks"));
    const auto hooks = world.mirror.folder() / "hooks";
    std::filesystem::create_directories(hooks);
    const auto hook = hooks / "reference-transaction";
    std::ofstream(hook) << "#!/bin/sh\ntouch " << (world.folder / "pwned").string() << "\n";
    ::chmod(hook.c_str(), 0755);
    CHECK(world.fetch(commit).has_value());
    CHECK_FALSE(std::filesystem::exists(world.folder / "pwned"));
}

TEST_CASE("SEC-05 a pack over the limit is given up and leaves nothing lying about")
{
    World world;
    SeededRandom random(7);
    const auto commit = world.repository.commit(
        world.repository.files({
            {"a", random.hex(4U << 20)}
    }),
        "refs/heads/main"
    );
    REQUIRE(world.scheduler.run(world.mirror.prepare()).has_value());
    CHECK(world.fetch(commit, {}, {.pack = 1U << 20}).has_error());
    CHECK(std::filesystem::is_empty(world.mirror.folder() / "objects" / "pack"));
    CHECK(world.fetch(commit).has_value());
}

TEST_CASE("SEC-05 a commit with paths that no honest repository has is refused at the door")
{
    World world;
    auto& repository = world.repository;
    const auto blob = repository.blob("x");
    REQUIRE(world.scheduler.run(world.mirror.prepare()).has_value());
    for (const std::string name : {"..", ".git", ".GIT"}) {
        CAPTURE(name);
        const auto commit = repository.commit(
            repository.tree({
                {"100644", blob, name}
        }),
            "refs/heads/main"
        );
        const auto error = world.fetch(commit).error();
        CHECK(error.code == Code::refused);
        CHECK(error.message.contains("fsck error"));
        CHECK(error.message.contains("contains '."));  // What git's check found.
    }
}

TEST_CASE("an old, honest repository with harmless faults is fetched")
{
    World world;
    auto& repository = world.repository;
    const auto inner = repository.tree({
        {"100644", repository.blob("x"), "f"}
    });
    const auto commit = repository.commit(
        repository.tree({
            {"040000", inner, "d"}
    }),
        "refs/heads/main"
    );
    REQUIRE(world.scheduler.run(world.mirror.prepare()).has_value());
    REQUIRE(world.fetch(commit).has_value());
    CHECK(*world.scheduler.run(world.mirror.is_sound()));
}

TEST_CASE("a repository with another kind of object names is said to be one")
{
    World world;
    const auto folder = world.folder / "other.git";
    std::filesystem::create_directories(folder);
    world.repository.git({"init", "--quiet", "--bare", "--object-format=sha256", folder.string()});
    const std::string tree = "--git-dir=" + folder.string();
    const auto empty = world.repository.git({tree, "hash-object", "-w", "-t", "tree", "/dev/null"});
    const auto commit = world.repository.git({tree, "commit-tree", empty, "-m", "x"});
    world.repository.git({tree, "update-ref", "refs/heads/main", commit});
    const auto error = world.list({local(folder), {}}, {}).error();
    CHECK(error.code == Code::invalid);
    CHECK(error.message.contains("SHA-1"));
}

TEST_CASE("many contents come through one process, big ones in pieces, empty ones too")
{
    World world;
    auto& repository = world.repository;
    const std::string big(700'000, 'b');
    const std::vector<std::string> contents{"one", "", big, "last\n", "one"};
    REQUIRE(world.scheduler.run(world.mirror.prepare()).has_value());
    std::vector<git::ObjectId> ids;
    git::Mirror here(world.git, repository.folder());
    for (const auto& text : contents)
        ids.push_back(git::ObjectId::parse(repository.blob(text)).value());

    auto stream = here.stream(ids, minutes{1});
    REQUIRE(stream.has_value());
    std::vector<std::string> seen(contents.size());
    std::vector<bool> complete(contents.size());
    for (;;) {
        const auto pieces = world.scheduler.run(stream->next(1000));
        REQUIRE(pieces.has_value());
        if (pieces->empty()) break;
        for (const auto& piece : *pieces) {
            CHECK(piece.bytes.size() <= 256 * 1024);
            CHECK(piece.size == contents[piece.object].size());
            seen[piece.object] += piece.bytes;
            complete[piece.object] = piece.last;
        }
    }
    CHECK((seen == contents));
    CHECK(complete == std::vector<bool>(contents.size(), true));
}

TEST_CASE("a content that is not there is said, not waited for")
{
    World world;
    git::Mirror here(world.git, world.repository.folder());
    auto stream = here.stream({git::ObjectId::parse(std::string(40, 'a')).value()}, minutes{1});
    REQUIRE(stream.has_value());
    CHECK(world.scheduler.run(stream->next()).error().code == Code::unavailable);
}

TEST_CASE("commits that nobody needs any more are let go")
{
    World world;
    auto& repository = world.repository;
    const auto old = repository.commit(
        repository.files({
            {"a", "old"}
    }),
        "refs/heads/main",
        "old"
    );
    const auto kept = repository.commit(
        repository.files({
            {"a", "new"}
    }),
        "refs/heads/main",
        "new"
    );
    REQUIRE(world.scheduler.run(world.mirror.prepare()).has_value());
    REQUIRE(world.fetch(old).has_value());
    REQUIRE(world.fetch(kept).has_value());
    REQUIRE(world.scheduler.run(world.mirror.keep_only({kept})).has_value());
    CHECK(*world.scheduler.run(world.mirror.has(kept)));
    CHECK_FALSE(*world.scheduler.run(world.mirror.has(old)));
    const auto before = world.scheduler.run(world.mirror.size());
    REQUIRE(world.scheduler.run(world.mirror.compact()).has_value());
    CHECK(world.scheduler.run(world.mirror.size()) < before);
    CHECK(world.scheduler.run(world.mirror.commit(old)).has_error());
    CHECK(world.scheduler.run(world.mirror.commit(kept))->subject == "new");
    CHECK(world.fetch(old).has_value());
}
