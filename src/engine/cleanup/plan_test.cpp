#include "base/random.hpp"
#include "engine/cleanup/plan.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

constexpr std::uint64_t gigabyte = 1ULL << 30U;

/// Images of a gigabyte each, longest unused first.
struct Shelf {
    CleanupSettings settings;
    std::vector<image_uses::Listed> listed;
    Stock stock;

    void add(std::string reference, std::uint64_t uses, bool needed)
    {
        stock.sizes[reference] = gigabyte;
        listed.push_back({.reference = std::move(reference), .uses = uses, .needed = needed});
    }
    /// A disk of 100 GB that is so full.
    void fill(unsigned percent) { stock.disk = {100 * gigabyte, (100 - percent) * gigabyte}; }
    std::vector<std::string> spare() const
    {
        std::vector<std::string> all;
        for (const SpareImage& each : spare_images(settings, listed, stock))
            all.push_back(each.reference);
        return all;
    }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("an image that no environment uses goes at once, kept ones stay while there is room "
          "(complaint 35)")
{
    Shelf shelf;
    shelf.add("kept", 1, false);
    shelf.add("left", 0, false);
    shelf.add("serves", 1, true);
    CHECK(shelf.spare() == Names{"left"});
    shelf.fill(85);
    CHECK(shelf.spare() == Names{"left"});
}

TEST_CASE("beyond the high mark kept images go, oldest first, down to the low one (H08, H12)")
{
    Shelf shelf;
    for (int i = 0; i < 30; ++i)
        shelf.add(fmt::format("{:02}", i), 1, i % 2 == 1);
    shelf.fill(86);
    const auto gone = shelf.spare();
    REQUIRE(gone.size() == 11);
    CHECK(gone.front() == "00");
    CHECK(gone.back() == "20");
    CHECK(
        spare_images(shelf.settings, shelf.listed, shelf.stock)[0].why ==
        "the disk is 86 % full, and only older versions use it"
    );
}

TEST_CASE("nothing that serves goes, however full the disk is")
{
    Shelf shelf;
    shelf.add("serves", 1, true);
    shelf.add("kept", 2, false);
    shelf.fill(100);
    CHECK(shelf.spare() == Names{"kept"});
}

TEST_CASE("our images can have a limit of their own (H12)")
{
    Shelf shelf;
    for (const char* name : {"a", "b", "c", "d"})
        shelf.add(name, 1, std::string_view(name) == "b");
    shelf.settings.images = 4 * gigabyte;
    CHECK(shelf.spare().empty());
    shelf.settings.images = 2 * gigabyte;
    CHECK(shelf.spare() == Names{"a", "c"});
    CHECK(
        spare_images(shelf.settings, shelf.listed, shelf.stock)[0].why ==
        "images take 4 GiB of 2 GiB, and only older versions use it"
    );
    shelf.settings.images = 1;
    CHECK(shelf.spare() == Names{"a", "c", "d"});
}

TEST_CASE("a disk that is not to be seen is not too full (DESIGN rule 5)")
{
    Shelf shelf;
    shelf.add("kept", 1, false);
    CHECK(shelf.spare().empty());
    shelf.stock.disk = Stock::Disk{};
    CHECK(shelf.spare().empty());
}

TEST_CASE("an object without a row is an orphan where its environment is gone or unknown (H07)")
{
    SeededRandom random{1};
    const auto id = [&] { return EnvironmentId::make(Instant{}, random); };
    const auto unknown = id();
    const auto gone = id();
    const auto stands = id();
    const std::map<EnvironmentId, State> known{
        {gone,   State::destroyed},
        {stands, State::ready    }
    };
    const std::vector<Stray> left{
        {unknown, EntryType::volume,    "a", ""},
        {gone,    EntryType::network,   "b", ""},
        {stands,  EntryType::container, "c", ""},
        {stands,  EntryType::volume,    "d", ""}
    };
    const auto found = orphans(left, known, 10);
    REQUIRE(found.size() == 3);
    CHECK(found[0].why == "no environment is known that it belongs to");
    CHECK(found[1].why == "its environment is gone");
    CHECK(found[2].stray.name == "c");
    CHECK_FALSE(found[0].held);

    std::vector<Stray> many;
    for (int i = 0; i < 4; ++i)
        many.push_back({id(), EntryType::container, "x", ""});
    CHECK(orphans(many, known, 5)[0].held);
    CHECK_FALSE(orphans(many, known, 20)[0].held);
}
