#include "store/fixture.hpp"
#include "store/settings.hpp"
#include "store/tokens.hpp"
#include "store/users.hpp"

using namespace diorama;

namespace {

struct Fixture : StoreFixture {
    TenantId tenant = *read([](Tx& tx) { return tenants::standard(tx); });

    users::User alice(std::string login = "alice")
    {
        return {make_id<UserId>(), tenant, std::move(login), "Alice", "a@example.org", now()};
    }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "there is a tenant from the first start")
{
    const auto found = read([&](Tx& tx) { return tenants::find(tx, tenant); });
    CHECK(found->id == tenant);
    CHECK(
        read([&](Tx& tx) { return tenants::find(tx, make_id<TenantId>()); }).error().code ==
        Code::not_found
    );
}

TEST_CASE_FIXTURE(Fixture, "K01 a person is known by the forge's id, whatever they call themselves")
{
    const auto fresh = alice();
    const auto meet = [&](users::ForeignIdentity identity, users::User as) {
        return *write([&](Tx& tx) { return users::find_or_insert(tx, identity, as); });
    };
    CHECK(meet({"github", "42"}, fresh) == fresh);
    const auto renamed = meet({"github", "42"}, alice("alice2"));
    CHECK(renamed.id == fresh.id);
    CHECK(renamed.login == "alice2");
    CHECK(meet({"gitlab", "42"}, alice()).id != fresh.id);
    CHECK(*read([&](Tx& tx) { return users::find(tx, fresh.id); }) == renamed);
    CHECK(*read([&](Tx& tx) { return users::find(tx, tenant, {"github", "42"}); }) == renamed);
    CHECK(
        read([&](Tx& tx) { return users::find(tx, tenant, {"github", "43"}); }).error().code ==
        Code::not_found
    );
    CHECK(
        read([&](Tx& tx) { return users::find(tx, make_id<UserId>()); }).error().code ==
        Code::not_found
    );
}

TEST_CASE_FIXTURE(Fixture, "a token opens until it expires or is revoked")
{
    tokens::Token token{.id = make_id<TokenId>(), .tenant = tenant, .name = "ci", .hash = "abc"};
    token.scopes = {"admin", "deploy"};
    token.created_at = now();
    token.expires_at = now() + hours{1};
    const auto store = [&] { return write([&](Tx& tx) { return tokens::insert(tx, token); }); };
    const auto open = [&](std::string hash) {
        return read([=, this](Tx& tx) { return tokens::find_by_hash(tx, hash, now()); });
    };
    CHECK(store().has_value());
    CHECK(store().error().code == Code::conflict);
    CHECK(*open("abc") == token);
    CHECK(open("abd").error().code == Code::unauthorized);
    CHECK(open("' OR ''='").error().code == Code::unauthorized);
    CHECK(write([&](Tx& tx) { tokens::touch(tx, token.id, now()); }).has_value());
    CHECK(open("abc")->last_used_at == now());
    scheduler.run_for(hours{1});
    CHECK(open("abc").error().code == Code::unauthorized);
    CHECK(read([&](Tx& tx) { return tokens::list(tx, tenant); })->size() == 1);

    const auto revoke = [&](TenantId by) {
        return write([=](Tx& tx) { return tokens::revoke(tx, by, token.id); });
    };
    CHECK(revoke(make_id<TenantId>()).error().code == Code::not_found);
    CHECK(revoke(tenant).has_value());
    CHECK(revoke(tenant).error().code == Code::not_found);
    CHECK(read([&](Tx& tx) { return tokens::list(tx, tenant); })->empty());
}

TEST_CASE_FIXTURE(Fixture, "a project is found by its id, repository and slug, each of them once")
{
    const auto shop = project("shop");
    CHECK(*read([&](Tx& tx) { return projects::find(tx, shop.id); }) == shop);
    CHECK(*read([&](Tx& tx) { return projects::find_by_slug(tx, "shop"); }) == shop);
    CHECK(*read([&](Tx& tx) {
        return projects::find_by_repository(tx, tenant, shop.repository);
    }) == shop);
    CHECK(
        read([](Tx& tx) { return projects::find_by_slug(tx, "sho_"); }).error().code ==
        Code::not_found
    );
    const auto insert = [&](std::string slug, std::string repository) {
        Project twin = shop;
        twin.id = make_id<ProjectId>();
        twin.slug = std::move(slug);
        twin.repository = std::move(repository);
        return write([&](Tx& tx) { return projects::insert(tx, twin); }).error();
    };
    CHECK(insert("shop-2", shop.repository).message.contains(shop.repository));
    CHECK(insert("shop", "https://git.example/other").message.contains("slug"));
    const auto blog = project("blog");
    CHECK(*read([&](Tx& tx) { return projects::list(tx, tenant); }) == std::vector{blog, shop});
    CHECK(write([&](Tx& tx) { return projects::rename(tx, shop.id, "new/shop"); }).has_value());
    CHECK(read([&](Tx& tx) { return projects::find(tx, shop.id); })->name == "new/shop");
    CHECK(
        write([&](Tx& tx) { return projects::rename(tx, make_id<ProjectId>(), "x"); })
            .error()
            .code == Code::not_found
    );
}

TEST_CASE_FIXTURE(Fixture, "a setting is what it was set to last, or first")
{
    const auto get = [&] { return *read([](Tx& tx) { return settings::get(tx, "color"); }); };
    CHECK_FALSE(get());
    CHECK(*write([](Tx& tx) { return settings::get_or_set(tx, "color", "red"); }) == "red");
    CHECK(*write([](Tx& tx) { return settings::get_or_set(tx, "color", "blue"); }) == "red");
    CHECK(write([](Tx& tx) { settings::set(tx, "color", "green"); }).has_value());
    CHECK(get() == "green");
}
