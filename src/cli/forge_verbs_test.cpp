#include "cli/exit_code.hpp"
#include "cli/played_api.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using namespace diorama::cli;
using namespace diorama::cli::test;

namespace {

Node delivery()
{
    return Node::Map{
        {"id",           "del-1"                                      },
        {"forge",        "github"                                     },
        {"event",        "pull_request"                               },
        {"action",       "opened"                                     },
        {"repository",   "acme/shop"                                  },
        {"pull_request", 7                                            },
        {"sender",       "eve\x1b[2J"                                 },
        {"verdict",      "acted"                                      },
        {"reason",       "deploys commit 1a2b3c4"                     },
        {"replayed_by",  "token ci"                                   },
        {"headers",      Node::Map{{"X-GitHub-Event", "pull_request"}}},
        {"body",         "{\"title\": \"\\u001b]0;x\", \"number\": 7}"}
    };
}

Response items(Node::List list)
{
    return json_answer(
        200,
        Node::Map{
            {"items", std::move(list)}
    }
    );
}

Response one_delivery()
{
    return json_answer(200, delivery());
}
Response deliveries()
{
    return items({delivery()});
}
Response replayed()
{
    return json_answer(
        202,
        Node::Map{
            {"id",      "del-2"  },
            {"verdict", "waiting"}
    }
    );
}
Response approvals()
{
    return items({
        Node::Map{
                  {"project", Node::Map{{"name", "acme/shop"}}},
                  {"number", 7},
                  {"author", "eve"},
                  {"title", "Sell hats"},
                  {"commit", std::string(40, 'a')},
                  {"command", "diorama approve shop-pr-7 aaaaaaa"}
        }
    });
}
/// The first of two pages, which are the same but for the cursor.
Response approvals_in_pages()
{
    auto answer = approvals();
    auto page = *parse_json(answer.body);
    page.set("next", "pro-1.7");
    answer.body = write_json(page);
    return answer;
}
Response none()
{
    return items({});
}
Response approved()
{
    return json_answer(
        202,
        Node::Map{
            {"slug", "shop-pr-7"}
    }
    );
}
Response too_old()
{
    return problem_answer(409, "conflict", "bbbbbbb is not its newest commit", "Look at aaaaaaa.");
}
Response held_brake()
{
    return json_answer(
        200,
        Node::Map{
            {"holds",  true                         },
            {"reason", "the forge lists 9 no longer"},
            {"held",
             Node::List{
                 Node::Map{{"what", "acme/shop#7"}, {"why", "its forge lists it no longer"}},
                 Node::Map{{"what", "shop-main"}, {"why", "older than 7 min"}}
             }                                      }
    }
    );
}
Response free_brake()
{
    return json_answer(
        200,
        Node::Map{
            {"holds", false}
    }
    );
}
Response released()
{
    return json_answer(
        202,
        Node::Map{
            {"released", 9},
            {"ended",    2}
    }
    );
}
Response filtered()
{
    return json_answer(
        200,
        Node::Map{
            {"verdict", "filtered"     },
            {"reason",  "it is a draft"},
            {"mend",    ""             }
    }
    );
}

bool says(const std::string& text, std::string_view part)
{
    INFO(text);
    return text.contains(part);
}

}  // namespace

TEST_CASE("webhooks are listed with what became of them, and by filter (B07)")
{
    PlayedApi api;
    api.odd["GET /api/v1/deliveries"] = deliveries;
    Visitor visitor(api);
    const auto ended = visitor.run(
        {"deliveries", "ls", "--verdict", "acted", "--repository", "acme/shop", "--pr", "7"}
    );
    CHECK(ended.code == exit_ok);
    CHECK(says(ended.out, "pull_request.opened"));
    CHECK(says(ended.out, "acme/shop#7"));
    CHECK(says(ended.out, "deploys commit 1a2b3c4"));
    CHECK(!says(ended.out, "\x1b"));
    CHECK(
        api.asked().back().what ==
        "GET /api/v1/deliveries?verdict=acted&repository=acme%2Fshop&pull_request=7&limit=200"
    );
    api.odd["GET /api/v1/deliveries"] = none;
    CHECK(says(visitor.run({"deliveries", "ls"}).err, "github.webhook_secret"));
}

TEST_CASE("a webhook is shown as it came, harmless for a terminal (SEC-61)")
{
    PlayedApi api;
    api.odd["GET /api/v1/deliveries/del-1"] = one_delivery;
    Visitor visitor(api);
    const auto ended = visitor.run({"deliveries", "show", "del-1"});
    CHECK(ended.code == exit_ok);
    CHECK(says(ended.out, "X-GitHub-Event: pull_request"));
    CHECK(says(ended.out, "\"number\": 7"));
    CHECK(says(ended.out, "token ci"));
    CHECK(!says(ended.out, "\x1b"));
    const auto json = parse_json(visitor.run({"deliveries", "show", "del-1", "-o", "json"}).out);
    CHECK(*json->find("id")->string() == "del-1");
}

TEST_CASE("a webhook is taken in again, as a delivery of its own")
{
    PlayedApi api;
    api.odd["POST /api/v1/deliveries/del-1/replay"] = replayed;
    Visitor visitor(api);
    const auto ended = visitor.run({"deliveries", "replay", "del-1"});
    CHECK(ended.code == exit_ok);
    CHECK(says(ended.out, "del-2"));
    CHECK(says(ended.out, "waiting"));
}

TEST_CASE("what waits for an approval is listed with the command that approves it (SEC-25)")
{
    PlayedApi api;
    api.odd["GET /api/v1/approvals"] = approvals;
    Visitor visitor(api);
    const auto ended = visitor.run({"approvals"});
    CHECK(says(ended.out, "acme/shop#7"));
    CHECK(says(ended.out, "diorama approve shop-pr-7 aaaaaaa"));
    CHECK(api.times("GET /api/v1/approvals?") == 1);
    // A list that goes on is followed, and one that goes in circles is left.
    api.odd["GET /api/v1/approvals"] = approvals_in_pages;
    CHECK(visitor.run({"approvals"}).code == exit_ok);
    CHECK(api.asked().back().what == "GET /api/v1/approvals?limit=200&after=pro-1.7");
    CHECK(api.times("GET /api/v1/approvals?") == 3);
    api.odd["GET /api/v1/approvals"] = none;
    CHECK(says(visitor.run({"approvals"}).err, "No commit waits"));
}

TEST_CASE("exactly the named commit is approved (SEC-25)")
{
    PlayedApi api;
    api.odd["POST /api/v1/environments/shop-pr-7/approve"] = approved;
    Visitor visitor(api);
    const auto ended = visitor.run({"approve", "shop-pr-7", "aaaaaaa"});
    CHECK(ended.code == exit_ok);
    CHECK(says(ended.err, "commit aaaaaaa of shop-pr-7 may run"));
    CHECK(api.asked().back().body == R"({"commit":"aaaaaaa"})");
    api.odd["POST /api/v1/environments/shop-pr-7/approve"] = too_old;
    const auto refused = visitor.run({"approve", "shop-pr-7", "bbbbbbb"});
    CHECK(refused.code != exit_ok);
    CHECK(says(refused.err, "Look at aaaaaaa."));
    CHECK(visitor.run({"approve", "shop-pr-7"}).code == exit_usage);
}

TEST_CASE("the brake says what it holds, and lets go when told (SEC-70)")
{
    PlayedApi api;
    api.odd["GET /api/v1/brake"] = held_brake;
    api.odd["POST /api/v1/brake"] = released;
    Visitor visitor(api);
    const auto held = visitor.run({"brake"});
    CHECK(says(held.out, "the forge lists 9 no longer"));
    CHECK(says(held.out, "acme/shop#7: its forge lists it no longer"));
    CHECK(says(held.out, "shop-main: older than 7 min"));
    const auto let_go = visitor.run({"brake", "release"});
    CHECK(says(let_go.err, "released: 9 pull requests"));
    CHECK(says(let_go.err, "2 environments are taken down"));
    CHECK(api.asked().back().what == "POST /api/v1/brake");
    api.odd["GET /api/v1/brake"] = free_brake;
    CHECK(visitor.run({"brake"}).out == "It holds nothing back.\n");
    CHECK(says(visitor.run({"brake", "-o", "json"}).out, "\"holds\": false"));
}

TEST_CASE("why answers for a pull request that has no environment")
{
    PlayedApi api;
    api.odd["GET /api/v1/projects/pro-1/pull-requests/7/why"] = filtered;
    Visitor visitor(api);
    const auto ended = visitor.run({"why", "acme/shop#7"});
    CHECK(ended.code == exit_ok);
    CHECK(ended.out == "acme/shop#7 is filtered: it is a draft\n");
    CHECK(visitor.run({"why", "acme/shopp#7"}).code == exit_not_found);
}
