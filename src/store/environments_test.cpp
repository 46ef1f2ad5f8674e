#include "store/environments.hpp"
#include "store/event_log.hpp"
#include "store/fixture.hpp"
#include "store/users.hpp"

using namespace diorama;

namespace {

const Actor alice{.type = Actor::Type::user, .name = "alice"};

struct Fixture : StoreFixture {
    Project shop = project();

    Result<Environment> find(EnvironmentId id)
    {
        return read([=](Tx& tx) { return environments::find(tx, id); });
    }
    Result<Environment> advance(const Environment& seen, Event on)
    {
        return advance(seen, {.on = on, .actor = alice, .now = now()});
    }
    Result<Environment> advance(const Environment& seen, environments::Transition transition)
    {
        return write([=](Tx& tx) { return environments::advance(tx, seen, transition); });
    }
    Result<Environment> want(EnvironmentId id, const Wish& wish)
    {
        return write([=, this](Tx& tx) {
            return environments::want(tx, id, wish, alice, scheduler.now());
        });
    }
    std::vector<event_log::Record> events(EnvironmentId id, std::uint64_t after = 0)
    {
        return read([=](Tx& tx) { return event_log::list(tx, id, after, 100); }).value();
    }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "K02 an environment reads back as it was written, every field")
{
    const auto owner = make_id<UserId>();
    const users::User user{owner, shop.tenant, "alice", "Alice", "a@example.org", now()};
    auto made = fresh(shop);
    made.owner = owner;
    made.state = State::ready;
    made.version = 3;
    made.wanted = {4, "refs/pull/7/head", std::string(40, 'a'), Presence::stopped, true};
    made.presence = Presence::frozen;
    made.presence_since = now() + seconds{3};
    made.wanted_at = now() + seconds{4};
    made.standing_since = now() + seconds{5};
    made.pinned = true;
    made.kept_until = now() + hours{5};
    made.serving = 4;
    made.serving_commit = std::string(40, 'a');
    made.cause = "the health check answered 500";
    made.last_accessed_at = now() + seconds{1};
    made.destroyed_at = now() + seconds{2};
    const environments::Facts facts{"github", "R_1", "install-9", "Add a cart"};
    CHECK(write([&](Tx& tx) {
              users::find_or_insert(tx, {"github", "1"}, user);
              return environments::insert(tx, made, facts);
          }).has_value());
    CHECK(*find(made.id) == made);
    CHECK(*read([&](Tx& tx) {
        return environments::find(tx, made.tenant, made.identity);
    }) == made);
    CHECK(*read([&](Tx& tx) { return environments::find_by_slug(tx, made.slug); }) == made);
    CHECK(*read([&](Tx& tx) { return environments::facts(tx, made.id); }) == facts);
    const environments::Facts other{.title = "Add two carts"};
    CHECK(write([&](Tx& tx) { return environments::set_facts(tx, made.id, other); }).has_value());
    CHECK(*read([&](Tx& tx) { return environments::facts(tx, made.id); }) == other);
}

TEST_CASE_FIXTURE(Fixture, "the same pull request has one environment, and a slug one owner")
{
    const auto first = environment(shop);
    auto twin = fresh(shop);
    twin.slug = "other";
    const auto again = write([&](Tx& tx) { return environments::insert(tx, twin); });
    CHECK(again.error().code == Code::conflict);
    CHECK(again.error().message.contains(first.id.text()));

    auto rival = fresh(shop, 8);
    rival.slug = first.slug;
    const auto taken = write([&](Tx& tx) { return environments::insert(tx, rival); });
    CHECK(taken.error().code == Code::conflict);
    CHECK(taken.error().message.contains("slug"));

    auto branch = fresh(shop, 9);
    branch.identity = {shop.id, Kind::branch, first.identity.key};
    CHECK(write([&](Tx& tx) { return environments::insert(tx, branch); }).has_value());
}

TEST_CASE_FIXTURE(Fixture, "what is not there is said to be not there")
{
    const auto nobody = make_id<EnvironmentId>();
    CHECK(find(nobody).error().code == Code::not_found);
    CHECK(want(nobody, {}).error().code == Code::not_found);
    CHECK(advance({.id = nobody}, Event::claimed).error().code == Code::not_found);
    const auto resolved = write([&](Tx& tx) { return environments::resolve(tx, nobody, 1, "c"); });
    CHECK(resolved.error().code == Code::not_found);
}

TEST_CASE_FIXTURE(Fixture, "each wish is a new generation, and an event says who wished what")
{
    const auto made = environment(shop);
    const auto first = want(made.id, {.ref = "refs/pull/7/head"});
    CHECK(first->wanted.generation == 1);
    const auto second = want(made.id, {.generation = 99, .commit = "c0ffee", .rebuild = true});
    CHECK(second->wanted == Wish{2, "", "c0ffee", Presence::awake, true});
    CHECK(second->version == first->version + 1);
    CHECK(*find(made.id) == *second);

    const auto found = events(made.id);
    REQUIRE(found.size() == 2);
    CHECK(found[1].event == "wanted");
    CHECK(found[1].actor == alice);
    CHECK(
        found[1].data ==
        R"({"generation":2,"ref":"","commit":"c0ffee","presence":"awake","rebuild":true,"untrusted":false})"
    );
}

TEST_CASE_FIXTURE(Fixture, "sleeping and waking are no new generation")
{
    const auto made = environment(shop);
    CHECK(want(made.id, {}).has_value());
    const auto asleep = write([&](Tx& tx) {
        return environments::want_presence(tx, made.id, Presence::frozen, scheduler.now());
    });
    CHECK(asleep->wanted.presence == Presence::frozen);
    CHECK(asleep->wanted.generation == 1);
    CHECK(asleep->version == 2);
}

TEST_CASE_FIXTURE(Fixture, "an environment goes down the ladder and wakes, each rung with its time")
{
    auto it = environment(shop);
    it.state = State::ready;
    const auto step = [&](Event on, std::optional<Presence> presence, Instant at) {
        return write([&](Tx& tx) {
            return environments::advance(
                tx, it, {.on = on, .actor = alice, .now = at, .cause = "", .presence = presence}
            );
        });
    };
    const auto start = now();
    it = *step(Event::rested, Presence::frozen, start + hours{1});
    CHECK(it.presence == Presence::frozen);
    CHECK(it.presence_since == start + hours{1});
    const auto seen = it;
    it = *write([&](Tx& tx) {
        return environments::settle(tx, seen, Presence::stopped, start + hours{2});
    });
    CHECK(it.state == State::asleep);
    CHECK(it.presence == Presence::stopped);
    CHECK(it.presence_since == start + hours{2});
    const auto late = write([&](Tx& tx) {
        return environments::settle(tx, seen, Presence::archived, start + hours{3});
    });
    CHECK(late.error().code == Code::conflict);
    it = *step(Event::visited, Presence::awake, start + hours{4});
    CHECK(it.presence == Presence::awake);
    CHECK(last_used(it) == start + hours{4});
}

TEST_CASE_FIXTURE(
    Fixture, "what comes back after its end is as old as its return, and kept by nobody"
)
{
    auto it = environment(shop);
    const auto born = it.standing_since;
    it = *write([&](Tx& tx) {
        return environments::keep(tx, it.id, {true, now() + hours{48}}, now());
    });
    CHECK(it.pinned);
    CHECK(it.kept_until == now() + hours{48});
    for (const Event on : {Event::closed, Event::erased, Event::reopened}) {
        it = *write([&](Tx& tx) {
            return environments::advance(
                tx, it, {.on = on, .actor = alice, .now = now() + hours{9}, .cause = ""}
            );
        });
        CHECK((it.presence == Presence::gone) == (on == Event::erased));
    }
    CHECK(it.standing_since > born);
    CHECK(!it.pinned);
    CHECK(!it.kept_until);
}

TEST_CASE_FIXTURE(Fixture, "a commit that was found for an older wish is not taken for a newer one")
{
    const auto made = environment(shop);
    CHECK(want(made.id, {.ref = "main"}).has_value());
    const auto resolve = [&](Generation generation) {
        return write([=](Tx& tx) { return environments::resolve(tx, made.id, generation, "abc"); });
    };
    CHECK(resolve(1)->wanted.commit == "abc");
    CHECK(want(made.id, {.ref = "main"}).has_value());
    CHECK(resolve(1).error().code == Code::superseded);
    CHECK(find(made.id)->wanted.commit.empty());
}

TEST_CASE_FIXTURE(Fixture, "every move is an event with the next number, in the same transaction")
{
    const auto made = environment(shop);
    const auto claimed = advance(made, Event::claimed);
    REQUIRE(claimed.has_value());
    CHECK(claimed->state == State::provisioning);
    const auto ready = advance(
        *claimed,
        {.on = Event::healthy,
         .actor = alice,
         .now = now(),
         .serving = 1,
         .serving_commit = "abc",
         .data = R"({"took":3})"}
    );
    CHECK(ready->serving == 1);
    CHECK(ready->serving_commit == "abc");
    CHECK(ready->version == 2);

    const auto found = events(made.id);
    REQUIRE(found.size() == 2);
    CHECK(found[0].sequence == 1);
    CHECK(
        found[1] ==
        event_log::Record{
            made.id, 2, now(), alice, "healthy", State::provisioning, State::ready, R"({"took":3})"
        }
    );
    CHECK(events(made.id, 1) == std::vector{found[1]});
    CHECK(events(made.id, 2).empty());

    // Taken back together with the rest of its transaction.
    const auto failed = write([&](Tx& tx) -> Result<> {
        CHECK(environments::advance(tx, *ready, {.on = Event::rested, .now = now()}).has_value());
        return Error{Code::conflict, "something after it"};
    });
    CHECK(failed.has_error());
    CHECK(*find(made.id) == *ready);
    CHECK(events(made.id).size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "a move from what is no longer so, or that is not legal, is a conflict")
{
    const auto made = environment(shop);
    CHECK(advance(made, Event::healthy).error().code == Code::conflict);
    CHECK(advance(made, Event::claimed).has_value());
    const auto late = advance(made, Event::closed);
    CHECK(late.error().code == Code::conflict);
    CHECK(late.error().message.contains("version 0 was seen, 1 is there"));
    CHECK(events(made.id).size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a destroyed environment serves nothing, and may come back")
{
    auto made = fresh(shop);
    made.state = State::destroying;
    made.serving = 3;
    made.serving_commit = "abc";
    CHECK(write([&](Tx& tx) { return environments::insert(tx, made); }).has_value());
    const auto gone = advance(made, Event::erased);
    CHECK(gone->serving == 0);
    CHECK(gone->serving_commit.empty());
    CHECK(gone->destroyed_at == now());
    const auto back = advance(*gone, Event::reopened);
    CHECK(back->state == State::pending);
    CHECK_FALSE(back->destroyed_at);
}

TEST_CASE_FIXTURE(Fixture, "the cause of a failure stands until the next move")
{
    auto made = fresh(shop);
    made.state = State::updating;
    CHECK(write([&](Tx& tx) { return environments::insert(tx, made); }).has_value());
    const auto kept =
        advance(made, {.on = Event::kept, .actor = alice, .now = now(), .cause = "no such image"});
    CHECK(kept->cause == "no such image");
    CHECK(advance(*kept, Event::changed)->cause.empty());
}

TEST_CASE_FIXTURE(Fixture, "the last visit counts, in whatever order visits are told")
{
    const auto made = environment(shop);
    const auto visit = [&](seconds at) {
        CHECK(write([=, this](Tx& tx) {
                  environments::touch(
                      tx,
                      {
                          Visit{made.id, now() + at}
                  }
                  );
              }).has_value());
    };
    visit(seconds{5});
    visit(seconds{3});
    const auto seen = find(made.id);
    CHECK(seen->last_accessed_at == now() + seconds{5});
    CHECK(seen->version == made.version);
}

TEST_CASE_FIXTURE(
    Fixture, "what a manifest says about its scene's sleep is kept until it says else"
)
{
    const auto made = environment(shop);
    CHECK(!made.sleep_after);
    for (const auto after :
         {std::optional(milliseconds{0}),
          std::optional<milliseconds>(hours{2}),
          std::optional<milliseconds>()}) {
        CHECK(write([&](Tx& tx) { environments::set_sleep(tx, made.id, after); }).has_value());
        const auto seen = find(made.id);
        CHECK(seen->sleep_after == after);
        CHECK(seen->version == made.version);
    }
}

TEST_CASE_FIXTURE(Fixture, "the resync sees all that are not destroyed")
{
    const auto one = environment(shop, 1);
    auto gone = fresh(shop, 2);
    gone.state = State::destroyed;
    CHECK(write([&](Tx& tx) { return environments::insert(tx, gone); }).has_value());
    const auto three = environment(shop, 3);
    const auto live = read([](Tx& tx) { return environments::all_live(tx); }).value();
    CHECK(live.size() == 2);
    CHECK(std::ranges::find(live, one) != live.end());
    CHECK(std::ranges::find(live, three) != live.end());
}
