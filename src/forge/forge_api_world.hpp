#pragma once

#include "base/fake_scheduler.hpp"
#include "forge/fake_api.hpp"
#include "forge/github/github.hpp"
#include "forge/played_github.hpp"
#include "net/server.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

namespace diorama::test {

inline const ForgeRepository shop{"github", "42", "owner/shop"};

inline std::string commit(char digit)
{
    return std::string(40, digit);
}

/// A pull request as the forge of these tests has it.
inline PullRequest request(std::int64_t number)
{
    return {
        .number = number,
        .title = fmt::format("Change {}", number),
        .author = "ada",
        .author_id = "11",
        .head_commit = commit('a'),
        .head_ref = fmt::format("change-{}", number),
        .head_repository = shop.id,
        .base_ref = "main",
        .updated_at = Instant{std::chrono::days{20000}},
    };
}

/// The fake, asked directly.
struct FakeWorld {
    FakeScheduler scheduler;
    FakeForgeApi state{scheduler};
    ForgeApi& api = state;

    template <class T>
    T run(Task<T> task)
    {
        return scheduler.run(std::move(task));
    }
    void take_down()
    {
        state.fault = [](std::string_view) {
            return FakeForgeApi::Fault{
                {Code::unavailable, "the forge is down", ""}
            };
        };
    }
    void refuse()
    {
        state.fault = [](std::string_view) {
            return FakeForgeApi::Fault{
                {Code::forbidden, "not for you", "Ask for the permission."}
            };
        };
    }
    void grant() { state.fault = nullptr; }
};

/// Adds what was asked as JSON lines to the file that DIORAMA_GITHUB_REQUESTS names.
inline void record_for_description(const PlayedGitHub& played)
{
    const char* file = std::getenv("DIORAMA_GITHUB_REQUESTS");
    if (!file) return;
    std::ofstream out(file, std::ios::app);
    for (const auto& one : played.asked)
        out << write_json(Node::Map{
                   {"method", one.method},
                   {"target", one.target},
                   {"body",   one.body  }
        })
            << '\n';
}

/// GitHub asked over HTTP, played by a server of ours. What it was asked is kept for the test that
/// holds it against GitHub's description.
struct GitHubWorld {
    Loop loop;
    FakeForgeApi state{loop};
    PlayedGitHub played{state};
    Server server{loop, [this](Request request) { return serve(std::move(request)); }};
    SeededRandom random{1};
    std::unique_ptr<GitHub> github = open();
    ForgeApi& api = *github;

    ~GitHubWorld()
    {
        loop.run(server.stop());
        record_for_description(played);
    }
    template <class T>
    T run(Task<T> task)
    {
        return loop.run(std::move(task));
    }
    void take_down()
    {
        played.instead = [](const Request&) { return PlayedGitHub::problem(503, "down"); };
    }
    void refuse()
    {
        played.instead = [](const Request&) { return PlayedGitHub::problem(403, "not for you"); };
    }
    void grant() { played.instead = nullptr; }

private:
    std::unique_ptr<GitHub> open()
    {
        server.listen(Address::tcp("127.0.0.1", 0)).value();
        played.base = fmt::format("http://127.0.0.1:{}", server.port());
        played.former = {
            {shop.name,     shop.id},
            {"owner/store", shop.id},
            {"owner/gone",  "7"    }
        };
        return GitHub::open(
                   loop,
                   random,
                   {.token = Secret("t0ken"), .api = played.base, .first_pause = milliseconds{1}}
        )
            .value();
    }
    Task<Response> serve(Request request) { co_return played.answer(request); }
};

}  // namespace diorama::test
