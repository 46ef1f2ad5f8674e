#include "base/concurrency.hpp"
#include "base/fake_scheduler.hpp"
#include "base/id.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

Task<int> after(Scheduler& scheduler, milliseconds delay, int answer)
{
    co_await sleep(scheduler, delay);
    co_return answer;
}

Task<> fail()
{
    throw std::runtime_error("disk full");
    co_return;
}

}  // namespace

TEST_CASE("an error says what is wrong, then how to mend it, apart from words that are quoted")
{
    CHECK(Error{Code::invalid, "no port", "Name one."}.text() == "no port. Name one.");
    CHECK(Error{Code::invalid, "Which port?", "Name one."}.text() == "Which port? Name one.");
    CHECK(Error{Code::invalid, "no port", ""}.text() == "no port");
    const Error quoting{Code::invalid, "it ended; its last words:\nno file", "Commit it."};
    CHECK(quoting.text() == "it ended; its last words:\nno file\nCommit it.");
}

TEST_CASE("an id reads back what it wrote, and sorts by age")
{
    SeededRandom random(1);
    const auto early = Uuid::make(Instant{milliseconds{1'000}}, random);
    const auto late = Uuid::make(Instant{milliseconds{2'000}}, random);
    CHECK(early < late);
    CHECK(early.text().size() == 36);
    CHECK(early.text()[14] == '7');
    CHECK(*Uuid::parse(late.text()) == late);
    CHECK(Uuid::parse("0").error().code == Code::invalid);
    CHECK(Uuid::parse("../../etc/passwd/..................").has_error());
}

TEST_CASE("tasks side by side answer in their order, in the time of the slowest")
{
    FakeScheduler scheduler;
    const auto start = scheduler.now();
    std::vector<Task<int>> tasks;
    tasks.push_back(after(scheduler, seconds{5}, 1));
    tasks.push_back(after(scheduler, seconds{2}, 2));
    CHECK(scheduler.run(all(scheduler, std::move(tasks))) == std::vector{1, 2});
    CHECK(scheduler.now() - start == seconds{5});
}

TEST_CASE("a sleeper that is told to stop wakes at once and says so")
{
    FakeScheduler scheduler;
    std::stop_source source;
    auto timer = scheduler.after(seconds{1}, [&] { source.request_stop(); });
    CHECK_FALSE(scheduler.run(sleep(scheduler, hours{1}, source.get_token())));
}

TEST_CASE("a deadline stops what runs too long")
{
    FakeScheduler scheduler;
    Deadline deadline(scheduler, minutes{2});
    CHECK_FALSE(scheduler.run(sleep(scheduler, hours{1}, deadline.token())));
    CHECK(deadline.expired());
}

TEST_CASE("a group throws again what one of its tasks threw, after all ended")
{
    FakeScheduler scheduler;
    TaskGroup group(scheduler);
    group.spawn(fail());
    CHECK_THROWS_WITH(scheduler.run(group.join()), "disk full");
}

TEST_CASE("a semaphore lets through as many as it has places, in order")
{
    FakeScheduler scheduler;
    Semaphore places(scheduler, 2);
    std::vector<int> order;
    const auto work = [](Semaphore& semaphore, Scheduler& s, std::vector<int>& done, int n
                      ) -> Task<> {
        auto permit = co_await semaphore.acquire();
        co_await sleep(s, seconds{1});
        done.push_back(n);
    };
    const auto start = scheduler.now();
    TaskGroup group(scheduler);
    for (int i = 0; i < 6; ++i)
        group.spawn(work(places, scheduler, order, i));
    scheduler.run(group.join());
    CHECK(order == std::vector{0, 1, 2, 3, 4, 5});
    CHECK(scheduler.now() - start == seconds{3});
}

TEST_CASE("blocking work hands its answer and its exception back to the loop")
{
    FakeScheduler scheduler;
    CHECK(scheduler.run(blocking(scheduler, [] { return 7; })) == 7);
    CHECK_THROWS(scheduler.run(blocking(scheduler, []() -> int { throw std::runtime_error("x"); }))
    );
}
