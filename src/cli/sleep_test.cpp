#include "cli/exit_code.hpp"
#include "cli/played_api.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using namespace diorama::cli;
using namespace diorama::cli::test;

namespace {

const std::string one = "/api/v1/environments/shop-main";

Response resting()
{
    return json_answer(
        202,
        Node::Map{
            {"slug",            "shop-main"               },
            {"state",           "ready"                   },
            {"presence",        "awake"                   },
            {"wanted_presence", "frozen"                  },
            {"pinned",          false                     },
            {"kept_until",      "2026-03-03T12:00:00.000Z"}
    }
    );
}

std::string body_of(const PlayedApi& api)
{
    return api.asked().back().body;
}

}  // namespace

TEST_CASE("sleep asks for a rung, frozen unless another is named")
{
    PlayedApi api;
    api.odd["POST " + one + "/sleep"] = resting;
    auto ended = Visitor(api).run({"sleep", "shop-main"});
    CHECK(ended.code == exit_ok);
    CHECK(ended.err == "✓ shop-main goes to sleep\n");
    CHECK(body_of(api) == R"({"to":"frozen"})");
    ended = Visitor(api).run({"sleep", "shop-main", "--to", "archived"});
    CHECK(body_of(api) == R"({"to":"archived"})");
    ended = Visitor(api).run({"sleep", "shop-main", "-o", "json", "--columns", "presence,pinned"});
    CHECK(ended.out.find(R"("presence")") != std::string::npos);
}

TEST_CASE("wake, pin, unpin and extend say what came of it")
{
    PlayedApi api;
    api.odd["POST " + one + "/wake"] = resting;
    api.odd["PUT " + one + "/pin"] = resting;
    api.odd["DELETE " + one + "/pin"] = resting;
    api.odd["POST " + one + "/extend"] = resting;
    CHECK(Visitor(api).run({"wake", "shop-main"}).err == "✓ shop-main is awake\n");
    CHECK(
        Visitor(api).run({"pin", "shop-main"}).err == "✓ shop-main is kept until it is unpinned\n"
    );
    CHECK(Visitor(api).run({"unpin", "shop-main"}).err == "✓ shop-main is not pinned\n");
    CHECK(
        Visitor(api).run({"extend", "shop-main", "2d"}).err ==
        "✓ shop-main may live until 2026-03-03T12:00:00.000Z\n"
    );
    CHECK(body_of(api) == R"({"by":"48h"})");
    CHECK(Visitor(api).run({"extend", "shop-main", "soon"}).code != exit_ok);
    CHECK(Visitor(api).run({"wake", "shop-mian"}).code == exit_not_found);
}
