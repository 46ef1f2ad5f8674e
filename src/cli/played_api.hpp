#pragma once

#include "base/instant.hpp"
#include "cli/test_world.hpp"
#include "net/sse.hpp"

#include <algorithm>
#include <mutex>

namespace diorama::cli::test {

/// The part of the API that the command line uses, played on a real server: one environment, whose
/// attempts end as the test says, with a log that is a list of lines.
class PlayedApi {
public:
    struct Asked {
        std::string what;  ///< "GET /path?query".
        std::string token;
        std::string prefer;
        std::string after;  ///< Last-Event-ID.
        std::string body;
    };

    // What the daemon answers; set before it is asked.
    std::string attempt = "success";            ///< How an attempt ends.
    std::atomic<bool> forgotten = false;        ///< It is not there any more.
    std::string state = "ready";                ///< Of the environment.
    std::string cause;                          ///< Why the attempt failed.
    Node::List lines;                           ///< The log.
    std::size_t late_lines = 0;                 ///< So many of the last only come by a stream.
    std::int64_t repeated_lines = 0;            ///< So many a stream shows once more.
    std::size_t lines_a_connection = 99;        ///< Then the stream breaks.
    int polls_before_end = 2;                   ///< An attempt, or a removal, is over at that look.
    std::map<std::string, Response (*)()> odd;  ///< "GET /path" with an answer of its own.

    std::string url() const { return daemon_.url(); }

    std::vector<Asked> asked() const
    {
        const std::scoped_lock lock(mutex_);
        return asked_;
    }
    std::size_t times(std::string_view what) const
    {
        const auto all = asked();
        return static_cast<std::size_t>(std::ranges::count_if(all, [&](const Asked& one) {
            return one.what.starts_with(what);
        }));
    }

    Node environment() const
    {
        const auto service = [](std::string_view name, std::string_view url) {
            Node node = Node::Map{
                {"name",     name      },
                {"status",   "running" },
                {"image",    "shop/x:1"},
                {"replicas", 1         }
            };
            if (!url.empty()) node.set("url", url);
            return node;
        };
        Node node = Node::Map{
            {"id",         "env-1"                                                            },
            {"slug",       "shop-main"                                                        },
            {"project",    Node::Map{{"id", "pro-1"}, {"slug", "shop"}, {"name", "acme/shop"}}},
            {"kind",       "branch"                                                           },
            {"key",        "main"                                                             },
            {"state",      state                                                              },
            {"generation", 3                                                                  },
            {"commit",     "0123456789abcdef0123456789abcdef01234567"                         },
            {"app_port",   8007                                                               },
            {"url",        "http://shop-main.localhost:8080/"                                 },
            {"services",
             Node::List{
                 service("api", "http://api-shop-main.localhost:8080/"),
                 service("web", "http://shop-main.localhost:8080/"),
                 service("worker", "")
             }                                                                                },
            {"updated_at", format_instant(now() - minutes{26 * 60 + 30})                      }
        };
        if (!cause.empty()) node.set("cause", cause);
        return node;
    }

    static Node line(int sequence, std::string_view service, std::string_view message)
    {
        return Node::Map{
            {"sequence", sequence},
            {"at", fmt::format("2026-03-01T12:00:{:02}.000Z", sequence % 60)},
            {"type", service.empty() ? "deploy" : "container"},
            {"service", service},
            {"message", message}
        };
    }

private:
    static Instant now()
    {
        return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
    }

    Task<Response> handle(Loop& loop, Request request)
    {
        note(request);
        const std::string what = request.method + " " + request.path;
        if (const auto found = odd.find(what); found != odd.end()) co_return found->second();
        if (request.headers.get("Authorization") != "Bearer dio_test")
            co_return problem_answer(401, "unauthorized", "nobody known asks");
        co_return answer(loop, request, what);
    }

    Response answer(Loop& loop, const Request& request, const std::string& what)
    {
        const std::string one = "/api/v1/environments/shop-main";
        if (forgotten) return problem_answer(404, "not_found", "it is not there");
        if (what == "POST /api/v1/environments" || what == "POST " + one + "/redeploy") {
            Response response = json_answer(202, environment());
            response.headers.set("Location", "/api/v1/deployments/dep-1");
            return response;
        }
        if (what == "GET /api/v1/environments") return listing(request);
        if (what == "GET /api/v1/projects")
            return json_answer(
                200,
                Node::Map{
                    {"items", Node::List{*environment().find("project")}}
            }
            );
        if (what == "GET /api/v1/deployments/dep-1") return deployment();
        if (what == "DELETE " + one) return json_answer(202, environment());
        if (what == "GET " + one || what == "GET /api/v1/environments/env-1") {
            if (times("DELETE") > 0 && polls_before_end-- <= 0) state = "destroyed";
            return json_answer(200, environment());
        }
        if (what == "GET " + one + "/logs" || what == "GET /api/v1/environments/env-1/logs")
            return request.headers.lists("Accept", "text/event-stream") ? stream(loop, request)
                                                                        : page(request);
        if (what.ends_with("/why"))
            return json_answer(
                200,
                Node::Map{
                    {"verdict",     state == "ready" ? "stale" : "failed"},
                    {"reason",      cause                                },
                    {"mend",        "diorama logs shop-main"             },
                    {"environment", "shop-main"                          },
                    {"state",       state                                },
                    {"last_lines",  lines                                }
            }
            );
        return problem_answer(
            404, "not_found", "there is no such environment", "diorama ls shows those there are."
        );
    }

    void note(const Request& request)
    {
        const std::scoped_lock lock(mutex_);
        asked_.push_back(
            {.what = request.method + " " + request.target,
             .token = std::string(request.headers.get("Authorization")),
             .prefer = std::string(request.headers.get("Prefer")),
             .after = std::string(request.headers.get("Last-Event-ID")),
             .body = request.body}
        );
    }

    /// Two pages, so that cursors are followed.
    Response listing(const Request& request)
    {
        if (state == "none")
            return json_answer(
                200,
                Node::Map{
                    {"items", Node::List{}}
            }
            );
        Node node = Node::Map{
            {"items", Node::List{environment()}}
        };
        if (!request.query_value("after")) node.set("next", "cursor 2");
        return json_answer(200, node);
    }

    Response deployment()
    {
        const bool over = polls_before_end-- <= 0;
        return json_answer(
            200,
            Node::Map{
                {"id",     "dep-1"                       },
                {"status", over ? attempt : "in_progress"},
                {"cause",  cause                         }
        }
        );
    }

    Response page(const Request& request)
    {
        const auto number = [&](std::string_view name, std::int64_t otherwise) {
            const auto text = request.query_value(name);
            return text ? std::stoll(std::string(*text)) : otherwise;
        };
        const auto before = number("before", 1'000'000);
        Node::List found;
        for (const Node& one : std::span(lines).first(lines.size() - late_lines))
            if (*one.find("sequence")->integer() < before) found.push_back(one);
        const auto limit =
            static_cast<std::size_t>(std::min<std::int64_t>(number("limit", 200), 3));
        if (found.size() > limit)
            found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(limit));
        return json_answer(
            200,
            Node::Map{
                {"items", std::move(found)}
        }
        );
    }

    Response stream(Loop& loop, const Request& request)
    {
        const auto after = std::stoll("0" + std::string(request.headers.get("Last-Event-ID")));
        return event_stream(loop, [this, after, &loop](EventSink& sink) {
            return send_lines(loop, after, sink);
        });
    }
    Task<> send_lines(Loop& loop, std::int64_t after, EventSink& sink)
    {
        std::size_t sent = 0;
        for (const Node& one : lines) {
            const auto sequence = *one.find("sequence")->integer();
            if (sequence <= after - repeated_lines) continue;
            if (sent++ == lines_a_connection) co_return;
            const bool taken = co_await sink.send(
                {.id = fmt::format("{}", sequence), .event = "line", .data = write_json(one)}
            );
            if (!taken) co_return;
        }
        co_await sleep(loop, hours{1}, sink.stop());
    }

    mutable std::mutex mutex_;
    std::vector<Asked> asked_;
    PlayedDaemon daemon_{[this](Loop& loop, Request request) {
        return handle(loop, std::move(request));
    }};
};

/// Somebody who speaks to that daemon.
struct Visitor : Person {
    explicit Visitor(const PlayedApi& api) { environment["DIORAMA_SERVER"] = api.url(); }
};

}  // namespace diorama::cli::test
