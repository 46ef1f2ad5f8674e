#include "base/text.hpp"
#include "base/unicode.hpp"
#include "store/environments.hpp"
#include "store/fixture.hpp"

#include <set>

using namespace diorama;
using environments::Filter;
using environments::ListQuery;
using environments::Scope;
using environments::Sort;

namespace {

const std::vector<std::string> hostile{
    "' OR '1'='1",
    "'; DROP TABLE environments; --",
    "\" OR 1=1 --",
    "%",
    "_",
    "\\",
    "%' ESCAPE '",
    ":tenant",
    "$1",
    "?1",
    "NULL",
    std::string("a\0b", 3),
    "\xff\xfe",
    "\u202Egnp.exe",
    std::string(256, '%'),
    "a.b.c",
    "cd1700000000000.",
    "cd'.018f0000-0000-7000-8000-000000000000",
};

struct Fixture : StoreFixture {
    Project shop = project("shop");
    Project blog = project("blog");
    Scope all{shop.tenant, {}};

    Environment add(const Project& of, std::int64_t number, State state = State::ready)
    {
        auto made = fresh(of, number);
        made.state = state;
        made.created_at = now() + seconds{number};
        made.updated_at = now() - seconds{number};
        CHECK(write([&](Tx& tx) { return environments::insert(tx, made); }).has_value());
        return made;
    }

    std::vector<std::string> slugs(ListQuery query) { return slugs(all, std::move(query)); }
    std::vector<std::string> slugs(Scope scope, ListQuery query)
    {
        const auto page = read([=](Tx& tx) { return environments::list(tx, scope, query); });
        REQUIRE(page.has_value());
        std::vector<std::string> found;
        for (const auto& each : page->items)
            found.push_back(each.slug);
        const auto counted =
            read([=](Tx& tx) { return environments::count(tx, scope, query.filter); });
        if (page->next.empty() && query.after.empty()) CHECK(*counted == found.size());
        return found;
    }
};

using Slugs = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a list can be sorted three ways, up and down")
{
    add(shop, 2);
    add(blog, 1);
    add(shop, 3);
    CHECK(slugs({}) == Slugs{"shop-pr-3", "shop-pr-2", "blog-pr-1"});
    CHECK(slugs({.descending = false}) == Slugs{"blog-pr-1", "shop-pr-2", "shop-pr-3"});
    CHECK(slugs({.sort = Sort::updated}) == Slugs{"blog-pr-1", "shop-pr-2", "shop-pr-3"});
    CHECK(
        slugs({.sort = Sort::slug, .descending = false}) ==
        Slugs{"blog-pr-1", "shop-pr-2", "shop-pr-3"}
    );
}

TEST_CASE_FIXTURE(Fixture, "page after page shows every row once, also those of the same instant")
{
    for (int i = 1; i <= 23; ++i)
        environment(shop, i);  // All made at one instant.
    for (const auto sort : {Sort::created, Sort::updated, Sort::slug}) {
        for (const bool descending : {true, false}) {
            ListQuery query{.sort = sort, .descending = descending, .limit = 5};
            std::set<std::string> seen;
            int pages = 0;
            do {
                const auto page =
                    read([&](Tx& tx) { return environments::list(tx, all, query); }).value();
                for (const auto& each : page.items)
                    CHECK(seen.insert(each.slug).second);
                query.after = page.next;
                ++pages;
            } while (!query.after.empty());
            CHECK(seen.size() == 23);
            CHECK(pages == 5);
        }
    }
}

TEST_CASE_FIXTURE(Fixture, "a cursor of another order, or an invented one, is refused")
{
    for (int i = 1; i <= 3; ++i)
        add(shop, i);
    const auto next = read([&](Tx& tx) { return environments::list(tx, all, {.limit = 1}); })->next;
    CHECK_FALSE(next.empty());
    const auto refused = [&](ListQuery query) {
        const auto page = read([&](Tx& tx) { return environments::list(tx, all, query); });
        return page.has_error() && page.error().code == Code::invalid;
    };
    CHECK_FALSE(refused({.after = next}));
    CHECK(refused({.sort = Sort::updated, .after = next}));
    CHECK(refused({.descending = false, .after = next}));
    CHECK(refused({.after = next + "x"}));
    CHECK(refused({.after = "cd99999999999999999999" + next.substr(next.find('.'))}));
    CHECK(refused({.after = "x"}));
}

TEST_CASE_FIXTURE(Fixture, "filters narrow a list down, together")
{
    add(shop, 1, State::ready);
    add(shop, 2, State::failed);
    add(shop, 3, State::destroyed);
    add(blog, 2, State::failed);
    const auto filtered = [&](Filter filter) {
        return slugs({.filter = std::move(filter), .sort = Sort::slug, .descending = false});
    };
    CHECK(filtered({.states = {State::failed}}) == Slugs{"blog-pr-2", "shop-pr-2"});
    CHECK(
        filtered({
            .states = {State::ready, State::destroyed}
    }) == Slugs{"shop-pr-1", "shop-pr-3"}
    );
    CHECK(filtered({.with_destroyed = false}) == Slugs{"blog-pr-2", "shop-pr-1", "shop-pr-2"});
    CHECK(filtered({.project = blog.id}) == Slugs{"blog-pr-2"});
    CHECK(filtered({.states = {State::failed}, .project = shop.id}) == Slugs{"shop-pr-2"});
    CHECK(filtered({.kind = Kind::branch}).empty());
    CHECK(filtered({.pull_request = 2}) == Slugs{"blog-pr-2", "shop-pr-2"});
    CHECK(filtered({.owner = make_id<UserId>()}).empty());
}

TEST_CASE_FIXTURE(Fixture, "nobody sees beyond their scope")
{
    add(shop, 1);
    add(blog, 2);
    const ListQuery query{.sort = Sort::slug, .descending = false};
    CHECK(slugs({make_id<TenantId>(), {}}, query).empty());
    CHECK(slugs({shop.tenant, {{shop.id}}}, query) == Slugs{"shop-pr-1"});
    CHECK(slugs({shop.tenant, {{shop.id, blog.id}}}, query) == Slugs{"blog-pr-2", "shop-pr-1"});
    CHECK(slugs({shop.tenant, {std::vector<ProjectId>{}}}, query).empty());
}

TEST_CASE_FIXTURE(Fixture, "a search finds parts of what people know, in any case, and only that")
{
    add(shop, 1);
    auto branch = fresh(shop, 5);
    branch.identity = {shop.id, Kind::branch, "feature/100%_Cart"};
    branch.wanted.commit = "c0ffee1234";
    const environments::Facts facts{.title = "Ünicode Title"};
    CHECK(write([&](Tx& tx) { return environments::insert(tx, branch, facts); }).has_value());
    const auto search = [&](std::string text) { return slugs({.filter = {.search = text}}); };
    CHECK(search("SHOP-PR-1") == Slugs{"shop-pr-1"});
    CHECK(search("0%_c") == Slugs{"shop-pr-5"});
    CHECK(search("0__c").empty());
    CHECK(search("c0ffee") == Slugs{"shop-pr-5"});
    CHECK(search("title") == Slugs{"shop-pr-5"});
    CHECK(search("%") == Slugs{"shop-pr-5"});
}

TEST_CASE_FIXTURE(Fixture, "SEC-62 hostile text in filters, sorts and cursors finds nothing more")
{
    add(shop, 1);
    add(shop, 2);
    for (const auto& text : hostile) {
        CAPTURE(text);
        const ListQuery searching{.filter = {.search = text}};
        const auto found = read([&](Tx& tx) { return environments::list(tx, all, searching); });
        CHECK(found.has_error() != (is_utf8(text) && !text.contains('\0')));
        if (found) CHECK(found->items.empty());
        for (const auto sort : {Sort::created, Sort::updated, Sort::slug}) {
            const ListQuery query{.sort = sort, .after = text, .limit = 10};
            const auto page = read([&](Tx& tx) { return environments::list(tx, all, query); });
            CHECK(page.has_error());
            CHECK(page.error().code == Code::invalid);
        }
    }
    const std::string too_long(max_search + 1, 'x');
    const auto refused =
        read([&](Tx& tx) { return environments::list(tx, all, {.filter = {.search = too_long}}); });
    CHECK(refused.error().code == Code::invalid);
    CHECK(slugs({}).size() == 2);
}

namespace {

/// Text of the signs that mean something to SQL, to LIKE or to its escapes.
std::string odd_text(SeededRandom& random, std::size_t longest)
{
    constexpr std::string_view signs = "aAbB%%__\\\\'\"?:$;-";
    std::string text;
    for (auto length = random.number() % longest + 1; length > 0; --length)
        text.push_back(signs[random.number() % signs.size()]);
    return text;
}

}  // namespace

TEST_CASE_FIXTURE(
    Fixture, "SEC-62 a search finds what holds the text, whatever signs it is made of"
)
{
    constexpr int rows = 60;
    SeededRandom odd(62);
    std::vector<std::string> keys;
    for (int i = 0; i < rows; ++i) {
        auto made = fresh(shop, i);
        keys.push_back(odd_text(odd, 8) + std::to_string(1000 + i));
        made.identity = {shop.id, Kind::named, keys.back()};
        made.slug = std::to_string(i);
        CHECK(write([&](Tx& tx) { return environments::insert(tx, made); }).has_value());
    }
    std::size_t hits = 0;
    for (int i = 0; i < 1500; ++i) {
        const auto text = odd_text(odd, 3);
        const auto holds = [&](const std::string& key) { return lower(key).contains(lower(text)); };
        const auto expected = static_cast<std::size_t>(std::ranges::count_if(keys, holds));
        CAPTURE(text);
        const Filter filter{.search = text};
        CHECK(*read([&](Tx& tx) { return environments::count(tx, all, filter); }) == expected);
        hits += expected;
    }
    CHECK(hits > 1000);
}

TEST_CASE_FIXTURE(Fixture, "SEC-62 hostile text is kept as it is in every field")
{
    std::int64_t number = 100;
    for (const auto& text : hostile) {
        CAPTURE(text);
        auto made = fresh(shop, ++number);
        made.identity = {shop.id, Kind::named, text};
        made.slug = text;
        made.wanted.ref = text;
        made.wanted.commit = text;
        made.serving_commit = text;
        made.cause = text;
        const environments::Facts facts{text, text, text, text};
        CHECK(write([&](Tx& tx) { return environments::insert(tx, made, facts); }).has_value());
        CHECK(*read([&](Tx& tx) { return environments::find(tx, made.id); }) == made);
        CHECK(*read([&](Tx& tx) { return environments::facts(tx, made.id); }) == facts);
        CHECK(read([&](Tx& tx) { return environments::find_by_slug(tx, text); })->id == made.id);
        const auto wished = write([&](Tx& tx) {
            const Wish wish{.ref = text, .commit = text};
            return environments::want(tx, made.id, wish, {.name = text}, scheduler.now());
        });
        CHECK(wished->wanted.ref == text);
    }
    // Every cursor over such slugs still leads through all of them, once.
    ListQuery query{.sort = Sort::slug, .descending = false, .limit = 1};
    std::set<EnvironmentId> seen;
    do {
        const auto page = read([&](Tx& tx) { return environments::list(tx, all, query); }).value();
        for (const auto& each : page.items)
            CHECK(seen.insert(each.id).second);
        query.after = page.next;
    } while (!query.after.empty());
    CHECK(seen.size() == hostile.size());
}
