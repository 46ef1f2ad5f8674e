#include "access/access.hpp"
#include "access/private_file.hpp"
#include "base/fake_scheduler.hpp"
#include "store/tenants.hpp"
#include "tests/support/folder.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sys/stat.h>

using namespace diorama;

namespace {

/// A store in memory and the door before it.
struct Door {
    FakeScheduler scheduler;
    SeededRandom random{3};
    std::unique_ptr<Store> store = *Store::open(scheduler, random, ":memory:");
    TenantId tenant =
        *scheduler.run(store->read([](Tx& tx) -> Result<TenantId> { return tenants::standard(tx); })
        );
    Access access{scheduler, random, *store, tenant};
    test::Folder folder;

    Caller admin() const
    {
        return {.grants = {.list = {{.role = Role::admin, .reach = Installation{}}}}};
    }
    NewToken make(std::vector<std::string> scopes, std::optional<Instant> expires = {})
    {
        return *scheduler.run(access.create(admin(), "ci", std::move(scopes), expires));
    }
    Result<Caller> knock(const std::string& authorization)
    {
        return scheduler.run(access.authenticate(authorization));
    }
    Result<Caller> knock(const Secret& token) { return knock("Bearer " + token.reveal()); }
    template <class Shown>
    bool opens(const Shown& shown)
    {
        return knock(shown).has_value();
    }
    std::vector<tokens::Token> all() { return *scheduler.run(access.list(admin())); }
};

bool may(const Caller& caller, Right right, const Resource& resource)
{
    return allowed(caller.grants, right, resource);
}

}  // namespace

TEST_CASE("a token is known by its text, and the store has only its hash")
{
    Door door;
    const auto made = door.make({"read"});
    CHECK(made.text.reveal().starts_with("dio_"));
    CHECK(made.text.reveal().size() == 47);
    CHECK(door.knock(made.text)->actor.name == "ci");
    CHECK(door.all().front().hash.find(made.text.reveal().substr(4)) == std::string::npos);
    CHECK(door.opens("bearer " + made.text.reveal()));
}

TEST_CASE("whatever is wrong with a token, the answer is the same")
{
    Door door;
    const auto made = door.make({}, door.scheduler.now() + hours{1});
    const std::string text = made.text.reveal();
    door.scheduler.run_for(hours{2});
    const auto expired = door.knock(made.text);
    REQUIRE(!expired);
    for (const std::string& wrong :
         {std::string(),
          std::string("Bearer"),
          std::string("Bearer "),
          "Basic " + text,
          text,
          "Bearer " + text.substr(1),
          "Bearer dio_" + std::string(43, 'A'),
          "Bearer " + std::string(100'000, 'x'),
          "Bearer ' OR 1=1 --" + std::string(1, '\0')}) {
        CAPTURE(wrong);
        const auto answer = door.knock(wrong);
        REQUIRE(!answer);
        CHECK(answer.error() == expired.error());
        CHECK(answer.error().code == Code::unauthorized);
    }
}

TEST_CASE("a token works until it expires")
{
    Door door;
    const auto made = door.make({}, door.scheduler.now() + hours{1});
    door.scheduler.run_for(minutes{59});
    CHECK(door.opens(made.text));
    door.scheduler.run_for(minutes{1});
    CHECK(!door.knock(made.text));
    CHECK(!door.scheduler.run(door.access.create(door.admin(), "late", {}, door.scheduler.now())));
}

TEST_CASE("a revoked token opens nothing from the next request on")
{
    Door door;
    const auto made = door.make({});
    REQUIRE(door.opens(made.text));
    REQUIRE(door.scheduler.run(door.access.revoke(door.admin(), made.row.id)));
    CHECK(!door.knock(made.text));
    const auto again = door.scheduler.run(door.access.revoke(door.admin(), made.row.id));
    CHECK(again.error().code == Code::not_found);
}

TEST_CASE("scopes narrow a token to exactly what they name (SEC-30)")
{
    Door door;
    const Resource here{.tenant = door.tenant};
    for (const Right scope : rights) {
        if (scope == Right::none) continue;
        const auto caller = *door.knock(door.make({std::string(name(scope))}).text);
        for (const Right right : rights) {
            CAPTURE(name(scope));
            CAPTURE(name(right));
            CHECK(may(caller, right, here) == (right == scope || right == Right::none));
            CHECK(may(caller, right, {}) == (right == Right::none));
        }
    }
    const auto whole = *door.knock(door.make({}).text);
    CHECK(may(whole, Right::administer, {}));
}

TEST_CASE("nobody makes a token that holds more than they do (SEC-30)")
{
    Door door;
    const auto administrator = *door.knock(door.make({"administer", "read"}).text);

    const auto more =
        door.scheduler.run(door.access.create(administrator, "x", {"deploy"}, std::nullopt));
    CHECK(more.error().code == Code::forbidden);

    const auto same = door.scheduler.run(door.access.create(administrator, "x", {}, std::nullopt));
    REQUIRE(same.has_value());
    CHECK(same->row.scopes == std::vector<std::string>{"read", "administer"});
    CHECK(!may(*door.knock(same->text), Right::administer, {}));

    const auto reader = *door.knock(door.make({"read"}).text);
    const auto none = door.scheduler.run(door.access.create(reader, "x", {"read"}, std::nullopt));
    CHECK(none.error().code == Code::forbidden);
    CHECK(door.scheduler.run(door.access.list(reader)).error().code == Code::forbidden);
}

TEST_CASE("who administers another tenant neither makes, sees nor revokes tokens here (SEC-30)")
{
    Door door;
    const auto made = door.make({});
    const auto elsewhere = TenantId::make(door.scheduler.now(), door.random);
    const Caller stranger{.grants = {.list = {{.role = Role::admin, .reach = elsewhere}}}};
    CHECK(!door.scheduler.run(door.access.create(stranger, "x", {}, std::nullopt)));
    CHECK(!door.scheduler.run(door.access.list(stranger)));
    const auto revoked = door.scheduler.run(door.access.revoke(stranger, made.row.id));
    CHECK(revoked.error().code == Code::not_found);
    CHECK(door.opens(made.text));
}

TEST_CASE("a name that cannot be shown as it is, or a scope that is no right, makes no token")
{
    Door door;
    for (const std::string& bad :
         {std::string(), std::string(101, 'a'), std::string("a\nb"), std::string("\xe2\x80\xae x")})
        CHECK(!door.scheduler.run(door.access.create(door.admin(), bad, {}, std::nullopt)));
    for (const std::string& bad : {"none", "everything", "", "read deploy"}) {
        const auto made =
            door.scheduler.run(door.access.create(door.admin(), "x", {bad}, std::nullopt));
        CHECK(made.error().code == Code::invalid);
    }
    CHECK(door.all().empty());
}

TEST_CASE("the first token is made once, into a file only its owner may read (SEC-33)")
{
    Door door;
    const auto file = door.folder / "admin.token";
    CHECK(*door.scheduler.run(door.access.first_token(file)));
    struct stat facts{};
    REQUIRE(::stat(file.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0600);
    std::string text;
    std::ifstream(file) >> text;
    CHECK(may(*door.knock("Bearer " + text), Right::administer, {}));

    CHECK(!*door.scheduler.run(door.access.first_token(door.folder / "second.token")));
    CHECK(!std::filesystem::exists(door.folder / "second.token"));
}

TEST_CASE("no first token is made where any token works, and one is where all have expired")
{
    Door door;
    door.make({"read"}, door.scheduler.now() + hours{1});
    CHECK(!*door.scheduler.run(door.access.first_token(door.folder / "admin.token")));
    door.scheduler.run_for(hours{2});
    CHECK(*door.scheduler.run(door.access.first_token(door.folder / "admin.token")));
}

TEST_CASE("a token whose file cannot be written is not made")
{
    Door door;
    const auto made = door.scheduler.run(door.access.first_token(door.folder / "none" / "token"));
    REQUIRE(!made);
    CHECK(made.error().code == Code::unavailable);
    CHECK(door.all().empty());
}

TEST_CASE("a configured token has every right, is kept nowhere, and makes the first one needless")
{
    Door door;
    const Secret configured("f3b1c77ce6d94a9b8f21ad09c4e5a7b3");
    CHECK(!door.knock(configured));
    door.access.trust(configured);
    CHECK(may(*door.knock(configured), Right::administer, {}));
    CHECK(!door.knock("Bearer f3b1c77ce6d94a9b8f21ad09c4e5a7b4"));
    CHECK(door.all().empty());
    CHECK(!*door.scheduler.run(door.access.first_token(door.folder / "admin.token")));
}

TEST_CASE("when a token was last used is known to the minute, without a write for each request")
{
    Door door;
    const auto made = door.make({});
    REQUIRE(door.opens(made.text));
    const auto first = door.all().front().last_used_at;
    CHECK(first == door.scheduler.now());
    door.scheduler.run_for(seconds{30});
    REQUIRE(door.opens(made.text));
    CHECK(door.all().front().last_used_at == first);
    door.scheduler.run_for(minutes{1});
    REQUIRE(door.opens(made.text));
    CHECK(door.all().front().last_used_at == door.scheduler.now());
}

TEST_CASE("a private file replaces what stood there, a link too, and never follows it")
{
    const test::Folder folder;
    std::ofstream(folder / "other") << "kept";
    std::filesystem::create_symlink(folder / "other", folder / "token");
    REQUIRE(write_private(folder / "token", "new"));
    CHECK(!std::filesystem::is_symlink(folder / "token"));
    std::string other;
    std::ifstream(folder / "other") >> other;
    CHECK(other == "kept");
}
