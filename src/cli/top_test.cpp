#include "base/text.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "cli/played_api.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using namespace diorama::cli;
using namespace diorama::cli::test;

namespace {

std::string ago(milliseconds time)
{
    return format_instant(
        std::chrono::floor<milliseconds>(std::chrono::system_clock::now()) - time
    );
}

Response capacity()
{
    constexpr std::int64_t mib = 1 << 20;
    const auto budget = [](Node used, Node most) {
        return Node::Map{
            {"used", std::move(used)},
            {"most", std::move(most)}
        };
    };
    return json_answer(
        200,
        Node::Map{
            {"limits",
             Node::Map{
                 {"environments", budget(2, 2)},
                 {"memory", budget(1024 * mib, 20480 * mib)},
                 {"cpus", budget(1.5, 8)},
                 {"at_limit", "sleep-oldest"}
             }},
            {"workers", budget(1, 8)},
            {"images", 7},
            {"disk", budget(12288 * mib, 40960 * mib)},
            {"queue",
             Node::List{
                 Node::Map{
                     {"slug", "shop-pr-8"},
                     {"position", 1},
                     {"expected_start_at", ago(-seconds{250})}
                 },
                 Node::Map{
                     {"slug", "shop-pr-9"},
                     {"position", 1},
                     {"waits", "2 of 2 environments are awake"}
                 }
             }},
            {"environments",
             Node::List{
                 Node::Map{
                     {"slug", "a-repository-with-a-rather-long-name-pr-1234"},
                     {"state", "ready"},
                     {"presence", "awake"},
                     {"pinned", true},
                     {"created_at", ago(std::chrono::days{3} + hours{5})},
                     {"last_used_at", ago(minutes{12})},
                     {"memory", 34 * mib},
                     {"cpu", 0.25}
                 },
                 Node::Map{
                     {"slug", "shop-pr-7"},
                     {"state", "asleep"},
                     {"presence", "frozen"},
                     {"pinned", false},
                     {"created_at", ago(hours{4})},
                     {"last_used_at", ago(hours{2} + minutes{1})}
                 }
             }}
    }
    );
}

Response newest()
{
    return json_answer(
        200,
        Node::Map{
            {"items", Node::List{Node::Map{{"id", "dep-1"}}}}
    }
    );
}

template <bool ended>
Response cancelled()
{
    return json_answer(
        200,
        Node::Map{
            {"id",     "dep-1"           },
            {"status", "failed"          },
            {"cause",  "cancelled by ann"},
            {"ended",  ended             }
    }
    );
}

}  // namespace

TEST_CASE("top shows the queue, what runs and what is left, in 80 columns (O01)")
{
    PlayedApi api;
    api.odd["GET /api/v1/capacity"] = capacity;
    const auto ended = Visitor(api).run({"top"});
    CHECK(ended.code == exit_ok);
    CHECK(
        ended.out ==
        "Awake 2 of 2   memory promised 1 GiB of 20 GiB   cores promised 1.5 of 8\n"
        "Workers 1 of 8   images 7   disk 12 GiB of 40 GiB   at a limit: sleep-oldest\n"
        "\n"
        "QUEUE  NAME       STARTS    WAITS FOR\n"
        "1      shop-pr-8  in 4 min  a worker\n"
        "1      shop-pr-9            a place: 2 of 2 environments are awake\n"
        "\n"
        "NAME                          STATE          AGE  USED    MEMORY  CPU\n"
        "a-repository-with-a-rather-…  ready*         3 d  12 min  34 MiB  0.25\n"
        "shop-pr-7                     asleep/frozen  4 h  2 h\n"
    );
    for (const std::string_view line : split(ended.out, '\n'))
        CHECK(line.size() <= 82);  // The ellipsis counts as three.
}

TEST_CASE("top in JSON is the API's answer")
{
    PlayedApi api;
    api.odd["GET /api/v1/capacity"] = capacity;
    const auto answer = parse_json(Visitor(api).run({"top", "-o", "json"}).out);
    REQUIRE(answer.has_value());
    CHECK(field(*answer, "limits.environments.most") == "2");
}

TEST_CASE("cancel says that nothing runs any more, or that it has not ended yet")
{
    PlayedApi api;
    api.odd["GET /api/v1/environments/shop-main/deployments"] = newest;
    api.odd["POST /api/v1/deployments/dep-1/cancel"] = cancelled<true>;
    Visitor visitor(api);
    const auto ended = visitor.run({"cancel", "shop-main"});
    CHECK(ended.err == "");
    CHECK(ended.code == exit_ok);
    CHECK(ended.out == "Cancelled, and nothing of it runs any more; shop-main serves nothing.\n");
    api.odd["POST /api/v1/deployments/dep-1/cancel"] = cancelled<false>;
    const auto later = visitor.run({"cancel", "shop-main"});
    CHECK(later.code == exit_failed);
    CHECK(later.out.starts_with("Cancelled, but it has not ended yet"));
}
