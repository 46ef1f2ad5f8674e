#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "cli/played_api.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using namespace diorama::cli;
using namespace diorama::cli::test;

TEST_CASE("ls shows every page of environments as a table")
{
    const PlayedApi api;
    const auto ended = Visitor(api).run({"ls"});
    CHECK(ended.code == exit_ok);
    CHECK(ended.err.empty());
    CHECK(
        ended.out ==
        "NAME       PROJECT  STATE  COMMIT   URL                               UPDATED\n"
        "shop-main  shop     ready  0123456  http://shop-main.localhost:8080/  1 d 2 h\n"
        "shop-main  shop     ready  0123456  http://shop-main.localhost:8080/  1 d 2 h\n"
    );
    REQUIRE(api.times("GET /api/v1/environments?") == 2);
    CHECK(api.asked()[1].what.find("after=cursor%202") != std::string::npos);
    CHECK(api.asked()[0].token == "Bearer dio_test");
}

TEST_CASE("ls in JSON, YAML and Markdown is the API's answer, or the chosen columns")
{
    const PlayedApi api;
    Visitor visitor(api);
    const auto json = parse_json(visitor.run({"ls", "-o", "json"}).out);
    REQUIRE(json.has_value());
    REQUIRE(json->list()->size() == 2);
    CHECK(field(json->list()->front(), "project.slug") == "shop");

    CHECK(visitor.run({"ls", "-o", "json", "--columns", "name,commit"}).out.starts_with("[\n  {\n")
    );
    CHECK(
        visitor.run({"ls", "-o", "yaml", "--columns", "name,commit"}).out ==
        "- name: shop-main\n  commit: \"0123456\"\n- name: shop-main\n  commit: \"0123456\"\n"
    );
    CHECK(
        visitor.run({"ls", "-o", "md", "--columns", "name,state"}).out ==
        "| NAME | STATE |\n| --- | --- |\n| shop-main | ready |\n| shop-main | ready |\n"
    );
    const auto wrong = visitor.run({"ls", "--columns", "nmae"});
    CHECK(wrong.code == exit_usage);
    CHECK(wrong.err == "diorama: there is no column 'nmae'\n  Did you mean name?\n");
}

TEST_CASE("ls hands its filters on, and finds a project by its name")
{
    const PlayedApi api;
    Visitor visitor(api);
    CHECK(
        visitor.run({"ls", "--all", "--state", "ready,failed", "--project", "acme/shop"}).code == 0
    );
    const auto asked = api.asked().at(1).what;
    CHECK(
        asked ==
        "GET /api/v1/environments?all=true&state=ready&state=failed&project=pro-1&limit=200"
    );
    const auto wrong = visitor.run({"ls", "--project", "shpo"});
    CHECK(wrong.code == exit_not_found);
    CHECK(wrong.err == "diorama: there is no project 'shpo'\n  Did you mean shop?\n");
}

TEST_CASE("ages are for people: of two units, and now for what just happened")
{
    const Instant now{hours{1000}};
    const auto row = [&](milliseconds ago) {
        return Node(Node::Map{
            {"at", format_instant(now - ago)}
        });
    };
    CHECK(age(row(minutes{63}), "at", now) == "1 h 3 min");
    CHECK(age(row(milliseconds{999}), "at", now) == "now");
    CHECK(age(row(-hours{1}), "at", now) == "now");
    CHECK(age(
              Node::Map{
                  {"at", "soon"}
    },
              "at",
              now
    )
              .empty());
    CHECK(age(Node::Map{}, "at", now).empty());
}

TEST_CASE("an empty list says how to begin, on stderr, and is an empty list to scripts")
{
    PlayedApi api;
    api.state = "none";
    Visitor visitor(api);
    const auto people = visitor.run({"ls"});
    CHECK(people.out.empty());
    CHECK(people.err == "There are no environments yet. Put one up: diorama up\n");
    const auto scripts = visitor.run({"ls", "-o", "json"});
    CHECK(scripts.out == "[]\n");
    CHECK(scripts.err.empty());
}

TEST_CASE("show tells all about one environment and its services")
{
    const PlayedApi api;
    const auto ended = Visitor(api).run({"show", "shop-main"});
    CHECK(ended.code == exit_ok);
    CHECK(ended.out.find("name        shop-main\n") != std::string::npos);
    CHECK(ended.out.find("app_port    8007\n") != std::string::npos);
    CHECK(ended.out.find("SERVICE  STATUS") != std::string::npos);
    CHECK(ended.out.find("worker   running  1") != std::string::npos);
}

TEST_CASE("open prints the address of the main service, or of the one that is named")
{
    const PlayedApi api;
    Visitor visitor(api);
    CHECK(visitor.run({"open", "shop-main"}).out == "http://shop-main.localhost:8080/\n");
    CHECK(
        visitor.run({"open", "shop-main", "api"}).out == "http://api-shop-main.localhost:8080/\n"
    );
    CHECK(
        visitor.run({"open", "shop-main", "ap"}).err ==
        "diorama: shop-main has no service ap\n  Did you mean api?\n"
    );
    const auto none = visitor.run({"open", "shop-main", "worker"});
    CHECK(none.code == exit_not_found);
    CHECK(none.out.empty());
}

TEST_CASE("an environment that is not there exits with 3 and says what to do")
{
    const PlayedApi api;
    const auto ended = Visitor(api).run({"show", "gone"});
    CHECK(ended.code == exit_not_found);
    CHECK(ended.out.empty());
    CHECK(
        ended.err == "diorama: there is no such environment\n  diorama ls shows those there are.\n"
    );
}

TEST_CASE("a token that is not known exits with 4 and says where it came from")
{
    const PlayedApi api;
    Visitor visitor(api);
    visitor.environment["DIORAMA_TOKEN"] = "wrong";
    const auto ended = visitor.run({"ls"});
    CHECK(ended.code == exit_denied);
    CHECK(ended.err == "diorama: nobody known asks\n  Check the token from DIORAMA_TOKEN.\n");
    CHECK(ended.err.find("wrong") == std::string::npos);
}

TEST_CASE("a daemon that is not there exits with 1 and says how to start one")
{
    Person person;
    // Nothing listens on the port of what just went.
    person.environment["DIORAMA_SERVER"] = PlayedApi().url();
    const auto ended = person.run({"ls"});
    CHECK(ended.code == exit_failed);
    CHECK(
        ended.err == "diorama: no Diorama answers at " + person.environment["DIORAMA_SERVER"] +
                         ": connection refused\n  Start one: diorama serve\n"
    );
}

TEST_CASE("another program at that address is not taken for a daemon")
{
    PlayedApi api;
    api.odd["GET /api/v1/environments"] = [] {
        return Response{.headers = {{"Content-Type", "text/html"}}, .body = "<h1>Hello</h1>"};
    };
    const auto ended = Visitor(api).run({"ls"});
    CHECK(ended.code == exit_failed);
    CHECK(ended.err.find("is no Diorama: HTTP 200") != std::string::npos);

    api.odd["GET /api/v1/environments"] = [] { return Response{.status = 502, .body = "{}"}; };
    CHECK(Visitor(api).run({"ls"}).err.find("is no Diorama: HTTP 502") != std::string::npos);
}

TEST_CASE("a policy's refusal exits with 6, an overloaded daemon with 1")
{
    PlayedApi api;
    api.odd["GET /api/v1/environments/shop-main"] = [] {
        return problem_answer(
            422, "refused", "images that run as root are refused here", "Add USER."
        );
    };
    const auto refused = Visitor(api).run({"show", "shop-main"});
    CHECK(refused.code == exit_refused);
    CHECK(refused.err == "diorama: images that run as root are refused here\n  Add USER.\n");
    api.odd["GET /api/v1/environments/shop-main"] = [] {
        return problem_answer(429, "too_many", "too many at once");
    };
    CHECK(Visitor(api).run({"show", "shop-main"}).code == exit_failed);
}

TEST_CASE("what strangers wrote cannot move the cursor, in tables, JSON or errors")
{
    PlayedApi api;
    api.state = "ready\x1b[2J\xE2\x80\xAE\xC2\x9B";
    Visitor visitor(api);
    visitor.terminal = true;
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"ls"},
             {"ls", "-o", "json"},
             {"ls", "-o", "yaml"},
             {"ls", "-o", "md"},
             {"show", "shop-main"}
    }) {
        const auto ended = visitor.run(words);
        CHECK(ended.code == exit_ok);
        CHECK(ended.out.find('\x1b') == std::string::npos);
        CHECK(ended.out.find("\xE2\x80\xAE") == std::string::npos);
        CHECK(ended.out.find("\xC2\x9B") == std::string::npos);
    }
    const auto json = parse_json(visitor.run({"ls", "-o", "json"}).out);
    CHECK(field(json->list()->front(), "state") == api.state);

    api.odd["GET /api/v1/environments/x"] = [] {
        return problem_answer(400, "invalid", "one\ntwo\x1b]0;owned\x07", "mend\r\x1b[A");
    };
    const auto ended = visitor.run({"show", "x"});
    CHECK(ended.err == "diorama: one\ntwo\\x1b]0;owned\\x07\n  mend\\r\\x1b[A\n");
}
