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

/// A commit with one file of many pieces, which counts how many it has pushed. Gives way to others
/// before each.
class LargeFile final : public Files {
public:
    LargeFile(Scheduler& scheduler, std::size_t pieces) : scheduler_(scheduler), pieces_(pieces)
    {
        entries_.push_back({.path = "large", .object = "1", .size = pieces * piece.size()});
    }
    const std::vector<FileEntry>& entries() const override { return entries_; }
    Task<Result<std::string>> read(std::string, std::uint64_t) override
    {
        co_return Error{Code::refused, "too large", ""};
    }
    Task<Result<>> stream(std::vector<FileEntry>, Visit visit) override
    {
        for (std::size_t i = 1; i <= pieces_; ++i) {
            co_await yield(scheduler_);
            ++pushed;
            if (pushed == fails_at) throw std::runtime_error("the disk is gone");
            const auto visited = co_await visit(entries_.front(), piece, i == pieces_);
            if (!visited) co_return visited.error();
        }
        co_return ok();
    }

    std::size_t pushed = 0;
    std::size_t fails_at = 0;
    const std::string piece = std::string(40'000, 'x');

private:
    Scheduler& scheduler_;
    std::size_t pieces_;
    std::vector<FileEntry> entries_;
};

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

TEST_CASE("a file of any size is never in memory as a whole, whoever stops reading")
{
    FakeScheduler scheduler;
    LargeFile files(scheduler, 1'000);
    const FileEntry& file = files.entries().front();
    const Chunks chunks = archive(
        files,
        {
            {file, {.path = "large", .size = file.size}}
    }
    );
    std::size_t taken = 0;
    for (int i = 0; i < 100; ++i) {
        const auto piece = scheduler.run(chunks());
        REQUIRE(piece.has_value());
        taken += (*piece)->size();
        CHECK(files.pushed * files.piece.size() <= taken);
        CHECK((*piece)->size() < 200'000);
    }
    CHECK(files.pushed < 300);
    // The archive goes half-way: the sanitizers would tell of a frame that is left.
}

TEST_CASE("an accident while a file is read reaches whoever reads the archive")
{
    FakeScheduler scheduler;
    LargeFile files(scheduler, 10);
    files.fails_at = 5;
    const FileEntry& file = files.entries().front();
    const Chunks chunks = archive(
        files,
        {
            {file, {.path = "large", .size = file.size}}
    }
    );
    CHECK_THROWS_AS(scheduler.run(drain(chunks)), std::runtime_error);
}
