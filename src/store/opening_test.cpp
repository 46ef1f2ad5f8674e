#include "base/concurrency.hpp"
#include "store/fixture.hpp"
#include "store/in_child.hpp"
#include "store/settings.hpp"

#include <fstream>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace diorama;

namespace {

Result<std::unique_ptr<Store>> open(const std::string& path)
{
    static FakeScheduler scheduler;
    static SeededRandom random(2);
    return Store::open(scheduler, random, path);
}

void write_text(const std::string& path, std::string_view text)
{
    std::ofstream(path, std::ios::binary) << text;
}

/// A database with some pages in it, closed.
void make_database(const std::string& path)
{
    StoreFixture at(path);
    for (int i = 0; i < 50; ++i) {
        const auto key = fmt::format("key {}", i);
        CHECK(at.write([&](Tx& tx) { settings::set(tx, key, std::string(4000, 'x')); }).has_value()
        );
    }
}

/// Writes until the database refuses; what it then says. Nothing when it never does.
std::string write_until_refused(StoreFixture& at)
{
    for (int i = 0; i < 2000; ++i) {
        const auto key = fmt::format("big {}", i);
        const auto done =
            at.write([&](Tx& tx) { settings::set(tx, key, std::string(10'000, 'x')); });
        if (!done) return done.error().text();
    }
    return "";
}

}  // namespace

TEST_CASE("a second daemon on the same data is refused, and the data is free when the first ends")
{
    TemporaryDirectory directory;
    const auto path = directory.file("diorama.db");
    {
        const auto first = open(path);
        REQUIRE(first.has_value());
        const auto second = open(path);
        REQUIRE(second.has_error());
        CHECK(second.error().code == Code::conflict);
        CHECK(second.error().text().contains("another Diorama has the database " + path));
    }
    CHECK(open(path).has_value());
}

TEST_CASE("nobody else may read the database")
{
    TemporaryDirectory directory;
    const auto path = directory.file("diorama.db");
    const auto store = open(path);
    REQUIRE(store.has_value());
    for (const auto& file : {path, path + ".lock", path + "-wal"}) {
        struct stat found{};
        REQUIRE(::stat(file.c_str(), &found) == 0);
        CHECK((found.st_mode & 0777U) == 0600U);
    }
}

TEST_CASE("a file that is no database is refused and left as it was")
{
    TemporaryDirectory directory;
    const auto path = directory.file("diorama.db");
    const std::string text = "Dear diary, " + std::string(5000, '.');
    write_text(path, text);
    const auto opened = open(path);
    REQUIRE(opened.has_error());
    CHECK(opened.error().code == Code::invalid);
    CHECK(opened.error().text().contains("is not a database of Diorama"));
    std::ifstream file(path, std::ios::binary);
    CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == text);
}

TEST_CASE("a database that lost its end is refused as damaged")
{
    TemporaryDirectory directory;
    const auto path = directory.file("diorama.db");
    make_database(path);
    std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2 + 100);
    const auto opened = open(path);
    REQUIRE(opened.has_error());
    CHECK(opened.error().code == Code::invalid);
    CHECK(opened.error().text().contains("is damaged. Restore it from a backup."));
}

TEST_CASE("a page overwritten with garbage is an answer, not a crash")
{
    TemporaryDirectory directory;
    const auto path = directory.file("diorama.db");
    make_database(path);
    const auto size = std::filesystem::file_size(path);
    {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        for (std::uintmax_t at = 4096; at < size; at += 4096) {
            file.seekp(static_cast<std::streamoff>(at));
            file << std::string(64, '\xA5');
        }
    }
    const auto opened = open(path);
    REQUIRE(opened.has_error());
    CHECK(opened.error().text().contains("is damaged"));
}

TEST_CASE("a directory that is missing or cannot be written is named, with what to do")
{
    TemporaryDirectory directory;
    const auto missing = open(directory.file("no/such/diorama.db"));
    CHECK(missing.error().code == Code::unavailable);
    CHECK(missing.error().text().contains("No such file or directory"));
    CHECK(missing.error().text().contains("Make sure its directory exists"));

    ::chmod(directory.path().c_str(), 0555);
    const auto said = in_child([&]() -> std::string {
        if (::geteuid() == 0 && ::setuid(65534) != 0) return "cannot become nobody";
        const auto opened = open(directory.file("diorama.db"));
        return opened ? "opened" : opened.error().text();
    });
    CHECK(said.contains("Permission denied"));
    ::chmod(directory.path().c_str(), 0755);
}

TEST_CASE("SEC-72 a disk that is full takes back what did not fit, and nothing else")
{
    TemporaryDirectory directory;
    const auto path = directory.file("diorama.db");
    const auto said = in_child([&]() -> std::string {
        StoreFixture at(path);
        if (!at.write([](Tx& tx) { settings::set(tx, "before", "x"); })) return "never wrote";
        const rlimit limit{1'000'000, 1'000'000};
        ::signal(SIGXFSZ, SIG_IGN);
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const auto refused = write_until_refused(at);
        const auto still = at.read([](Tx& tx) { return settings::get(tx, "before"); });
        return still && *still == "x" ? refused : "it lost what it had";
    });
    CHECK(said.contains(path));
    CHECK(said.contains("cannot be read or written"));

    StoreFixture again(path);
    CHECK(*again.read([](Tx& tx) { return settings::get(tx, "before"); }) == "x");
    CHECK(*again.read([](Tx& tx) {
        return settings::get(tx, "big 0");
    }) == std::string(10'000, 'x'));
    CHECK(again.write([](Tx& tx) { settings::set(tx, "after", "x"); }).has_value());
}

TEST_CASE("SEC-72 on a full file system the database says so, and works again when there is room")
{
    TemporaryDirectory directory;
    const auto said = in_child([&]() -> std::string {
        if (::unshare(::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0)
            return "cannot have mounts of its own";
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
        if (::mount("tmpfs", directory.path().c_str(), "tmpfs", 0, "size=2m") != 0)
            return "cannot mount";
        StoreFixture at(directory.file("diorama.db"));
        const auto refused = write_until_refused(at);
        ::mount("tmpfs", directory.path().c_str(), "tmpfs", MS_REMOUNT, "size=8m");
        const auto room = at.write([](Tx& tx) { settings::set(tx, "after", "x"); });
        return room ? refused : "it did not recover: " + room.error().text();
    });
    CHECK(said.contains("the disk is full. Free some space on its disk."));
}

namespace {

Task<> set_later(Store& store, std::string key, std::size_t size, std::string& said)
{
    auto work = [&](Tx& tx) { settings::set(tx, key, std::string(size, 'x')); };
    const auto done = co_await store.transact(work);
    said += done ? "kept " : fmt::format("{} ", name(done.error().code));
}

/// Three works of one commit, the second of which does not fit: what each was told, and whether
/// the others' settings are there.
std::string share_a_commit_with_one_too_big(StoreFixture& at)
{
    std::string said;
    TaskGroup group(at.scheduler);
    group.spawn(set_later(*at.store, "alone", 1, said));
    group.spawn(set_later(*at.store, "before", 1, said));
    group.spawn(set_later(*at.store, "too big", 6'000'000, said));
    group.spawn(set_later(*at.store, "after", 1, said));
    at.scheduler.run(group.join());
    for (const auto* key : {"alone", "before", "too big", "after"}) {
        const auto there = at.read([&](Tx& tx) { return settings::get(tx, key); });
        said += there->has_value() ? '1' : '0';
    }
    return said;
}

}  // namespace

TEST_CASE("SEC-72 a work that fills the disk takes its whole commit back, and each is told so")
{
    TemporaryDirectory directory;
    const auto path = directory.file("diorama.db");
    const auto said = in_child([&]() -> std::string {
        StoreFixture at(path);
        const rlimit limit{3'000'000, 3'000'000};
        ::signal(SIGXFSZ, SIG_IGN);
        ::setrlimit(RLIMIT_FSIZE, &limit);
        return share_a_commit_with_one_too_big(at);
    });
    CHECK(said == "kept unavailable unavailable unavailable 1000");
}

TEST_CASE("a disk that is full at the first start leaves nothing half-made")
{
    TemporaryDirectory directory;
    const auto path = directory.file("diorama.db");
    const auto said = in_child([&]() -> std::string {
        const rlimit limit{20'000, 20'000};
        ::signal(SIGXFSZ, SIG_IGN);
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const auto opened = open(path);
        return opened ? "opened" : opened.error().text();
    });
    CHECK(said.contains(path));
    CHECK(open(path).has_value());
}
