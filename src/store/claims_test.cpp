#include "store/deployments.hpp"
#include "store/fixture.hpp"
#include "store/hosts.hpp"
#include "store/image_uses.hpp"

using namespace diorama;

namespace {

struct Fixture : StoreFixture {
    Project shop = project();
    EnvironmentId seven = environment(shop, 7).id;
    EnvironmentId eight = environment(shop, 8).id;

    Result<> claim(hosts::Claim it)
    {
        return write([=, this](Tx& tx) { return hosts::claim(tx, it, scheduler.now()); });
    }
    void use(std::string reference, EnvironmentId by, Generation generation)
    {
        const image_uses::Use it{
            "local", std::move(reference), "key", "project", by, generation, now()
        };
        CHECK(write([&](Tx& tx) { image_uses::add(tx, it); }).has_value());
    }
    std::vector<std::string> unused()
    {
        return *read([](Tx& tx) { return image_uses::unused(tx, "local"); });
    }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a host belongs to whoever claimed it first, until they give it back")
{
    const hosts::Claim mine{"shop-pr-7.localhost", "/", seven, "web"};
    CHECK(claim(mine).has_value());
    CHECK(claim(mine).has_value());
    const auto late = claim({mine.host, "/", eight, "web"});
    CHECK(late.error().code == Code::conflict);
    CHECK(late.error().message.contains(seven.text()));
    CHECK(*read([&](Tx& tx) { return hosts::find(tx, mine.host, "/"); }) == mine);
    CHECK(claim({mine.host, "/", seven, "api"}).has_value());
    CHECK(read([&](Tx& tx) { return hosts::find(tx, mine.host, "/"); })->service == "api");
    CHECK(write([&](Tx& tx) { hosts::release(tx, seven); }).has_value());
    CHECK(claim({mine.host, "/", eight, "web"}).has_value());
    CHECK(read([&](Tx& tx) { return hosts::of_environment(tx, seven); })->empty());
    CHECK(
        read([&](Tx& tx) { return hosts::find(tx, "nobody", "/"); }).error().code == Code::not_found
    );
}

TEST_CASE_FIXTURE(Fixture, "paths of one host may be shared, the whole of it may not")
{
    CHECK(claim({"localhost", "/shop/pr-7/", seven, "web"}).has_value());
    CHECK(claim({"localhost", "/shop/pr-8/", eight, "web"}).has_value());
    CHECK(claim({"localhost", "/shop/pr-7/", eight, "web"}).error().code == Code::conflict);
    CHECK(claim({"localhost", "/", eight, "web"}).error().code == Code::conflict);
    CHECK(claim({"own", "/", seven, "web"}).has_value());
    CHECK(claim({"own", "/api/", seven, "api"}).has_value());
    CHECK(claim({"own", "/admin/", eight, "web"}).error().code == Code::conflict);
    CHECK(read([&](Tx& tx) { return hosts::of_environment(tx, seven); })->size() == 3);
}

TEST_CASE_FIXTURE(Fixture, "an image goes when the last environment that uses it lets go of it")
{
    use("web:1", seven, 1);
    use("web:1", seven, 1);
    use("web:1", eight, 1);
    use("web:2", seven, 2);
    use("web:3", seven, 3);
    use("web:4", seven, 4);
    CHECK(unused().empty());
    CHECK(write([&](Tx& tx) { image_uses::keep_only(tx, seven, {2, 4}); }).has_value());
    CHECK(unused() == Names{"web:3"});  // The other one still needs web:1.
    CHECK(write([&](Tx& tx) { image_uses::forget(tx, "local", "web:3"); }).has_value());
    CHECK(write([&](Tx& tx) { image_uses::keep_only(tx, seven, {2, 2}); }).has_value());
    CHECK(unused() == Names{"web:4"});
    CHECK(write([&](Tx& tx) { image_uses::forget(tx, "local", "web:4"); }).has_value());
    CHECK(write([&](Tx& tx) { image_uses::release_all(tx, eight); }).has_value());
    CHECK(unused() == Names{"web:1"});
    CHECK(read([&](Tx& tx) { return image_uses::of_environment(tx, seven); })->size() == 1);

    const auto forget = [&](std::string reference) {
        CHECK(write([&](Tx& tx) { image_uses::forget(tx, "local", reference); }).has_value());
    };
    forget("web:2");  // In use: stays.
    CHECK(write([&](Tx& tx) { image_uses::release_all(tx, seven); }).has_value());
    CHECK(unused() == Names{"web:1", "web:2"});
    forget("web:1");
    CHECK(unused() == Names{"web:2"});
    use("web:2", eight, 9);
    CHECK(unused().empty());
}

TEST_CASE_FIXTURE(Fixture, "the last versions that served keep their images, for a way back")
{
    const auto serve = [&](Generation generation, std::string reference, bool well) {
        use(reference, seven, generation);
        const auto id = make_id<DeploymentId>();
        CHECK(write([&](Tx& tx) -> Result<> {
                  const auto made = deployments::insert(
                      tx,
                      {.id = id, .environment = seven, .generation = generation, .created_at = now()
                      }
                  );
                  if (!made) return made.error();
                  const auto ended = well ? deployments::succeed(tx, id, now())
                                          : deployments::fail(tx, id, {Code::invalid, "x"}, now());
                  if (!ended) return ended.error();
                  return ok();
              }).has_value());
    };
    for (Generation generation = 1; generation <= 5; ++generation)
        serve(generation, fmt::format("web:{}", generation), generation != 4);
    CHECK(write([&](Tx& tx) { image_uses::keep_only(tx, seven, {5, 5, 3}); }).has_value());
    CHECK(unused() == Names{"web:1", "web:4"});
    CHECK(write([&](Tx& tx) { image_uses::keep_only(tx, seven, {5, 5, 1}); }).has_value());
    CHECK(unused() == Names{"web:1", "web:2", "web:3", "web:4"});
}

TEST_CASE_FIXTURE(Fixture, "of an image it is known whether something needs it or only keeps it")
{
    const auto want = [&] {
        CHECK(write([&](Tx& tx) { return environments::want(tx, seven, {}, {}, now()); }
        ).has_value());
    };
    want();
    want();
    use("web:1", seven, 1);
    scheduler.run_for(minutes{1});
    use("web:2", seven, 2);
    const auto listed = [&] {
        return *read([](Tx& tx) -> Result<std::vector<image_uses::Listed>> {
            return image_uses::list(tx, "local");
        });
    };
    REQUIRE(listed().size() == 2);
    CHECK(listed()[0].reference == "web:1");
    CHECK_FALSE(listed()[0].needed);
    CHECK(listed()[1].needed);
    CHECK(listed()[1].used_at == now());
    const auto release = [&](std::string reference) {
        CHECK(write([&](Tx& tx) { image_uses::release(tx, "local", reference); }).has_value());
    };
    release("web:1");
    release("web:2");
    CHECK(unused() == Names{"web:1"});
    CHECK(listed()[0].uses == 0);
    CHECK(listed()[1].uses == 1);
}
