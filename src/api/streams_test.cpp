#include "api/guarded_stream.hpp"
#include "api/test_world.hpp"
#include "store/event_log.hpp"

using namespace diorama;
using namespace diorama::api;

namespace {

std::string logs_of(const Environment& environment)
{
    return "/api/v1/environments/" + environment.slug + "/logs";
}

std::vector<std::string> messages(const Node::List& items)
{
    std::vector<std::string> found;
    for (const Node& item : items)
        found.push_back(*item.find("message")->string());
    return found;
}

std::vector<std::string> messages(const std::vector<ServerSentEvent>& events)
{
    Node::List items;
    for (const ServerSentEvent& event : events)
        items.push_back(parse_json(event.data).value());
    return messages(items);
}

std::string last_sequence(ApiWorld& world, const Environment& environment)
{
    const auto last = world.get(logs_of(environment) + "?limit=1").items();
    return last.front().find("sequence")->scalar_text().value();
}

}  // namespace

TEST_CASE("lines come in pages, newest first page, in their order (G06, G08)")
{
    ApiWorld world;
    const auto shop = world.shop();
    for (int i = 1; i <= 5; ++i)
        world.say(shop.id, fmt::format("line {}", i));
    const auto newest = world.get(logs_of(shop) + "?limit=2").items();
    CHECK(messages(newest) == std::vector<std::string>{"line 4", "line 5"});
    const auto first = newest.front().find("sequence")->scalar_text().value();
    const auto older = world.get(logs_of(shop) + "?limit=2&before=" + first).items();
    CHECK(messages(older) == std::vector<std::string>{"line 2", "line 3"});
    const auto after = older.back().find("sequence")->scalar_text().value();
    CHECK(
        messages(world.get(logs_of(shop) + "?after=" + after).items()) ==
        std::vector<std::string>{"line 4", "line 5"}
    );
    CHECK(newest.front().find("type")->scalar_text() == "container");
    CHECK(newest.front().find("service")->scalar_text() == "web");
    CHECK(newest.front().find("at"));
}

TEST_CASE("lines are found by type, service, deployment and words (G02)")
{
    ApiWorld world;
    const auto shop = world.shop();
    world.say(shop.id, "Hello from the page");
    world.say(shop.id, "hello from the database", "db");
    const auto found = [&](const Query& query) {
        return messages(world.get(logs_of(shop) + format_query(query)).items());
    };
    CHECK(
        found({
            {"service", "db"   },
            {"search",  "HELLO"}
    }) == std::vector<std::string>{"hello from the database"}
    );
    CHECK(
        found({
                  {"search", "hello"}
    })
            .size() == 2
    );
    CHECK(
        found({
                  {"type",   "container"},
                  {"search", "hello"    }
    })
            .size() == 2
    );
    CHECK(found({
                    {"type", "database"}
    })
              .empty());
    CHECK(
        found({
                  {"type",   "build"    },
                  {"type",   "container"},
                  {"search", "hello"    }
    })
            .size() == 2
    );
    CHECK(found({
                    {"search", "100%"}
    })
              .empty());
    const auto deployment = world.latest(shop.id).id.text();
    const auto of_attempt = found({
        {"deployment", deployment}
    });
    CHECK(!of_attempt.empty());
    CHECK(std::ranges::find(of_attempt, "Hello from the page") == of_attempt.end());
}

TEST_CASE("a question about lines that cannot be is told (SEC-62)")
{
    ApiWorld world;
    const auto shop = world.shop();
    for (const std::string query :
         {"type=everything",
          "type=",
          "deployment=1",
          "after=-1",
          "after=x",
          "after=18446744073709551615",
          "before=",
          "after=1&before=2",
          "limit=0",
          "follow=true",
          "servce=web",
          "search=%ff"}) {
        CAPTURE(query);
        const auto refused = world.try_get(logs_of(shop) + "?" + query);
        if (refused) CHECK(refused->status == 400);
    }
    Request request = world.request_of("GET", logs_of(shop));
    request.headers.set("Last-Event-ID", "' OR 1=1");
    CHECK(world.ask(std::move(request)).status == 400);
}

TEST_CASE("a stream gives what was and what comes, each line once (G05)")
{
    ApiWorld world;
    const auto shop = world.shop();
    world.say(shop.id, "one");
    Listening listening(world, world.request_of("GET", logs_of(shop) + "?limit=1"));
    CHECK(listening.headers().get("Content-Type") == "text/event-stream");
    CHECK(messages(listening.heard()) == std::vector<std::string>{"one"});
    world.say(shop.id, "two");
    world.say(shop.id, "three");
    const auto& told = listening.heard();
    CHECK(messages(told) == std::vector<std::string>{"one", "two", "three"});
    REQUIRE(!told.empty());
    CHECK(told.back().event == "line");
    CHECK(told.back().id == last_sequence(world, shop));
}

TEST_CASE("a stream that broke goes on with Last-Event-ID: no line lost or doubled (G05)")
{
    ApiWorld world;
    const auto shop = world.shop();
    world.say(shop.id, "before");
    const std::string start = last_sequence(world, shop);
    const std::string target = logs_of(shop) + "?after=" + start;
    std::vector<std::string> all;
    std::string last;
    for (int round = 0; round < 4; ++round) {
        Request request = world.request_of("GET", target);
        // A browser sends the query as it was, and where it stands beside it.
        if (!last.empty()) request.headers.set("Last-Event-ID", last);
        Listening listening(world, std::move(request));
        for (int i = 0; i < 3; ++i)
            world.say(shop.id, fmt::format("{}.{}", round, i));
        for (const std::string& message : messages(listening.heard()))
            all.push_back(message);
        REQUIRE(!listening.heard().empty());
        last = listening.heard().back().id.value();
        listening.hang_up();
        world.say(shop.id, fmt::format("{}.away", round));
    }
    CHECK(
        all ==
        std::vector<std::string>{
            "0.0",
            "0.1",
            "0.2",
            "0.away",
            "1.0",
            "1.1",
            "1.2",
            "1.away",
            "2.0",
            "2.1",
            "2.2",
            "2.away",
            "3.0",
            "3.1",
            "3.2"
        }
    );
}

TEST_CASE("a stream gives only the lines that were asked for (G05)")
{
    ApiWorld world;
    const auto shop = world.shop();
    const auto deployment = world.latest(shop.id).id;
    const std::string now = "after=" + last_sequence(world, shop);
    Listening by_service(world, world.request_of("GET", logs_of(shop) + "?service=db&" + now));
    Listening by_word(world, world.request_of("GET", logs_of(shop) + "?search=needle&" + now));
    Listening by_type(world, world.request_of("GET", logs_of(shop) + "?type=build&" + now));
    Listening by_attempt(
        world,
        world.request_of("GET", logs_of(shop) + "?deployment=" + deployment.text() + "&" + now)
    );
    world.say(shop.id, "hay");
    world.say(shop.id, "a Needle", "db");
    world.logs.write(
        {.environment = shop.id,
         .deployment = deployment,
         .type = LogType::build,
         .message = "Step 1"}
    );
    CHECK(messages(by_service.heard()) == std::vector<std::string>{"a Needle"});
    CHECK(messages(by_word.heard()) == std::vector<std::string>{"a Needle"});
    CHECK(messages(by_type.heard()) == std::vector<std::string>{"Step 1"});
    CHECK(messages(by_attempt.heard()) == std::vector<std::string>{"Step 1"});
}

TEST_CASE("a stream of what never ends is not asked for what comes before")
{
    ApiWorld world;
    const auto shop = world.shop();
    const Listening wrong(world, world.request_of("GET", logs_of(shop) + "?before=9"));
    CHECK(wrong.status() == 400);
    const Listening worse(
        world,
        world.request_of(
            "GET",
            logs_of(shop) + format_query({
                                {"search", std::string(10'000, 'x')}
    })
        )
    );
    CHECK(worse.status() == 400);
}

TEST_CASE("a stream ends when its token is revoked, and tells nothing that came later (SEC-31)")
{
    ApiWorld world;
    const auto shop = world.shop();
    const auto made =
        *world.scheduler.run(world.access.create(world.admin(), "x", {"read"}, std::nullopt));
    world.token = made.text.reveal();
    const std::string now = "?after=" + last_sequence(world, shop);
    Listening lines(world, world.request_of("GET", logs_of(shop) + now));
    Listening changes(
        world, world.request_of("GET", "/api/v1/environments/" + shop.slug + "/events?after=999")
    );
    world.say(shop.id, "seen");
    CHECK(messages(lines.heard()) == std::vector<std::string>{"seen"});
    CHECK(world.scheduler.run(world.access.revoke(world.admin(), made.row.id)).has_value());
    world.scheduler.run_for(token_period + seconds{1});
    CHECK(lines.ended());
    CHECK(changes.ended());
    world.say(shop.id, "not seen");
    CHECK(lines.heard().size() == 1);
}

TEST_CASE("a stream ends when its token expires (SEC-31)")
{
    ApiWorld world;
    const auto shop = world.shop();
    world.token = world.scheduler
                      .run(world.access.create(
                          world.admin(), "x", {"read"}, world.scheduler.now() + minutes{5}
                      ))
                      ->text.reveal();
    Listening lines(world, world.request_of("GET", logs_of(shop)));
    lines.heard(minutes{4});
    CHECK(!lines.ended());
    lines.heard(minutes{2});
    CHECK(lines.ended());
}

TEST_CASE("whoever hangs up leaves nothing running")
{
    ApiWorld world;
    const auto shop = world.shop();
    Listening lines(world, world.request_of("GET", logs_of(shop)));
    Listening changes(
        world, world.request_of("GET", "/api/v1/environments/" + shop.slug + "/events")
    );
    lines.heard();
    lines.hang_up();
    changes.hang_up();
    CHECK(lines.heard().size() == lines.heard(minutes{1}).size());
    CHECK(lines.ended());
    CHECK(changes.ended());
}

TEST_CASE("events are told in order, as a page and live, from where one stands")
{
    ApiWorld world;
    const auto shop = world.shop();
    const std::string path = "/api/v1/environments/" + shop.slug + "/events";
    const auto past = world.get(path).items();
    REQUIRE(past.size() >= 3);
    CHECK(past.front().find("event")->scalar_text() == "wanted");
    CHECK(past.front().find("actor")->scalar_text() == "test");
    for (std::size_t i = 0; i < past.size(); ++i)
        CHECK(past[i].find("sequence")->scalar_text() == fmt::format("{}", i + 1));
    CHECK(past.back().find("to")->scalar_text() == "ready");
    CHECK(world.get(path + "?after=1&limit=1").items().front() == past[1]);
    CHECK(world.get(path + "?limit=0").status == 400);
    CHECK(world.get(path + "?after=x").status == 400);
    CHECK(world.get(path + "?type=x").status == 400);

    Listening all(world, world.request_of("GET", path));
    Request resumed = world.request_of("GET", path);
    resumed.headers.set("Last-Event-ID", fmt::format("{}", past.size()));
    Listening fresh(world, std::move(resumed));
    CHECK(all.heard().size() == past.size());
    CHECK(fresh.heard().empty());
    world.remove("/api/v1/environments/" + shop.slug);
    world.settle(shop.id);
    const auto whole = world.get(path).items();
    const auto& heard = all.heard();
    REQUIRE(heard.size() == whole.size());
    for (std::size_t i = 0; i < whole.size(); ++i) {
        CHECK(parse_json(heard[i].data).value() == whole[i]);
        CHECK(heard[i].id == whole[i].find("sequence")->scalar_text());
        CHECK(heard[i].event == whole[i].find("event")->scalar_text());
    }
    CHECK(fresh.heard().size() == whole.size() - past.size());
}

TEST_CASE("a change is told within a tenth of a second")
{
    ApiWorld world;
    const auto shop = world.shop();
    const std::string path = "/api/v1/environments/" + shop.slug + "/events";
    Listening listening(world, world.request_of("GET", path));
    const auto before = listening.heard().size();
    world.remove("/api/v1/environments/" + shop.slug);
    CHECK(listening.heard(milliseconds{100}).size() > before);
}

TEST_CASE("more events than a reading takes are all told")
{
    ApiWorld world;
    const auto shop = world.shop();
    const auto work = [&](Tx& tx) -> Result<> {
        for (int i = 0; i < 250; ++i) {
            const auto added = event_log::add(
                tx,
                {.environment = shop.id,
                 .at = world.scheduler.now(),
                 .event = "noted",
                 .from = State::ready,
                 .to = State::ready}
            );
            if (!added) return added.error();
        }
        return ok();
    };
    REQUIRE(world.scheduler.run(world.store->transact(work)).has_value());
    Listening listening(
        world, world.request_of("GET", "/api/v1/environments/" + shop.slug + "/events")
    );
    const auto& heard = listening.heard();
    REQUIRE(heard.size() > 250);
    for (std::size_t i = 0; i < heard.size(); ++i)
        CHECK(heard[i].id == fmt::format("{}", i + 1));
}
