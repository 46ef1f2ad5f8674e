#include "forge/forge_api_world.hpp"
#include "forge/github/github.hpp"
#include "net/http1.hpp"

using namespace diorama;
using namespace diorama::test;

namespace {

/// GitHub without a network, on a clock that jumps: what it answers is scripted or played.
struct Script {
    FakeScheduler scheduler;
    FakeForgeApi state{scheduler};
    PlayedGitHub played{state};
    SeededRandom random{1};
    std::vector<Instant> times;  ///< Of everything asked.
    std::unique_ptr<GitHub> github =
        GitHub::over(
            scheduler,
            random,
            [this](Request request, std::stop_token) { return send(std::move(request)); },
            {.token = Secret("t0ken")}
        )
            .value();

    Script()
    {
        played.base = "https://api.github.com";
        played.former = {
            {shop.name, shop.id}
        };
        state.add(shop).pull_requests[7] = request(7);
    }
    template <class T>
    T run(Task<T> task)
    {
        return scheduler.run(std::move(task));
    }
    Result<PullRequest> ask() { return run(github->pull_request(shop, 7, {})); }
    /// The next `count` questions get that answer.
    void answer(std::size_t count, int status, Headers headers = {}, std::string message = "no")
    {
        const auto until = played.asked.size() + count;
        played.instead = [=, this](const Request&) -> std::optional<Response> {
            if (played.asked.size() > until) return std::nullopt;
            auto response = PlayedGitHub::problem(status, message);
            for (const auto& [name, value] : headers)
                response.headers.set(name, value);
            return response;
        };
    }
    std::size_t asked() const { return played.asked.size(); }

private:
    Task<Result<Response>> send(Request request)
    {
        REQUIRE(http1::read_target(request));
        times.push_back(scheduler.now());
        co_return played.answer(request);
    }
};

std::string in_seconds(Instant at)
{
    return std::to_string(at.time_since_epoch() / seconds{1});
}

}  // namespace

TEST_CASE("SEC-50 the API is spoken to over https, or over http on this machine")
{
    using github::ApiBase;
    const auto base = ApiBase::parse("https://api.github.com").value();
    CHECK(base.host == "api.github.com");
    CHECK(base.prefix.empty());
    const auto enterprise = ApiBase::parse("https://git.example.org:8443/api/v3/").value();
    CHECK(enterprise.host == "git.example.org:8443");
    CHECK(enterprise.prefix == "/api/v3");
    CHECK(ApiBase::parse("http://127.0.0.1:7000")->host == "127.0.0.1:7000");
    CHECK(ApiBase::parse("http://[::1]:7000")->host == "[::1]:7000");
    CHECK(ApiBase::parse("http://localhost").has_value());
    for (const auto* wrong :
         {"http://api.github.com",
          "http://127.0.0.1.evil.example",
          "http://169.254.169.254",
          "api.github.com",
          "",
          "unix:///x",
          "tcp://127.0.0.1:1",
          "https://user@api.github.com",
          "https://api.github.com/?a=b",
          "https://api.github.com/#x",
          "https://api.github.com//evil"})
        CHECK_MESSAGE(ApiBase::parse(wrong).has_error(), wrong);
}

TEST_CASE("SEC-50 redirects and pages are followed within the API, never elsewhere")
{
    const auto base = github::ApiBase::parse("https://api.github.com").value();
    CHECK(
        base.target_of("https://api.github.com/repositories/42?a=b").value() ==
        "/repositories/42?a=b"
    );
    CHECK(base.target_of("https://api.github.com:443/user").value() == "/user");
    CHECK(base.target_of("/user").value() == "/user");
    for (const auto* wrong :
         {"https://evil.example/user",
          "http://api.github.com/user",
          "https://api.github.com:444/user",
          "//evil.example/user",
          "https://api.github.com",
          "https://api.github.com/a b",
          "user",
          ""})
        CHECK_MESSAGE(base.target_of(wrong).has_error(), wrong);

    Script script;
    script.answer(
        1,
        301,
        {
            {"Location", "https://evil.example/repos/owner/shop/pulls/7"}
    }
    );
    CHECK(script.ask().error().code == Code::refused);
    CHECK(script.asked() == 1);

    script.answer(
        100,
        301,
        {
            {"Location", "/repos/owner/shop/pulls/7"}
    }
    );
    CHECK(script.ask().error().message.contains("in circles"));
}

TEST_CASE("every question carries the API's version, who asks, and the token")
{
    Script script;
    CHECK(script.ask().has_value());
    const auto& headers = script.played.asked.at(0).headers;
    CHECK(headers.get("Host") == "api.github.com");
    CHECK(headers.get("User-Agent") == "diorama");
    CHECK(headers.get("Accept") == "application/vnd.github+json");
    CHECK(headers.get("X-GitHub-Api-Version") == "2022-11-28");
    CHECK(headers.get("Authorization") == "Bearer t0ken");
}

TEST_CASE("B17 what fails for a moment is tried three times, each pause longer than the last")
{
    Script script;
    script.answer(2, 502);
    CHECK(script.ask().has_value());
    REQUIRE(script.times.size() == 3);
    const auto first = script.times[1] - script.times[0];
    const auto second = script.times[2] - script.times[1];
    CHECK(first >= seconds{1});
    CHECK(second >= seconds{2});
    CHECK(second <= seconds{3});

    script.answer(100, 500);
    const auto before = script.asked();
    CHECK(script.ask().error().code == Code::unavailable);
    CHECK(script.asked() - before == 3);
}

TEST_CASE("a comment is never made twice by trying again, but is edited as often as needed")
{
    Script script;
    script.answer(100, 504);
    CHECK(script.run(script.github->create_comment(shop, 7, "x", {})).has_error());
    CHECK(script.asked() == 1);
    CHECK(script.run(script.github->edit_comment(shop, "1", "x", {})).has_error());
    CHECK(script.asked() == 4);
}

TEST_CASE("user errors are not tried again, and name the permission that is missing")
{
    Script script;
    const auto failed = [&](int status, std::string message = "no") {
        script.answer(1, status, {}, std::move(message));
        const auto before = script.asked();
        const auto error = script.run(script.github->create_comment(shop, 7, "x", {})).error();
        CHECK(script.asked() - before == 1);
        return error;
    };
    CHECK(failed(401).code == Code::unauthorized);
    CHECK(failed(401).mend.contains("Replace the token"));
    CHECK(failed(403).code == Code::forbidden);
    CHECK(failed(403).mend.contains("'Pull requests: write'"));
    CHECK(
        failed(403, "Unable to create comment because issue is locked.").mend ==
        "Unlock the conversation of the pull request."
    );
    CHECK(failed(404).code == Code::not_found);
    CHECK(failed(404).mend.contains("'Pull requests: write'"));
    CHECK(failed(409).code == Code::conflict);
    CHECK(failed(410).code == Code::not_found);
    CHECK(failed(422).code == Code::invalid);
    CHECK(
        failed(422).message == "GitHub answered 422 to POST /repos/owner/shop/issues/7/comments: no"
    );
}

TEST_CASE("SEC-60 no error holds the token, even when a proxy echoes it")
{
    Script script;
    for (const int status : {400, 401, 403, 404, 422, 500}) {
        script.answer(3, status, {}, "you sent Bearer t0ken");
        const auto error = script.ask().error();
        CHECK_FALSE(error.text().contains("t0ken"));
    }
}

TEST_CASE("B17 each form of a rate limit is understood")
{
    const Instant now{std::chrono::days{20000}};
    const auto until = [now](int status, Headers headers, std::string body = "{}") {
        return github::quiet_until(
            {.status = status, .headers = std::move(headers), .body = body}, now
        );
    };
    const auto reset = in_seconds(now + minutes{30});
    CHECK(
        until(
            403,
            {
                {"Retry-After", "90"}
    }
        ) == now + seconds{90}
    );
    CHECK(
        until(
            429,
            {
                {"Retry-After", "90"}
    }
        ) == now + seconds{90}
    );
    CHECK(
        until(
            403,
            {
                {"X-RateLimit-Remaining", "0"  },
                {"X-RateLimit-Reset",     reset}
    }
        ) == now + minutes{30}
    );
    CHECK(
        until(
            429,
            {
                {"X-RateLimit-Remaining", "0"  },
                {"X-RateLimit-Reset",     reset}
    }
        ) == now + minutes{30}
    );
    CHECK(
        until(
            200,
            {
                {"X-RateLimit-Remaining", "0"  },
                {"X-RateLimit-Reset",     reset}
    }
        ) == now + minutes{30}
    );
    CHECK(until(429, {}) == now + minutes{1});
    CHECK(
        until(403, {}, R"({"message":"You have exceeded a secondary rate limit."})") ==
        now + minutes{1}
    );

    CHECK(until(403, {}, R"({"message":"Resource not accessible"})") == std::nullopt);
    CHECK(
        until(
            403,
            {
                {"X-RateLimit-Remaining", "10" },
                {"X-RateLimit-Reset",     reset}
    }
        ) == std::nullopt
    );
    CHECK(until(200, {}) == std::nullopt);
    CHECK(
        until(
            503,
            {
                {"Retry-After", "90"}
    }
        ) == std::nullopt
    );

    // What is far off, past or no number.
    CHECK(
        until(
            403,
            {
                {"Retry-After", "99999999999"}
    }
        ) == now + hours{2}
    );
    CHECK(
        until(
            429,
            {
                {"Retry-After", "soon"}
    }
        ) == now + minutes{1}
    );
    CHECK(
        until(
            403,
            {
                {"X-RateLimit-Remaining", "0"},
                {"X-RateLimit-Reset",     "1"}
    }
        ) == now + seconds{1}
    );
    CHECK(
        until(
            403,
            {
                {"X-RateLimit-Remaining", "0"                  },
                {"X-RateLimit-Reset",     "9223372036854775807"}
    }
        ) == now + hours{2}
    );
}

TEST_CASE("B17 nothing is asked until the rate limit's end, then all goes on")
{
    Script script;
    const auto end = script.scheduler.now() + minutes{10};
    script.answer(
        1,
        403,
        {
            {"X-RateLimit-Remaining", "0"            },
            {"X-RateLimit-Reset",     in_seconds(end)}
    }
    );
    const auto error = script.ask().error();
    CHECK(error.code == Code::too_many);
    CHECK(error.message.contains("2024-10-04T00:10:00.000Z"));
    CHECK(script.github->rate_limited_until() == end);
    CHECK(script.asked() == 1);

    CHECK(script.ask().error().code == Code::too_many);
    CHECK(script.run(script.github->set_status(shop, commit('a'), {}, {})).has_error());
    CHECK(script.asked() == 1);

    script.scheduler.run_until(end);
    CHECK(script.github->rate_limited_until() == std::nullopt);
    CHECK(script.ask().has_value());
}

TEST_CASE("B17 the last answer before the limit counts, and no question is wasted after it")
{
    Script script;
    const auto end = script.scheduler.now() + minutes{10};
    script.played.instead = [&](const Request&) -> std::optional<Response> {
        auto response = PlayedGitHub::json(
            200,
            Node::Map{
                {"id",        42          },
                {"full_name", "owner/shop"}
        }
        );
        response.headers.set("X-RateLimit-Remaining", "0");
        response.headers.set("X-RateLimit-Reset", in_seconds(end));
        return response;
    };
    CHECK(script.run(script.github->repository(shop, {})).value() == shop);
    CHECK(script.ask().error().code == Code::too_many);
    CHECK(script.asked() == 1);
}

TEST_CASE("B17 no minute holds more than 75 writes, however many there are to tell")
{
    Script script;
    for (int i = 0; i < 300; ++i)
        CHECK(script.run(script.github->set_status(shop, commit('a'), {}, {})).has_value());
    REQUIRE(script.times.size() == 300);
    for (std::size_t i = 75; i < script.times.size(); ++i)
        CHECK(script.times[i] - script.times[i - 75] >= minutes{1});
    CHECK(script.times.back() - script.times.front() < minutes{4});

    // Reading goes on beside it.
    const auto before = script.scheduler.now();
    CHECK(script.ask().has_value());
    CHECK(script.scheduler.now() == before);
}

TEST_CASE("SEC-70 a list that breaks off in the middle is an error, never a short list")
{
    Script script;
    auto& known = script.state.at(shop.id);
    for (std::int64_t number = 1; number <= 250; ++number)
        known.pull_requests[number] = request(number);
    const auto broken = [&](Response response) {
        script.played.instead = [text = std::move(response.body),
                                 status = response.status,
                                 fields = response.headers](const Request& asked
                                ) -> std::optional<Response> {
            if (asked.query_value("page") != "2") return std::nullopt;
            return Response{.status = status, .headers = fields, .body = text};
        };
        const auto open = script.run(script.github->open_pull_requests(shop, "", {}));
        return open ? Code::none : open.error().code;
    };
    CHECK(broken({.status = 500}) == Code::unavailable);
    CHECK(broken({.status = 401}) == Code::unauthorized);
    CHECK(broken({.status = 404}) == Code::not_found);
    CHECK(broken({.status = 304}) == Code::unavailable);
    CHECK(broken({.status = 200, .body = ""}) == Code::unavailable);
    CHECK(broken({.status = 200, .body = "{}"}) == Code::unavailable);
    CHECK(broken({.status = 200, .body = "[{}]"}) == Code::unavailable);
    CHECK(broken({.status = 200, .body = "[{\"number\":1,"}) == Code::unavailable);
    CHECK(broken({.status = 200, .body = "<html>"}) == Code::unavailable);
    CHECK(
        broken(
            {.status = 200,
             .headers = {{"Link", "<https://evil.example/>; rel=\"next\""}},
             .body = "[]"}
        ) == Code::refused
    );
}

TEST_CASE("more pages than anybody has is an error, and a list without end ends")
{
    Script script;
    script.played.instead = [](const Request&) -> std::optional<Response> {
        return Response{
            .headers = {{"Link", "</repos/owner/shop/pulls?page=2>; rel=\"next\""}}, .body = "[]"
        };
    };
    CHECK(
        script.run(script.github->open_pull_requests(shop, "", {})).error().code == Code::too_many
    );
    CHECK(script.asked() == 30);
}

TEST_CASE("an unchanged list costs one question a page, and no answer's body")
{
    Script script;
    const auto first = script.run(script.github->open_pull_requests(shop, "", {})).value();
    const auto before = script.asked();
    CHECK(script.run(script.github->open_pull_requests(shop, first.validator, {}))->unchanged);
    CHECK(script.asked() - before == 1);
    CHECK_FALSE(script.played.asked.back().headers.get("If-None-Match").empty());
}

TEST_CASE("SEC-22 a repository that took over the name of ours is not taken for it")
{
    Script script;
    const ForgeRepository usurper{"github", "66", "owner/shop"};
    script.state.add(usurper).pull_requests[7] = request(7);
    script.played.former["owner/shop"] = "66";
    CHECK(script.run(script.github->repository(shop, {})).error().code == Code::not_found);
    CHECK(script.ask().error().message.contains("another repository by now (id 66)"));
    CHECK(
        script.run(script.github->open_pull_requests(shop, "", {})).error().code == Code::not_found
    );
}

TEST_CASE("SEC-25 whoever may push may let code run; others may not, whatever they are called")
{
    Script script;
    const auto of = [&](const char* word) {
        script.played.instead = [word](const Request&) -> std::optional<Response> {
            return PlayedGitHub::json(
                200,
                Node::Map{
                    {"permission", word}
            }
            );
        };
        return script.run(script.github->permission(shop, "ada", {}));
    };
    CHECK(of("admin").value() == Permission::write);
    CHECK(of("write").value() == Permission::write);
    CHECK(of("read").value() == Permission::read);
    CHECK(of("none").value() == Permission::none);
    CHECK(of("WRITE").has_error());
    CHECK(of("").has_error());

    // A repository that we may not see is no answer about a login.
    script.played.instead = nullptr;
    script.state.remove(shop.id);
    CHECK(script.run(script.github->permission(shop, "ada", {})).error().code == Code::not_found);

    // A login stays one part of the path.
    CHECK(script.run(script.github->permission(shop, "../../../user", {})).has_error());
    CHECK(
        script.played.asked.back().target ==
        "/repos/owner/shop/collaborators/..%2F..%2F..%2Fuser/permission"
    );
}

TEST_CASE("an app's token, which has no account, finds the comments of bots")
{
    Script script;
    script.played.own_id = 0;
    auto& known = script.state.at(shop.id);
    known.comments = {
        {"1", 7, "m", false},
        {"2", 7, "m", true }
    };
    CHECK(script.run(script.github->find_comment(shop, 7, "m", {})).value() == "2");
    const auto before = script.asked();
    CHECK(script.run(script.github->find_comment(shop, 7, "m", {})).value() == "2");
    CHECK(script.asked() - before == 1);
}

TEST_CASE("more changed files than GitHub lists are not taken for all")
{
    Script script;
    for (int i = 0; i < 3000; ++i)
        script.state.at(shop.id).files[7].push_back(std::to_string(i));
    CHECK(script.run(script.github->changed_files(shop, 7, {})).error().code == Code::too_many);
    script.state.at(shop.id).files[7].pop_back();
    CHECK(script.run(script.github->changed_files(shop, 7, {}))->size() == 2999);
}

TEST_CASE("names and ids that GitHub never gave lead nowhere")
{
    Script script;
    auto& github = *script.github;
    for (const auto* name : {"", "owner", "../user", "owner/shop/..", "owner/shop?x", "o/s h"}) {
        const ForgeRepository wrong{"github", "42", name};
        CHECK(script.run(github.repository(wrong, {})).error().code == Code::invalid);
        CHECK(script.run(github.create_deployment(wrong, commit('a'), "x", {})).has_error());
    }
    CHECK(script.run(github.edit_comment(shop, "../7", "x", {})).has_error());
    CHECK(script.run(github.set_deployment(shop, "1?x", {}, {})).has_error());
    CHECK(script.run(github.set_status(shop, "main", {}, {})).has_error());
    CHECK(script.run(github.commit_message(shop, "../..", {})).has_error());
    CHECK(script.run(github.create_deployment(shop, "main", "x", {})).has_error());
    CHECK(script.asked() == 0);
}

TEST_CASE("repositories are fetched from the web address of the installation")
{
    Script script;
    CHECK(script.github->location(shop) == "https://github.com/owner/shop.git");
    const auto open = [&](std::string api, std::string web) {
        return GitHub::over(
            script.scheduler, script.random, nullptr, {.api = std::move(api), .web = std::move(web)}
        );
    };
    CHECK(
        open("https://git.example/api/v3", "https://Git.example/").value()->location(shop) ==
        "https://git.example/owner/shop.git"
    );
    CHECK(open("https://api.github.com", "ext::sh").has_error());
    CHECK(open("http://api.github.com", "https://github.com").has_error());
}

TEST_CASE("whoever stops waiting waits no longer, in a pause or for a turn to write")
{
    Script script;
    script.answer(100, 500);
    std::stop_source source;
    auto timer = script.scheduler.after(milliseconds{500}, [&] { source.request_stop(); });
    CHECK(
        script.run(script.github->pull_request(shop, 7, source.get_token())).error().code ==
        Code::cancelled
    );
    CHECK(script.asked() == 1);
}
