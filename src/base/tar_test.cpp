#include "base/tar.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

std::string archive_of(const std::string& path, const std::string& content)
{
    TarWriter tar;
    REQUIRE(tar.begin({.path = path, .size = content.size()}));
    REQUIRE(tar.content(content));
    REQUIRE(tar.finish());
    return tar.take();
}

}  // namespace

TEST_CASE("a tar archive reads back what was written, folders, links and long names too")
{
    const std::string deep =
        std::string(120, 'a') + "/" + std::string(140, 'b') + "/gr\xc3\xbc\xc3\x9f.txt";
    TarWriter tar;
    REQUIRE(tar.begin({.path = "bin", .kind = TarEntry::Kind::directory, .mode = 0755}));
    REQUIRE(tar.begin({.path = "bin/sh", .kind = TarEntry::Kind::symlink, .link = "busybox"}));
    REQUIRE(tar.begin({.path = deep, .mode = 0600, .size = 10, .uid = 1000}));
    std::string bytes = tar.take();
    REQUIRE(tar.content("01234"));
    bytes += tar.take();
    REQUIRE(tar.content("56789"));
    REQUIRE(tar.finish());
    bytes += tar.take();

    const auto files = read_tar(bytes, 1'000);
    REQUIRE(files.has_value());
    REQUIRE(files->size() == 3);
    CHECK((*files)[0].entry.kind == TarEntry::Kind::directory);
    CHECK((*files)[1].entry.link == "busybox");
    CHECK((*files)[2].entry.path == deep);
    CHECK((*files)[2].entry.mode == 0600);
    CHECK((*files)[2].entry.uid == 1000);
    CHECK((*files)[2].content == "0123456789");
}

TEST_CASE("the same files give the same archive, byte by byte")
{
    CHECK(archive_of("Dockerfile", "FROM scratch\n") == archive_of("Dockerfile", "FROM scratch\n"));
}

TEST_CASE("an entry that gets more or less content than it promised spoils the archive")
{
    TarWriter tar;
    REQUIRE(tar.begin({.path = "a", .size = 3}));
    CHECK(tar.content("1234").error().code == Code::invalid);
    CHECK(tar.begin({.path = "b"}).error().message == "tar: 'a' is 3 bytes short");
    CHECK(tar.finish().has_error());
}

TEST_CASE("an archive dropped half-way costs nothing, whatever its entry promised")
{
    TarWriter tar;
    REQUIRE(tar.begin({.path = "huge", .size = 1ULL << 40U}));
    REQUIRE(tar.content("x"));
    CHECK(tar.waiting() < 10'000);
}

TEST_CASE("an archive that is cut short, too large or no archive at all is refused")
{
    const std::string whole = archive_of("a", std::string(4096, 'x'));
    CHECK(read_tar(whole.substr(0, 1500), 1 << 20).has_error());
    CHECK(read_tar(whole, 4095).has_error());
    CHECK(read_tar(std::string(2048, 'j'), 1 << 20).has_error());
}
