// Commits whose author wishes us ill, made by plumbing commands that refuse nothing.

#include "source/source.hpp"
#include "tests/support/tree_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using namespace diorama::test;
using World = TreeWorld;

namespace {

/// A blob that says it has ten gibibytes: its header is all that is ever read of it. A zlib stream
/// of one stored block (RFC 1950, RFC 1951), so that the test spends no minute compressing zeros.
std::string blob_of_ten_gibibytes(const GitRepository& repository)
{
    const std::string head = std::string("blob 10737418240") + '\0' + std::string(100, 'x');
    const auto size = static_cast<char>(head.size());
    const std::string start{'\x78', '\x01', '\x01', size, '\0', static_cast<char>(~size), '\xff'};
    const std::string id = "ab" + std::string(38, 'c');
    const auto folder = repository.folder() / "objects" / "ab";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / id.substr(2), std::ios::binary) << start << head;
    return id;
}

}  // namespace

TEST_CASE("SEC-05 a link is never followed by reading, neither at the end nor in the middle")
{
    World world;
    auto& git = world.repository;
    const auto tree = world.open(git.tree({
        {"120000", git.blob("/etc/passwd"),      "Dockerfile"},
        {"120000", git.blob("/etc"),             "config"    },
        {"120000", git.blob("../../etc/passwd"), "up"        },
        {"120000", git.blob("target"),           ".env"      },
        {"100644", git.blob("fine"),             "target"    },
    }));
    REQUIRE(tree.has_value());
    for (const std::string path : {"Dockerfile", "config/passwd", "config", "up", ".env"}) {
        CAPTURE(path);
        const auto error = world.read(**tree, path).error();
        CHECK(error.code == Code::refused);
        CHECK(error.message.contains("symbolic link"));
    }
}

TEST_CASE("SEC-05 a link that is asked for is resolved inside the tree or not at all")
{
    World world;
    auto& git = world.repository;
    const auto inner = git.tree({
        {"100644", git.blob("deep"),       "file"},
        {"120000", git.blob("../target"),  "back"},
        {"120000", git.blob("../../../x"), "out" },
    });
    const auto tree = world.open(git.tree({
        {"120000", git.blob("/etc/passwd"), "absolute"},
        {"40000",  inner,                   "d"       },
        {"120000", git.blob("d/"),          "folder"  },
        {"120000", git.blob("loop-b"),      "loop-a"  },
        {"120000", git.blob("loop-a"),      "loop-b"  },
        {"120000", git.blob("nowhere"),     "dangling"},
        {"120000", git.blob("folder/file"), "twice"   },
        {"100644", git.blob("fine"),        "target"  },
    }));
    REQUIRE(tree.has_value());
    CHECK(*world.resolve(**tree, "target") == "target");
    CHECK(*world.resolve(**tree, "twice") == "d/file");
    CHECK(*world.resolve(**tree, "folder/file") == "d/file");
    CHECK(*world.resolve(**tree, "folder/back") == "target");
    CHECK(*world.resolve(**tree, "./d/../folder/") == "d");
    CHECK(world.resolve(**tree, "absolute").error().code == Code::refused);
    CHECK(world.resolve(**tree, "d/out").error().code == Code::refused);
    CHECK(world.resolve(**tree, "../x").error().code == Code::refused);
    CHECK(world.resolve(**tree, "/etc/passwd").error().code == Code::refused);
    CHECK(world.resolve(**tree, "loop-a").error().code == Code::refused);
    CHECK(world.resolve(**tree, "dangling").error().code == Code::not_found);
    CHECK(world.resolve(**tree, "target/x").error().code == Code::not_found);
}

TEST_CASE("SEC-05 a path that no honest repository has refuses the whole tree")
{
    World world;
    auto& git = world.repository;
    const auto blob = git.blob("x");
    const auto inner = git.tree({
        {"100644", blob, "config"}
    });
    for (const std::string name : {"..", ".", ".git", ".GIT", "a/b", "/etc", ""}) {
        CAPTURE(name);
        const bool is_harmless = name == "a/b";  // Two parts or one with a slash: the same path.
        const auto file = world.open(git.tree({
            {"100644", blob, name}
        }));
        CHECK(file.has_value() == is_harmless);
        const auto folder = world.open(git.tree({
            {"40000", inner, name}
        }));
        CHECK(folder.has_value() == is_harmless);
    }
    CHECK(
        world
            .refusal(git.tree({
                {"160000", std::string(40, 'a'), ".."}
    }))
            .code == Code::refused
    );
    CHECK(
        world
            .refusal(git.tree({
                {"120000", blob, ".Git"}
    }))
            .code == Code::refused
    );
}

TEST_CASE("SEC-05 a name that is there twice refuses the whole tree")
{
    World world;
    auto& git = world.repository;
    const auto blob = git.blob("x");
    const auto inner = git.tree({
        {"100644", blob, "f"}
    });
    for (const auto& root : {
             git.tree({{"100644", blob, "a"}, {"100644", git.blob("y"), "a"}}
             ),
             git.tree({{"100644", blob, "a"}, {"40000", inner, "a"}         }
             ),
             git.tree({{"120000", blob, "a"}, {"40000", inner, "a"}         }
             ),
             git.tree({{"40000", inner, "a"}, {"40000", inner, "a"}         }
             )
    }) {
        const auto error = world.refusal(root);
        CHECK(error.code == Code::refused);
        CHECK(error.message.contains("twice"));
    }
}

TEST_CASE("SEC-05 names that differ only in case stay apart")
{
    World world;
    auto& git = world.repository;
    const auto tree = world.open(git.tree({
        {"100644", git.blob("upper"), "Dockerfile"},
        {"120000", git.blob("/etc"),  "dockerFile"},
        {"100644", git.blob("lower"), "dockerfile"},
    }));
    REQUIRE(tree.has_value());
    CHECK(*world.read(**tree, "Dockerfile") == "upper");
    CHECK(*world.read(**tree, "dockerfile") == "lower");
}

TEST_CASE("SEC-05 a submodule is named in a note and never fetched or entered")
{
    World world;
    auto& git = world.repository;
    const auto modules = "[submodule \"x\"]\n\tpath = ../../evil\n\turl = ext::touch% pwned\n";
    const auto tree = world.open(git.tree({
        {"100644", git.blob(modules), ".gitmodules"},
        {"160000", std::string(40, 'a'), "libs"},
    }));
    REQUIRE(tree.has_value());
    CHECK((*tree)->find("libs")->type == FileEntry::Type::submodule);
    CHECK(world.read(**tree, "libs").error().code == Code::refused);
    CHECK(world.read(**tree, "libs/x").error().message.contains("submodule"));
    REQUIRE(world.notes(**tree).size() == 1);
    CHECK(world.notes(**tree).front().contains("libs"));
}

TEST_CASE("SEC-05 attributes, filters and text settings change no byte, for nothing is checked out")
{
    World world;
    auto& git = world.repository;
    const auto pwned = world.folder / "pwned";
    git.git({"config", "filter.evil.smudge", "touch " + pwned.string()});
    git.git({"config", "filter.evil.required", "true"});
    git.git({"config", "core.hooksPath", world.folder.path().string()});
    const auto tree = world.open(git.tree({
        {"100644", git.blob("* filter=evil text eol=crlf ident\n"), ".gitattributes"},
        {"100644", git.blob("a\nb $Id$\n"),                         "text"          },
    }));
    CHECK(*world.read(**tree, "text") == "a\nb $Id$\n");
    CHECK_FALSE(std::filesystem::exists(pwned));
}

TEST_CASE("SEC-05 a file of ten gibibytes is refused by its size, and not read")
{
    World world;
    const auto id = blob_of_ten_gibibytes(world.repository);
    const auto error = world.refusal(world.repository.tree({
        {"100644", id, "disk.img"}
    }));
    CHECK(error.code == Code::refused);
    CHECK(error.message.contains("'disk.img'"));
    CHECK(error.message.contains("10737418240"));
}

TEST_CASE("SEC-05 a million files from three objects are refused before they fill the memory")
{
    World world;
    auto& git = world.repository;
    std::string object = git.blob("x");
    std::string mode = "100644";
    for (int level = 0; level < 2; ++level) {
        std::vector<GitRepository::Line> lines;
        for (int i = 0; i < 1000; ++i)
            lines.push_back({mode, object, fmt::format("{:03}", i)});
        object = git.tree(lines);
        mode = "40000";
    }
    const auto commit = git.commit(object, "refs/heads/main");
    Source source(world.git, world.folder / "mirrors");
    const auto remote = git.remote();
    REQUIRE(world.scheduler.run(source.fetch(remote, {commit, std::nullopt})).has_value());
    const auto tree = world.scheduler.run(source.tree(remote.location, commit));
    REQUIRE(tree.has_error());
    CHECK(tree.error().code == Code::refused);
    CHECK(tree.error().message.contains("100000"));
}

TEST_CASE("SEC-05 every limit of a tree refuses by itself and names what breaks it")
{
    World world;
    auto& git = world.repository;
    const auto blob = git.blob("12345");
    const auto inner = git.tree({
        {"100644", blob, "a-long-name"}
    });
    const auto root = git.tree({
        {"40000",  inner, "d"},
        {"100644", blob,  "f"},
    });
    CHECK(
        world.open(root, {.entries = 3, .bytes = 10, .file = 5, .path = 13, .depth = 2}).has_value()
    );
    CHECK(world.refusal(root, {.entries = 2}).message.contains("2 files"));
    CHECK(world.refusal(root, {.bytes = 9}).message.contains("9 bytes"));
    CHECK(world.refusal(root, {.file = 4}).message.contains("4 allowed"));
    CHECK(world.refusal(root, {.path = 12}).message.contains("a-long-name"));
    CHECK(world.refusal(root, {.depth = 1}).message.contains("deep"));
}

TEST_CASE("SEC-05 a file's name is shown without what it could do to a terminal")
{
    World world;
    auto& git = world.repository;
    const auto tree = world.open(git.tree({
        {"120000", git.blob("x"), "\x1b[2J\nx"}
    }));
    REQUIRE(tree.has_value());
    const auto message = world.read(**tree, "\x1b[2J\nx").error().message;
    CHECK_FALSE(message.contains('\x1b'));
    CHECK_FALSE(message.contains('\n'));
}
