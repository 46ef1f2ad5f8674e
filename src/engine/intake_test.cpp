#include "engine/forge_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using deliveries::Verdict;

TEST_CASE("a pull request that is opened, pushed to, closed and reopened is followed (A15, A16, "
          "A17, B03, B04, B05, B06)")
{
    ForgeWorld world;
    world.pull(7, 'a');
    world.tell_and_settle(world.arrival(7, "opened"));
    REQUIRE(world.preview(7).has_value());
    CHECK(world.state(7) == State::ready);
    CHECK(world.preview(7)->serving_commit == world.commit('a'));
    CHECK(world.last_delivery().verdict == Verdict::acted);
    CHECK(world.last_delivery().reason == "deploys commit aaaaaaa");

    world.pull(7, 'b');
    world.tell_and_settle(world.arrival(7));
    CHECK(world.preview(7)->serving_commit == world.commit('b'));

    world.close(7);
    world.tell_and_settle(world.arrival(7, "closed"));
    CHECK(world.state(7) == State::destroyed);
    CHECK(world.count(EntryType::container) == 0);
    CHECK(world.record(7).reason == "it is closed");

    world.pull(7, 'c');
    world.tell_and_settle(world.arrival(7, "reopened"));
    CHECK(world.state(7) == State::ready);
    CHECK(world.preview(7)->serving_commit == world.commit('c'));
}

TEST_CASE("whoever opened a pull request owns its environment (J12)")
{
    ForgeWorld world;
    world.pull(7, 'a');
    world.tell_and_settle(world.arrival(7, "opened"));
    CHECK(world.preview(7)->owner.has_value());

    world.pull(8, 'b');
    world.tell_and_settle(world.arrival(8, "opened"));
    CHECK(world.preview(8)->owner == world.preview(7)->owner);
    world.pull(9, 'c', "eve");
    world.tell_and_settle(world.arrival(9, "opened"));
    CHECK(world.preview(9)->owner.has_value());
    CHECK(world.preview(9)->owner != world.preview(7)->owner);
}

TEST_CASE("a delivery that comes twice is kept once and asks nothing twice (SEC-21)")
{
    ForgeWorld world;
    world.pull(7, 'a');
    const Arrival once = world.arrival(7, "opened");
    CHECK(!world.tell(once).repeated);
    world.scheduler.run_for(seconds{30});
    const auto generation = world.preview(7)->wanted.generation;
    const Receipt twice = world.tell(once);
    CHECK(twice.repeated);
    world.scheduler.run_for(seconds{30});
    CHECK(world.preview(7)->wanted.generation == generation);
}

TEST_CASE("the order of webhooks does not matter: closed before opened ends closed (SEC-21)")
{
    ForgeWorld world;
    world.pull(7, 'a');
    const Arrival opened = world.arrival(7, "opened");
    world.close(7);
    world.tell_and_settle(world.arrival(7, "closed"));
    world.tell_and_settle(opened);
    CHECK(!world.preview(7).has_value());
    CHECK(world.last_delivery().verdict == Verdict::nothing);
}

TEST_CASE("a push that is heard of before the opening puts the preview up (SEC-21)")
{
    ForgeWorld world;
    world.pull(7, 'a');
    const Arrival opened = world.arrival(7, "opened");
    world.pull(7, 'b');
    world.tell_and_settle(world.arrival(7, "synchronize"));
    CHECK(world.preview(7)->serving_commit == world.commit('b'));
    world.tell_and_settle(opened);
    CHECK(world.preview(7)->serving_commit == world.commit('b'));
    CHECK(world.preview(7)->wanted.generation == 1);
}

TEST_CASE("reopened after the preview was taken down, and a closing that comes late (SEC-21, A17)")
{
    for (const bool with_api : {true, false}) {
        CAPTURE(with_api);
        ForgeWorld world(with_api);
        world.pull(7, 'a');
        world.tell_and_settle(world.arrival(7, "opened"));
        world.close(7);
        const Arrival late = world.arrival(7, "closed");
        world.tell_and_settle(world.arrival(7, "closed"));
        REQUIRE(world.state(7) == State::destroyed);
        world.scheduler.run_for(minutes{1});
        world.pull(7, 'a');
        world.tell_and_settle(world.arrival(7, "reopened"));
        CHECK(world.state(7) == State::ready);
        world.tell_and_settle(late);
        CHECK(world.state(7) == State::ready);
    }
}

TEST_CASE("a delivery older than what is kept is taken for new, and ends at the truth (SEC-21)")
{
    for (const bool with_api : {true, false}) {
        CAPTURE(with_api);
        ForgeWorld world(with_api);
        world.engine_settings.forges.keep = hours{2};
        world.pull(7, 'a');
        const Arrival opened = world.arrival(7, "opened");
        world.tell_and_settle(opened);
        world.scheduler.run_for(minutes{1});
        world.close(7);
        world.tell_and_settle(world.arrival(7, "closed"));
        REQUIRE(world.state(7) == State::destroyed);
        world.scheduler.run_for(hours{6});
        CHECK(!world.tell(opened).repeated);
        world.scheduler.run_for(seconds{30});
        CHECK(world.state(7) == State::destroyed);
    }
}

TEST_CASE("two pushes in one second end at the newer one, whichever webhook comes last")
{
    ForgeWorld world;
    world.pull(7, 'a');
    const Arrival first = world.arrival(7);
    world.pull(7, 'b');
    const Arrival second = world.arrival(7);
    world.tell(second);
    world.tell(first);
    world.scheduler.run_for(seconds{30});
    CHECK(world.preview(7)->serving_commit == world.commit('b'));
}

TEST_CASE("a repository that is not allowed does nothing, and is recorded so (B09)")
{
    ForgeWorld world;
    world.engine_settings.repositories = {"forge.example/bob/*"};
    world.pull(7, 'a');
    const Receipt receipt = world.tell(world.arrival(7, "opened"));
    CHECK(receipt.verdict == Verdict::refused);
    world.scheduler.run_for(seconds{30});
    CHECK(world.forge.questions.empty());
    CHECK(!world.preview(7).has_value());
    CHECK(world.last_delivery().verdict == Verdict::refused);
    CHECK(world.last_delivery().body.empty());
}

TEST_CASE("a webhook signed for one repository that names another does nothing (SEC-22)")
{
    ForgeWorld world;
    world.pull(7, 'a');
    Arrival wrong = world.arrival(7, "opened");
    wrong.signer = "bob/till";
    CHECK(world.tell(wrong).verdict == Verdict::refused);
    world.scheduler.run_for(seconds{30});
    CHECK(!world.preview(7).has_value());
    Arrival right = world.arrival(7, "opened");
    right.signer = "ann/shop";
    world.tell_and_settle(right);
    CHECK(world.state(7) == State::ready);
}

TEST_CASE("a forge that does not answer changes nothing, and is asked again (SEC-70)")
{
    ForgeWorld world;
    world.pull(7, 'a');
    world.tell_and_settle(world.arrival(7, "opened"));
    CHECK(world.state(7) == State::ready);
    world.close(7);
    world.forge.fault = [](std::string_view) {
        return FakeForgeApi::Fault{
            Error{Code::unavailable, "the forge answered 500"}
        };
    };
    world.tell_and_settle(world.arrival(7, "closed"));
    CHECK(world.state(7) == State::ready);
    CHECK(world.last_delivery().verdict == Verdict::failed);
    CHECK(world.last_delivery().reason.find("the forge answered 500") != std::string::npos);
    world.forge.fault = nullptr;
    world.wait_until([&] { return world.state(7) == State::destroyed; });
    CHECK(world.last_delivery().verdict == Verdict::acted);
}

TEST_CASE("a renamed repository keeps its project and its previews")
{
    ForgeWorld world;
    world.pull(7, 'a');
    world.tell_and_settle(world.arrival(7, "opened"));
    const auto before = world.preview(7)->id;
    world.repository.name = "bob/store";
    world.pull(7, 'b');
    world.tell_and_settle(world.arrival(7));
    CHECK(world.preview(7)->id == before);
    CHECK(world.preview(7)->serving_commit == world.commit('b'));
}

TEST_CASE("what the rules filter out gets no preview, and what falls out loses it (complaint 18)")
{
    ForgeWorld world;
    world.engine_settings.rules["ann/shop"].labels = {"preview"};
    world.pull(7, 'a');
    world.tell_and_settle(world.arrival(7, "opened"));
    CHECK(!world.preview(7).has_value());
    CHECK(world.record(7).verdict == pull_requests::Verdict::unwanted);
    CHECK(world.record(7).reason.find("labels preview") != std::string::npos);

    world.shop().pull_requests.at(7).labels = {"preview"};
    world.tell_and_settle(world.arrival(7, "labeled"));
    CHECK(world.state(7) == State::ready);

    world.shop().pull_requests.at(7).labels.clear();
    world.tell_and_settle(world.arrival(7, "unlabeled"));
    CHECK(world.state(7) == State::destroyed);
}

TEST_CASE("a push that touches none of the paths leaves the version before it (complaint 18)")
{
    ForgeWorld world;
    world.engine_settings.rules["ann/shop"].paths = {"till/**"};
    world.pull(7, 'a');
    world.shop().files[7] = {"till/main.cpp"};
    world.tell_and_settle(world.arrival(7, "opened"));
    CHECK(world.preview(7)->serving_commit == world.commit('a'));
    world.pull(7, 'b');
    world.shop().files[7] = {"docs/a.md"};
    world.tell_and_settle(world.arrival(7));
    CHECK(world.preview(7)->serving_commit == world.commit('a'));
    CHECK(world.record(7).verdict == pull_requests::Verdict::passed);
}

TEST_CASE("without a forge token the newest webhook is the truth, and forks are not trusted")
{
    ForgeWorld world(false);
    world.pull(7, 'a');
    const Arrival first = world.arrival(7, "opened");
    world.scheduler.run_for(seconds{5});
    world.pull(7, 'b');
    const Arrival second = world.arrival(7);
    world.tell_and_settle(second);
    world.tell_and_settle(first);
    CHECK(world.preview(7)->serving_commit == world.commit('b'));

    world.pull(8, 'c', "eve");
    world.tell_and_settle(world.arrival(8, "opened"));
    CHECK(world.state(8) == State::awaiting_approval);
}

TEST_CASE("B07 github.deliveries lets old deliveries go, and no question that is still open")
{
    ForgeWorld world;
    world.engine_settings.forges.keep = hours{2};
    world.pull(7, 'a');
    world.tell_and_settle(world.arrival(7, "opened"));
    CHECK(world.last_delivery().verdict == Verdict::acted);
    world.forge.fault = [](std::string_view) {
        return FakeForgeApi::Fault{
            {Code::unavailable, "the forge is down"}
        };
    };
    world.pull(7, 'b');
    const auto asked = world.tell(world.arrival(7)).delivery;
    world.scheduler.run_for(hours{5});
    const auto kept = world.all_deliveries();
    REQUIRE(kept.size() == 1);
    CHECK(kept[0].id == asked);
    CHECK(kept[0].verdict == Verdict::failed);
    world.forge.fault = nullptr;
    world.scheduler.run_for(hours{1});
    CHECK(world.preview(7)->serving_commit == world.commit('b'));
    world.scheduler.run_for(hours{2});
    CHECK(world.all_deliveries().empty());
}
