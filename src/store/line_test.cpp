#include "store/deployments.hpp"
#include "store/fixture.hpp"
#include "store/jobs.hpp"
#include "store/line.hpp"
#include "store/users.hpp"

#include <algorithm>

using namespace diorama;
using jobs::Priority;

namespace {

struct Fixture : StoreFixture {
    Project shop = project("shop");
    Project blog = project("blog");
    UserId ann = user("ann");
    UserId bob = user("bob");

    UserId user(const std::string& login)
    {
        const auto insert = [&](Tx& tx) {
            const users::ForeignIdentity identity{.forge = "github", .external_id = login};
            return users::find_or_insert(
                       tx,
                       identity,
                       {.id = make_id<UserId>(),
                        .tenant = shop.tenant,
                        .login = login,
                        .name = login,
                        .created_at = now()}
            )
                .id;
        };
        return write(insert).value();
    }
    /// An environment that `owner` opened, in the queue.
    EnvironmentId push(const Project& of, UserId owner, Priority priority = Priority::high)
    {
        Environment made = fresh(of, ++number_);
        made.owner = owner;
        CHECK(write([&](Tx& tx) { return environments::insert(tx, made); }).has_value());
        ask(made.id, priority);
        return made.id;
    }
    void ask(EnvironmentId id, Priority priority)
    {
        CHECK(write([=, this](Tx& tx) { jobs::enqueue(tx, id, priority, now()); }).has_value());
    }
    std::optional<EnvironmentId> claim()
    {
        const auto job = *write([this](Tx& tx) { return jobs::claim(tx, "a", now(), hours{2}); });
        return job ? std::optional(job->environment) : std::nullopt;
    }
    std::vector<EnvironmentId> line()
    {
        std::vector<EnvironmentId> order;
        for (const auto& each : *read([this](Tx& tx) -> Result<std::vector<jobs::Waiting>> {
                 return jobs::line(tx, now());
             }))
            order.push_back(each.environment);
        return order;
    }
    void pass(milliseconds time) { scheduler.run_for(time); }

private:
    std::int64_t number_ = 0;
};

}  // namespace

TEST_CASE_FIXTURE(
    Fixture, "who pushes to thirty pull requests does not hold up another's first (K10)"
)
{
    std::vector<EnvironmentId> many;
    for (int i = 0; i < 30; ++i) {
        many.push_back(push(shop, ann));
        pass(milliseconds{1});
    }
    for (int i = 0; i < 4; ++i)
        CHECK(claim() == many[static_cast<std::size_t>(i)]);
    pass(minutes{20});
    const auto first = push(shop, bob);
    CHECK(claim() == first);
    pass(milliseconds{1});
    const auto second = push(shop, bob);
    CHECK(claim() == second);
    CHECK(claim() == many[4]);
}

TEST_CASE_FIXTURE(Fixture, "a busy project does not hold up a quiet one, whoever pushes (K10)")
{
    for (int i = 0; i < 5; ++i)
        push(shop, user("author" + std::to_string(i)));
    for (int i = 0; i < 3; ++i)
        claim();
    pass(seconds{1});
    const auto quiet = push(blog, user("late"));
    CHECK(claim() == quiet);
}

TEST_CASE_FIXTURE(Fixture, "what ended counts for its author for five minutes more (K10)")
{
    const auto done = push(shop, ann);
    const auto job = *write([this](Tx& tx) { return jobs::claim(tx, "a", now(), hours{1}); });
    CHECK(write([&](Tx& tx) { return jobs::finish(tx, *job); }).has_value());
    pass(seconds{1});
    const auto older = push(shop, ann);
    pass(seconds{1});
    const auto younger = push(shop, bob);
    CHECK(line() == std::vector{younger, older});
    pass(minutes{5});
    CHECK(line() == std::vector{older, younger});
    CHECK(done != older);
}

TEST_CASE_FIXTURE(Fixture, "a share does not outweigh urgency (K10)")
{
    push(shop, ann);
    claim();
    const auto urgent = push(shop, ann);
    push(shop, bob, Priority::normal);
    CHECK(claim() == urgent);
}

TEST_CASE_FIXTURE(Fixture, "the line tells the order in which jobs are really taken (H06)")
{
    SeededRandom dice(5);
    const std::array priorities{Priority::high, Priority::normal, Priority::low};
    const std::array authors{ann, bob, user("eve")};
    const std::array projects{shop, blog};
    for (int round = 0; round < 20; ++round) {
        for (int i = 0; i < 12; ++i) {
            push(
                projects.at(dice.number() % 2),
                authors.at(dice.number() % 3),
                priorities.at(dice.number() % 3)
            );
            pass(milliseconds{dice.number() % 100'000});
        }
        for (const EnvironmentId next : line()) {
            CHECK(read([&](Tx& tx) { return jobs::position(tx, next, now()); }).value() == 1U);
            CHECK(claim() == next);
        }
        CHECK_FALSE(claim());
        pass(hours{3});  // All leases end.
        for (auto job = claim(); job; job = claim()) {
        }
    }
}

TEST_CASE_FIXTURE(Fixture, "a low job is taken in the end, though urgent ones never cease (A21)")
{
    const auto low = push(shop, ann, Priority::low);
    for (int i = 0; i < 1000; ++i) {
        push(blog, bob);
        pass(seconds{30});
        const auto job = *write([this](Tx& tx) { return jobs::claim(tx, "a", now(), hours{1}); });
        REQUIRE(job);
        CHECK(write([&](Tx& tx) { return jobs::finish(tx, *job); }).has_value());
        if (job->environment == low) return;
    }
    FAIL("it starved");
}
