#include "source/tree.hpp"
#include "tests/support/tree_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using namespace diorama::test;
using World = TreeWorld;

namespace {

std::vector<std::string> paths(const Tree& tree)
{
    std::vector<std::string> found;
    for (const auto& entry : tree.entries())
        found.push_back(entry.path);
    return found;
}

Task<Result<>> collect(
    std::map<std::string, std::string>& seen,
    const FileEntry& entry,
    std::string_view piece,
    bool last
)
{
    seen[entry.path] += piece;
    if (last) seen[entry.path] += "|";
    co_return ok();
}

Task<Result<>> give_up()
{
    co_return Error{Code::cancelled, "enough", ""};
}

}  // namespace

TEST_CASE("a tree lists its files sorted by path, with kind, size and content id")
{
    World world;
    auto& git = world.repository;
    const auto blob = git.blob("hello");
    const auto inner = git.tree({
        {"100755", blob, "run"}
    });
    const auto tree = world.open(git.tree({
        {"100644", blob,  "a.b"},
        {"40000",  inner, "a"  },
        {"100664", blob,  "old"},
    }));
    REQUIRE(tree.has_value());
    CHECK(paths(**tree) == std::vector<std::string>{"a.b", "a/run", "old"});
    CHECK((*tree)->find("a/run")->type == FileEntry::Type::executable);
    CHECK((*tree)->find("old")->type == FileEntry::Type::file);
    CHECK((*tree)->find("a.b")->size == 5);
    CHECK((*tree)->find("a.b")->object == blob);
    CHECK((*tree)->find("a") == nullptr);
    CHECK((*tree)->is_folder("a"));
    CHECK(*world.read(**tree, "a/run") == "hello");
}

TEST_CASE("an empty commit is a tree without files")
{
    World world;
    const auto tree = world.open(world.empty());
    REQUIRE(tree.has_value());
    CHECK((*tree)->entries().empty());
    CHECK(world.read(**tree, "Dockerfile").error().code == Code::not_found);
}

TEST_CASE("a file is read up to a size, and what cannot be read says why")
{
    World world;
    auto& git = world.repository;
    const auto inner = git.tree({
        {"100644", git.blob("x"), "f"}
    });
    const auto tree = world.open(git.tree({
        {"100644", git.blob(std::string(100, 'x')), "big"},
        {"40000", inner, "d"},
    }));
    CHECK(world.read(**tree, "big", 100)->size() == 100);
    CHECK(world.read(**tree, "big", 99).error().code == Code::refused);
    CHECK(world.read(**tree, "d").error().message.contains("is a folder"));
    CHECK(world.read(**tree, "none").error().code == Code::not_found);
    CHECK(world.read(**tree, "big/none").error().code == Code::not_found);
    for (const std::string path :
         {"", "/", "/d/f", "../d/f", "d/../d/f", "d//f", "./d/f", "d/f/"}) {
        CAPTURE(path);
        CHECK(world.read(**tree, path).has_error());
    }
}

TEST_CASE("a file of which only LFS has the content is named in a note")
{
    World world;
    auto& git = world.repository;
    const std::string pointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:" + std::string(64, 'a') +
        "\nsize 12345\n";
    const auto lines = [&](const std::string& attributes) {
        return git.tree({
            {"100644", git.blob(attributes), ".gitattributes"},
            {"100644", git.blob(pointer), "logo.png"},
            {"100644", git.blob(std::string(130, 'x')), "text"},
        });
    };
    const auto with = world.open(lines("*.png filter=lfs diff=lfs merge=lfs -text\n"));
    REQUIRE(world.notes(**with).size() == 1);
    CHECK(world.notes(**with).front().contains("1 files"));
    CHECK(world.notes(**with).front().contains("logo.png"));
    CHECK(world.notes(**world.open(lines("*.png binary\n"))).empty());
}

TEST_CASE("the hash of a folder is the same exactly when all below it is")
{
    World world;
    auto& git = world.repository;
    const auto one = world.open(git.files({
        {"api/main.c",     "1"},
        {"web/index.html", "1"}
    }));
    const auto two = world.open(git.files({
        {"api/main.c",     "2"},
        {"web/index.html", "1"}
    }));
    CHECK(*(*one)->subtree_hash("web") == *(*two)->subtree_hash("web"));
    CHECK(*(*one)->subtree_hash("api") != *(*two)->subtree_hash("api"));
    CHECK(*(*one)->subtree_hash("") != *(*two)->subtree_hash(""));
    CHECK((*one)->subtree_hash("none").error().code == Code::not_found);
    CHECK((*one)->subtree_hash("api/main.c").error().message.contains("no folder"));
}

TEST_CASE("many files stream in the order asked for: links as their target, submodules empty")
{
    World world;
    auto& git = world.repository;
    const std::string big(600'000, 'b');
    const auto tree = world.open(git.tree({
        {"100644", git.blob(big), "big"},
        {"100644", git.blob(""), "empty"},
        {"120000", git.blob("big"), "link"},
        {"160000", std::string(40, 'a'), "sub"},
        {"100644", git.blob("last"), "zzz"},
    }));
    REQUIRE(tree.has_value());
    std::map<std::string, std::string> seen;
    const auto visit = [&](const FileEntry& entry, std::string_view piece, bool last) {
        return collect(seen, entry, piece, last);
    };
    REQUIRE(world.scheduler.run((*tree)->stream((*tree)->entries(), visit)).has_value());
    const std::map<std::string, std::string> wanted{
        {"big",   big + "|"},
        {"empty", "|"      },
        {"link",  "big|"   },
        {"sub",   "|"      },
        {"zzz",   "last|"  }
    };
    CHECK((seen == wanted));
    CHECK(world.scheduler.run((*tree)->stream({}, visit)).has_value());
    const auto stop = [](const FileEntry&, std::string_view, bool) { return give_up(); };
    CHECK(
        world.scheduler.run((*tree)->stream((*tree)->entries(), stop)).error().message == "enough"
    );
}

TEST_CASE("a path is followed inside the tree by its letters alone")
{
    CHECK(*path_within("", "Dockerfile") == "Dockerfile");
    CHECK(*path_within("api", "./src//main.c") == "api/src/main.c");
    CHECK(*path_within("api", "../web/.") == "web");
    CHECK(*path_within("api", "..") == "");
    CHECK(*path_within("", ".") == "");
    CHECK(path_within("api", "../..").error().code == Code::refused);
    CHECK(path_within("", "a/../../etc/passwd").error().code == Code::refused);
    CHECK(path_within("", "/etc/passwd").error().code == Code::refused);
}
