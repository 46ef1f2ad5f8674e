#include "cli/exit_code.hpp"
#include "cli/played_api.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using namespace diorama::cli;
using namespace diorama::cli::test;

namespace {

Response planned()
{
    return json_answer(
        200,
        Node::Map{
            {"items",
             Node::List{
                 Node::Map{{"what", "environment"}, {"name", "shop-pr-7"}, {"why", "idle for 2 d"}},
                 Node::Map{
                     {"what", "environment"},
                     {"name", "shop-pr-8\x1b[2J"},
                     {"why", "older than 7 d"},
                     {"held", true}
                 }
             }                                                       },
            {"unknown", Node::List{"what runs: the list was cut off"}}
    }
    );
}
Response nothing()
{
    return json_answer(
        200,
        Node::Map{
            {"items", Node::List{}}
    }
    );
}
Response debts()
{
    return json_answer(
        200,
        Node::Map{
            {"items",
             Node::List{Node::Map{
                 {"type", "volume"},
                 {"name", "shop-pr-7-data"},
                 {"owed_since", "2020-01-01T00:00:00.000Z"},
                 {"attempts", 12},
                 {"problem", "the volume is in use"}
             }}}
    }
    );
}

bool says(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("a dry run shows what would go, why, and what is held, and asks for nothing (H01)")
{
    PlayedApi api;
    api.odd["GET /api/v1/cleanup"] = planned;
    Visitor visitor(api);
    const auto ended = visitor.run({"cleanup", "--dry-run"});
    CHECK(ended.code == exit_ok);
    CHECK(says(ended.out, "idle for 2 d"));
    CHECK(says(ended.out, "older than 7 d"));
    CHECK(says(ended.out, "held"));
    CHECK_FALSE(says(ended.out, "\x1b"));
    CHECK(says(ended.err, "Left alone: what runs: the list was cut off"));
    CHECK(says(visitor.run({"cleanup", "--dry-run", "-o", "json"}).out, "\"shop-pr-7\""));
    CHECK(api.times("POST") == 0);
    api.odd["GET /api/v1/cleanup"] = nothing;
    CHECK(visitor.run({"cleanup", "--dry-run"}).err == "Nothing is to be taken away.\n");
}

TEST_CASE("a cleanup asks a person, and wants --yes from a script")
{
    PlayedApi api;
    api.odd["GET /api/v1/cleanup"] = planned;
    api.odd["POST /api/v1/cleanup"] = planned;
    Visitor visitor(api);
    CHECK(visitor.run({"cleanup"}).code == exit_usage);
    visitor.terminal = true;
    visitor.answers = {"n"};
    CHECK(visitor.run({"cleanup"}).err.ends_with("Take all of it away? [y/N] It stays.\n"));
    CHECK(api.times("POST") == 0);
    visitor.answers = {"y"};
    CHECK(visitor.run({"cleanup"}).code == exit_ok);
    CHECK(api.times("POST /api/v1/cleanup") == 1);
    visitor.terminal = false;
    CHECK(says(visitor.run({"cleanup", "--yes"}).out, "shop-pr-7"));
    CHECK(api.times("POST /api/v1/cleanup") == 2);
}

TEST_CASE("what could not be removed is listed with its age and its last error")
{
    PlayedApi api;
    api.odd["GET /api/v1/inventory"] = debts;
    Visitor visitor(api);
    const auto ended = visitor.run({"owed"});
    CHECK(says(ended.out, "shop-pr-7-data"));
    CHECK(says(ended.out, "the volume is in use"));
    CHECK(says(ended.out, " d"));
    CHECK(api.asked().back().what.starts_with("GET /api/v1/inventory?status=owed"));
    api.odd["GET /api/v1/inventory"] = nothing;
    CHECK(visitor.run({"owed"}).err == "Nothing is owed.\n");
}
