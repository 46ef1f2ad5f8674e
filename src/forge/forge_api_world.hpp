#pragma once

#include "base/fake_scheduler.hpp"
#include "forge/fake_api.hpp"

#include <doctest/doctest.h>

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
};

}  // namespace diorama::test
