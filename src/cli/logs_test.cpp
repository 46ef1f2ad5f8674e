#include "base/text.hpp"
#include "cli/exit_code.hpp"
#include "cli/log_lines.hpp"
#include "cli/played_api.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using namespace diorama::cli;
using namespace diorama::cli::test;

namespace {

void write_log(PlayedApi& api, int count)
{
    for (int i = 1; i <= count; ++i)
        api.lines.push_back(PlayedApi::line(i, i % 2 ? "web" : "api", fmt::format("line {}", i)));
}

}  // namespace

TEST_CASE("logs shows the newest lines in their order, however many pages they take")
{
    PlayedApi api;
    write_log(api, 8);
    Visitor visitor(api);
    CHECK(
        visitor.run({"logs", "shop-main", "--tail", "4"}).out ==
        "web | line 5\napi | line 6\nweb | line 7\napi | line 8\n"
    );
    CHECK(split(visitor.run({"logs", "shop-main", "--tail", "all"}).out, '\n').size() == 9);
    CHECK(split(visitor.run({"logs", "shop-main"}).out, '\n').size() == 9);
    CHECK(visitor.run({"logs", "shop-main", "--tail", "0"}).out.empty());
    CHECK(visitor.run({"logs", "gone"}).code == exit_not_found);
}

TEST_CASE("logs keeps to the services, the types and the time that were asked for")
{
    PlayedApi api;
    write_log(api, 6);
    api.lines.push_back(PlayedApi::line(7, "", "switching the route"));
    Visitor visitor(api);
    CHECK(
        visitor.run({"logs", "shop-main", "api"}).out ==
        "api | line 2\napi | line 4\napi | line 6\n"
    );
    CHECK(api.asked().front().what.find("service=api") != std::string::npos);
    CHECK(split(visitor.run({"logs", "shop-main", "api", "web"}).out, '\n').size() == 7);
    CHECK(
        visitor.run({"logs", "shop-main", "--type", "build,deploy", "-t"}).out ==
        "2026-03-01T12:00:07.000Z deploy | switching the route\n"
    );
    CHECK(api.asked().back().what.find("type=build&type=deploy") != std::string::npos);
    CHECK(
        visitor.run({"logs", "shop-main", "--since", "2026-03-01T12:00:06Z"}).out ==
        "api | line 6\ndeploy | switching the route\n"
    );
}

TEST_CASE("logs of a service that is not there names the nearest, or those there are")
{
    PlayedApi api;
    write_log(api, 2);
    Visitor visitor(api);
    const auto near = visitor.run({"logs", "shop-main", "wrker", "--follow"});
    CHECK(near.code == exit_not_found);
    CHECK(near.err == "diorama: shop-main has no service wrker\n  Did you mean worker?\n");
    const auto none = visitor.run({"logs", "shop-main", "postgres"});
    CHECK(none.err == "diorama: shop-main has no service postgres\n  It has api, web, worker.\n");
    // One that is there and said nothing is no mistake.
    CHECK(visitor.run({"logs", "shop-main", "worker"}).code == exit_ok);
}

TEST_CASE("logs in JSON is an object a line, in YAML and Markdown one list")
{
    PlayedApi api;
    write_log(api, 2);
    Visitor visitor(api);
    const auto ended = visitor.run({"logs", "shop-main", "-o", "json"});
    const auto lines = split(trim(ended.out), '\n');
    REQUIRE(lines.size() == 2);
    CHECK(field(*parse_json(lines[1]), "message") == "line 2");
    CHECK(
        visitor.run({"logs", "shop-main", "-o", "md", "--columns", "service,message"}).out ==
        "| SERVICE | MESSAGE |\n| --- | --- |\n| web | line 1 |\n| api | line 2 |\n"
    );
}

TEST_CASE("G05 a followed log goes on where the connection broke, no line lost or shown twice")
{
    PlayedApi api;
    write_log(api, 9);
    api.late_lines = 4;
    api.repeated_lines = 1;
    api.lines_a_connection = 3;
    Visitor visitor(api);
    int seen = 0;
    visitor.on_out = [&seen](std::string_view) { return ++seen < 7; };
    const auto ended = visitor.run({"logs", "shop-main", "--follow", "--tail", "3"});
    CHECK(ended.code == exit_ok);
    CHECK(
        ended.out == "web | line 3\napi | line 4\nweb | line 5\napi | line 6\nweb | line 7\n"
                     "api | line 8\nweb | line 9\n"
    );
}

TEST_CASE("who follows a log learns that the connection is gone, once, on stderr")
{
    PlayedApi api;
    write_log(api, 5);
    api.lines_a_connection = 2;
    Visitor visitor(api);
    int seen = 0;
    visitor.on_out = [&seen](std::string_view) { return ++seen < 5; };
    const auto ended = visitor.run({"logs", "shop-main", "--follow", "--tail", "0"});
    CHECK(ended.code == exit_ok);
    CHECK(ended.out == "web | line 1\napi | line 2\nweb | line 3\napi | line 4\nweb | line 5\n");
    CHECK(ended.err.starts_with("diorama: the connection is gone; trying again\n"));
    std::vector<std::string> resumed;
    for (const auto& asked : api.asked())
        if (!asked.after.empty()) resumed.push_back(asked.after);
    CHECK(resumed == std::vector<std::string>{"0", "2", "4"});
}

TEST_CASE("following ends by itself when the environment is gone")
{
    PlayedApi api;
    write_log(api, 3);
    api.lines_a_connection = 1;
    api.state = "destroyed";
    const auto ended = Visitor(api).run({"logs", "shop-main", "--follow", "--tail", "0"});
    CHECK(ended.code == exit_ok);
    CHECK(ended.out == "web | line 1\n");
}

TEST_CASE("following a log whose environment is not there any more ends with the reason")
{
    PlayedApi api;
    write_log(api, 3);
    api.lines_a_connection = 1;
    Visitor visitor(api);
    visitor.on_out = [&](std::string_view) { return api.forgotten = true; };
    const auto ended = visitor.run({"logs", "shop-main", "--follow", "--tail", "0"});
    CHECK(ended.code == exit_not_found);
    CHECK(ended.out == "web | line 1\n");
}

TEST_CASE("a log that nobody reads any more is not followed")
{
    PlayedApi api;
    write_log(api, 3);
    Visitor visitor(api);
    visitor.on_out = [](std::string_view) { return false; };
    CHECK(visitor.run({"logs", "shop-main", "--follow"}).out == "web | line 1\n");
}

TEST_CASE("an app's colours reach a terminal and nothing else, its other controls nobody")
{
    const Node line = PlayedApi::line(
        1, "web", "\x1b[31mred\x1b[0m \x1b[2J\x1b[31;\x1b]0;t\x07\ttab\r\xE2\x80\xAEx\xFF"
    );
    CHECK(
        format_log_line(line, {}) ==
        "web | red \\x1b[2J\\x1b[31;\\x1b]0;t\\x07\ttab\\r\\u{202e}x\\xff"
    );
    const auto coloured = format_log_line(line, {.colours = true});
    CHECK(coloured.find("\x1b[31mred\x1b[0m \\x1b[2J") != std::string::npos);
    CHECK(coloured.ends_with("x\\xff\x1b[0m"));

    PlayedApi api;
    api.lines.push_back(line);
    Visitor visitor(api);
    visitor.terminal = true;
    CHECK(visitor.run({"logs", "shop-main"}).out.find("\x1b[31mred") != std::string::npos);
    visitor.environment["NO_COLOR"] = "1";
    CHECK(visitor.run({"logs", "shop-main"}).out.find('\x1b') == std::string::npos);
}
