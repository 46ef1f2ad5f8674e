#include "base/fake_scheduler.hpp"
#include "build/context.hpp"
#include "model/files_fake.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

using Type = FileEntry::Type;

FakeFiles shop()
{
    return FakeFiles(
        {
            {"README.md",      "read me"   },
            {"api/Dockerfile", "FROM a"    },
            {"api/link",       "Dockerfile"},
            {"api/run",        "#!/bin/sh" },
            {"api/vendor",     ""          },
            {"api2/file",      "other"     }
    },
        {{"api/link", Type::link}, {"api/run", Type::executable}, {"api/vendor", Type::submodule}}
    );
}

std::vector<std::string> paths(const Context& context)
{
    std::vector<std::string> found;
    for (const ContextFile& each : context.files)
        found.push_back(each.path);
    return found;
}

std::string bytes(Chunks pieces)
{
    FakeScheduler scheduler;
    std::string all;
    for (;;) {
        auto piece = scheduler.run(pieces());
        REQUIRE(piece.has_value());
        if (!*piece) return all;
        all += **piece;
    }
}

}  // namespace

TEST_CASE("a context is its folder, less what is ignored")
{
    const auto files = shop();
    const auto ignore = IgnoreRules::parse("run", ".dockerignore");
    const auto api = select_context(files.entries(), "api", *ignore, {});
    REQUIRE(api.has_value());
    CHECK(paths(*api) == std::vector<std::string>{"Dockerfile", "link", "vendor"});
    CHECK(api->submodules == std::vector<std::string>{"vendor"});
    const auto all = select_context(files.entries(), ".", {}, {});
    REQUIRE(all.has_value());
    CHECK(all->files.size() == 6);
    CHECK(select_context(files.entries(), "ap", {}, {}).error().code == Code::invalid);
    CHECK(select_context(files.entries(), "README.md", {}, {}).has_error());
}

TEST_CASE("a context with too much is refused, what is ignored does not count")
{
    const auto files = shop();
    const auto count = select_context(files.entries(), "api", {}, {.files = 3});
    REQUIRE(count.has_error());
    CHECK(count.error().code == Code::refused);
    CHECK(count.error().message == "the build context api has more than 3 files");
    CHECK(count.error().mend.contains(".dockerignore"));
    CHECK(select_context(files.entries(), "api", {}, {.bytes = 24}).has_error());
    CHECK(select_context(files.entries(), "api", {}, {.bytes = 25, .files = 4}).has_value());
    const auto ignore = IgnoreRules::parse("vendor", ".dockerignore");
    CHECK(select_context(files.entries(), "api", *ignore, {.files = 3}).has_value());
}

TEST_CASE("the tar holds links as links, programs as programs, and the texts put on top")
{
    auto files = shop();
    const auto api = select_context(files.entries(), "api", {}, {});
    REQUIRE(api.has_value());
    const auto tar = bytes(context_tar(
        files,
        *api,
        {
            {"Dockerfile", "FROM b"},
            {"more",       "text"  }
    }
    ));
    const auto read = read_tar(tar, 1'000);
    REQUIRE(read.has_value());
    REQUIRE(read->size() == 4);
    CHECK((*read)[0].entry.path == "Dockerfile");
    CHECK((*read)[0].content == "FROM b");
    CHECK((*read)[1].content == "text");
    CHECK((*read)[2].entry.kind == TarEntry::Kind::symlink);
    CHECK((*read)[2].entry.link == "Dockerfile");
    CHECK((*read)[3].entry.path == "run");
    CHECK((*read)[3].entry.mode == 0755);
    CHECK((*read)[3].content == "#!/bin/sh");
}
