#include "base/fake_scheduler.hpp"
#include "model/archive.hpp"
#include "model/files_fake.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

Task<Result<std::string>> drain(Chunks chunks)
{
    std::string all;
    for (;;) {
        auto piece = co_await chunks();
        if (!piece) co_return piece.error();
        if (!*piece) co_return all;
        all += **piece;
    }
}

}  // namespace

TEST_CASE("an archive of a commit's files holds them in order, whole, with their modes")
{
    FakeScheduler scheduler;
    const std::string big(3U << 20, 'x');
    FakeFiles files({
        {"a.txt", "apple"},
        {"b.bin", big    },
        {"c.txt", ""     }
    });
    std::vector<ArchiveItem> items;
    for (const FileEntry& file : files.entries())
        items.push_back({
            file, {.path = "in/" + file.path, .mode = 0750, .size = file.size}
        });

    const auto bytes = scheduler.run(drain(archive(files, items)));
    REQUIRE(bytes.has_value());
    const auto read = read_tar(*bytes, 8U << 20);
    REQUIRE(read.has_value());
    REQUIRE(read->size() == 3);
    CHECK((*read)[0].entry.path == "in/a.txt");
    CHECK((*read)[0].entry.mode == 0750);
    CHECK((*read)[0].content == "apple");
    CHECK((*read)[1].content == big);
    CHECK((*read)[2].content.empty());
}

TEST_CASE("an archive of a text is that text, once")
{
    FakeScheduler scheduler;
    const auto bytes = scheduler.run(drain(archive_text({.path = "app.conf", .size = 3}, "a=1")));
    REQUIRE(bytes.has_value());
    CHECK(read_tar(*bytes, 100)->at(0).content == "a=1");
}
