#include "engine/forge_world.hpp"
#include "store/event_log.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using deliveries::Verdict;

namespace {

/// Ann's pull request with its preview. Ann may write, bob may as well, and eve may not.
struct Commented : ForgeWorld {
    explicit Commented(const std::string& author = "ann")
    {
        shop().permissions["bob"] = Permission::write;
        pull(7, 'a', author);
        tell_and_settle(arrival(7, "opened"));
    }
    /// Writes it, and waits until what it leads to is done.
    void write(const std::string& text, const std::string& sender = "bob")
    {
        tell_and_settle(comment(7, sender, text));
    }
    Verdict verdict() { return last_delivery().verdict; }
    std::string reason() { return last_delivery().reason; }
    Generation generation() { return preview(7)->wanted.generation; }
    std::optional<event_log::Record> newest(std::string_view event)
    {
        const auto read = [event, id = preview(7)->id](Tx& tx
                          ) -> Result<std::optional<event_log::Record>> {
            return event_log::newest(tx, id, event);
        };
        return query(read).value();
    }
};

}  // namespace

TEST_CASE("a preview is stopped by a comment, stays down, and comes up again by one")
{
    Commented world;
    world.write("/preview stop");
    CHECK(world.state(7) == State::destroyed);
    CHECK(world.verdict() == Verdict::acted);
    CHECK(world.reason() == "it is taken down");
    CHECK(world.newest("closed")->actor == Actor{.type = Actor::Type::user, .name = "bob"});
    world.tell_and_settle(world.arrival(7, "edited"));
    CHECK(world.state(7) == State::destroyed);
    CHECK(world.last_delivery().reason == "not put up again: it was stopped by bob");

    world.write("/preview stop");
    CHECK(world.verdict() == Verdict::nothing);
    CHECK(world.reason() == "it is gone already");
    world.write("/preview wake");
    CHECK(world.verdict() == Verdict::nothing);
    CHECK(world.state(7) == State::destroyed);

    world.write("/preview");
    CHECK(world.state(7) == State::ready);
    CHECK(world.reason() == "aaaaaaa is deployed");
    world.write("/preview");
    CHECK(world.reason() == "it is there already");
    CHECK(world.verdict() == Verdict::nothing);
}

TEST_CASE("a comment puts to sleep, wakes, redeploys and extends (H12)")
{
    Commented world;
    world.write("/preview sleep");
    CHECK(world.state(7) == State::asleep);
    world.write("/preview sleep");
    CHECK(world.reason() == "it sleeps already");
    world.write("/preview wake");
    CHECK(world.state(7) == State::ready);
    world.write("/preview wake");
    CHECK(world.reason() == "it is awake");
    world.write("/preview sleep");
    world.write("/preview");
    CHECK(world.state(7) == State::ready);

    const auto before = world.generation();
    world.write("/preview redeploy");
    CHECK(world.generation() == before + 1);
    CHECK(world.preview(7)->serving_commit == world.commit('a'));

    const Instant now = world.scheduler.now();
    world.write("/preview extend 2d");
    CHECK(world.preview(7)->kept_until.value() == now + hours{48});
    CHECK(world.reason().starts_with("it stays until "));
    world.write("/preview extend 1d");
    CHECK(world.preview(7)->kept_until.value() == now + hours{72});
}

TEST_CASE("who may not write to the repository is refused, and nothing is done (SEC-25, SEC-30)")
{
    Commented world;
    const auto generation = world.generation();
    for (const char* text :
         {"/preview",
          "/preview stop",
          "/preview sleep",
          "/preview wake",
          "/preview redeploy",
          "/preview extend 2d",
          "/preview why",
          "/preview aaaaaaa"}) {
        CAPTURE(text);
        world.write(text, "eve");
        CHECK(world.verdict() == Verdict::refused);
        CHECK(world.reason() == "eve may not write to the repository");
        world.write(text, "nobody");
        CHECK(world.verdict() == Verdict::refused);
    }
    CHECK(world.state(7) == State::ready);
    CHECK(world.generation() == generation);
    CHECK(!world.preview(7)->kept_until);
    CHECK(!world.record(7).approval);
}

TEST_CASE("the author of a pull request may ask why, and no more (SEC-25)")
{
    Commented world("eve");
    world.write("/preview why", "eve");
    CHECK(world.verdict() == Verdict::nothing);
    world.write("/preview", "eve");
    CHECK(world.verdict() == Verdict::refused);
    CHECK(world.state(7) == State::awaiting_approval);
}

TEST_CASE("no command runs a commit that nobody approved (SEC-25)")
{
    Commented world("eve");
    for (const char* text :
         {"/preview", "/preview redeploy", "/preview wake", "/preview bbbbbbb"}) {
        CAPTURE(text);
        world.write(text);
        CHECK(world.verdict() == Verdict::nothing);
        CHECK(world.state(7) == State::awaiting_approval);
    }
    CHECK(!world.lines.contains("fetching"));
    world.write("/preview aaaaaaa");
    CHECK(world.state(7) == State::ready);
    world.pull(7, 'b', "eve");
    world.tell_and_settle(world.arrival(7));
    world.write("/preview");
    CHECK(world.verdict() == Verdict::nothing);
    world.write("/preview redeploy");
    CHECK(world.preview(7)->serving_commit == world.commit('a'));
    CHECK(world.preview(7)->wanted.untrusted);
}

TEST_CASE("a comment acts once, whoever tells of it how often (SEC-21)")
{
    Commented world;
    const Arrival first = world.comment(7, "bob", "/preview extend 2d");
    Arrival other = first;
    other.hint.delivery = "the owner's hook";
    const Instant now = world.scheduler.now();
    for (const Arrival& each : {first, first, other, other})
        world.tell_and_settle(each);
    CHECK(world.preview(7)->kept_until.value() == now + hours{48});
    CHECK(world.last_delivery().reason == "another delivery told of this comment already");
}

TEST_CASE("several commands are carried out in their order, each in its sender's name")
{
    Commented world;
    world.tell(world.comment(7, "bob", "/preview stop"));
    world.tell(world.comment(7, "eve", "/preview"));
    world.tell(world.comment(7, "ann", "/preview extend 1d"));
    world.scheduler.run_for(seconds{30});
    CHECK(world.state(7) == State::destroyed);
    CHECK(world.newest("closed")->actor.name == "bob");
    CHECK(!world.newest("extended"));
    // It comes up as soon as it is gone, though it was asked for before.
    world.tell(world.comment(7, "bob", "/preview"));
    world.tell(world.comment(7, "bob", "/preview stop"));
    world.tell(world.comment(7, "ann", "/preview"));
    world.scheduler.run_for(minutes{1});
    CHECK(world.state(7) == State::ready);
}

TEST_CASE("more commands than are carried out at once are all carried out")
{
    Commented world;
    const Instant now = world.scheduler.now();
    constexpr int many = 2 * deliveries::commands_at_once + 3;
    for (int i = 0; i < many; ++i)
        world.tell(world.comment(7, "bob", "/preview extend 1h"));
    world.scheduler.run_for(minutes{1});
    CHECK(world.preview(7)->kept_until.value() == now + many * hours{1});
}

TEST_CASE("while the forge does not say who may, nothing is done, and then it is")
{
    Commented world;
    bool away = true;
    world.forge.fault = [&](std::string_view question) -> std::optional<FakeForgeApi::Fault> {
        if (!away || question != "permission") return std::nullopt;
        return FakeForgeApi::Fault{
            .error = Error{Code::unavailable, "the forge is away"}
        };
    };
    world.write("/preview stop");
    CHECK(world.state(7) == State::ready);
    CHECK(world.verdict() == Verdict::failed);
    CHECK(world.reason().find("the forge is away") != std::string::npos);
    away = false;
    world.scheduler.run_for(minutes{2});
    CHECK(world.state(7) == State::destroyed);
    CHECK(world.verdict() == Verdict::acted);
}

TEST_CASE("a command is carried out by the daemon that comes after (H11)")
{
    Commented world;
    world.tell(world.comment(7, "bob", "/preview extend 2d"));
    world.stop();
    world.start();
    const Instant now = world.scheduler.now();
    world.scheduler.run_for(seconds{30});
    CHECK(world.preview(7)->kept_until.value() >= now + hours{48});
    const Instant until = *world.preview(7)->kept_until;
    world.stop();
    world.start();
    world.scheduler.run_for(seconds{30});
    CHECK(world.preview(7)->kept_until.value() == until);
}

TEST_CASE("without a forge token no command of a comment is carried out")
{
    ForgeWorld world(false);
    world.pull(7, 'a');
    world.tell_and_settle(world.arrival(7, "opened"));
    REQUIRE(world.state(7) == State::ready);
    world.tell_and_settle(world.comment(7, "ann", "/preview stop"));
    CHECK(world.state(7) == State::ready);
    CHECK(world.last_delivery().verdict == Verdict::refused);
}

TEST_CASE("a command at a closed pull request says that it is closed")
{
    Commented world;
    world.close(7);
    world.tell_and_settle(world.arrival(7, "closed"));
    world.write("/preview");
    CHECK(world.state(7) == State::destroyed);
    CHECK(world.reason().find("it is closed") != std::string::npos);
}

TEST_CASE("what is asked for of a pull request that was closed meanwhile does not keep its preview")
{
    Commented world("eve");
    world.write("/preview aaaaaaa");
    REQUIRE(world.state(7) == State::ready);
    world.close(7);
    world.write("/preview aaaaaaa");
    CHECK(world.state(7) == State::destroyed);
    CHECK(world.reason().find("it is closed") != std::string::npos);
}
