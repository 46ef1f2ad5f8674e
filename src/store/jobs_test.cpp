#include "base/concurrency.hpp"
#include "store/fixture.hpp"
#include "store/jobs.hpp"
#include "store/threads.hpp"

#include <map>

using namespace diorama;
using jobs::Job;
using jobs::Priority;

namespace {

constexpr auto lease = seconds{30};

struct Fixture : StoreFixture {
    Project shop = project();
    EnvironmentId one = environment(shop, 1).id;
    EnvironmentId two = environment(shop, 2).id;

    void enqueue(EnvironmentId id, Priority priority, milliseconds in = seconds{0})
    {
        CHECK(write([=, this](Tx& tx) { jobs::enqueue(tx, id, priority, now() + in); }).has_value()
        );
    }
    std::optional<Job> claim(std::string owner = "a")
    {
        return *write([=, this](Tx& tx) { return jobs::claim(tx, owner, now(), lease); });
    }
    Result<Job> renew(Job job)
    {
        return write([=, this](Tx& tx) { return jobs::renew(tx, job, now(), lease); });
    }
    Result<> finish(Job job)
    {
        return write([=](Tx& tx) { return jobs::finish(tx, job); });
    }
    Result<> release(Job job, milliseconds in)
    {
        return write([=, this](Tx& tx) { return jobs::release(tx, job, now() + in); });
    }
    std::optional<Instant> next_due()
    {
        return *read([](Tx& tx) { return jobs::next_due(tx); });
    }
    void pass(milliseconds time) { scheduler.run_for(time); }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the most urgent job goes first, then the one that waited longest")
{
    const auto three = environment(shop, 3).id;
    enqueue(one, Priority::low);
    enqueue(two, Priority::normal, milliseconds{1});
    enqueue(three, Priority::normal);
    pass(seconds{1});
    CHECK(claim()->environment == three);
    CHECK(claim()->environment == two);
    CHECK(claim()->environment == one);
    CHECK_FALSE(claim());
}

TEST_CASE_FIXTURE(
    Fixture, "who waits long enough goes before the urgent, so that nobody starves (A21)"
)
{
    const auto three = environment(shop, 3).id;
    enqueue(one, Priority::low);
    scheduler.run_for(minutes{11});
    enqueue(two, Priority::high);
    CHECK(claim()->environment == one);
    enqueue(three, Priority::low);
    CHECK(claim()->environment == two);
}

TEST_CASE_FIXTURE(Fixture, "a job that waits knows its place, one that is worked on has none")
{
    const auto three = environment(shop, 3).id;
    const auto place = [&](EnvironmentId id) {
        return read(
                   [&](Tx& tx) -> Result<std::optional<std::uint64_t>> {
                       return jobs::position(tx, id, now());
                   }
        ).value();
    };
    CHECK_FALSE(place(one));
    enqueue(one, Priority::low);
    enqueue(two, Priority::normal);
    enqueue(three, Priority::normal, minutes{1});
    CHECK(place(one) == 2U);
    CHECK(place(two) == 1U);
    CHECK_FALSE(place(three));
    CHECK(claim()->environment == two);
    CHECK(place(one) == 1U);
    CHECK_FALSE(place(two));
}

TEST_CASE_FIXTURE(Fixture, "a job asked for many times is one job, at the highest priority asked")
{
    enqueue(one, Priority::low, minutes{5});
    enqueue(one, Priority::high, minutes{9});
    enqueue(one, Priority::normal);
    CHECK(read([&](Tx& tx) { return jobs::waiting(tx, now()); }) == 1U);
    const auto job = claim();
    CHECK(job->priority == Priority::high);
    CHECK(job->attempt == 1);
    CHECK(finish(*job).has_value());
    CHECK_FALSE(claim());
    CHECK_FALSE(next_due());
}

TEST_CASE_FIXTURE(Fixture, "a job is not claimed before it is due")
{
    enqueue(one, Priority::high, seconds{10});
    CHECK_FALSE(claim());
    CHECK(next_due() == now() + seconds{10});
    pass(seconds{10});
    CHECK(claim().has_value());
}

TEST_CASE_FIXTURE(Fixture, "what is asked for while a worker is at it is looked at again")
{
    enqueue(one, Priority::normal);
    const auto job = claim();
    enqueue(one, Priority::normal, seconds{5});
    CHECK_FALSE(claim());
    CHECK(finish(*job).has_value());
    CHECK_FALSE(claim());
    pass(seconds{5});
    const auto again = claim();
    CHECK(again->environment == one);
    CHECK(again->attempt == 1);
    CHECK(again->lease == job->lease + 1);
}

TEST_CASE_FIXTURE(Fixture, "a job given back is due when its worker says, and counts its attempts")
{
    enqueue(one, Priority::normal);
    CHECK(release(*claim(), minutes{1}).has_value());
    CHECK_FALSE(claim());
    pass(minutes{1});
    const auto second = claim();
    CHECK(second->attempt == 2);
    enqueue(one, Priority::normal, seconds{1});  // Sooner than the worker wants it again.
    CHECK(release(*second, minutes{1}).has_value());
    pass(seconds{1});
    CHECK(claim()->attempt == 3);
}

TEST_CASE_FIXTURE(Fixture, "A21 a job whose worker died is due again when its lease ends")
{
    enqueue(one, Priority::normal);
    const auto dead = claim("dead");
    CHECK(next_due() == now() + lease);
    pass(lease - milliseconds{1});
    CHECK_FALSE(claim("b"));
    pass(milliseconds{1});
    const auto taken = claim("b");
    REQUIRE(taken.has_value());
    CHECK(taken->owner == "b");
    // The dead one was only slow: whatever it tries now, it is told.
    CHECK(renew(*dead).error().code == Code::conflict);
    CHECK(finish(*dead).error().code == Code::conflict);
    CHECK(release(*dead, seconds{0}).error().code == Code::conflict);
    CHECK(renew(*taken).has_value());
}

TEST_CASE_FIXTURE(Fixture, "a lease lasts as long as it is renewed, and one that ended cannot be")
{
    enqueue(one, Priority::normal);
    auto job = *claim();
    for (int i = 0; i < 5; ++i) {
        pass(seconds{20});
        job = *renew(job);
        CHECK_FALSE(claim("b"));
    }
    pass(lease);
    CHECK(renew(job).error().code == Code::conflict);
}

TEST_CASE_FIXTURE(Fixture, "a lease of long ago is never mistaken for one of now")
{
    enqueue(one, Priority::normal);
    const auto stale = *claim("a");
    CHECK(finish(stale).has_value());
    enqueue(one, Priority::normal);
    const auto fresh = *claim("a");
    CHECK(finish(stale).error().code == Code::conflict);
    CHECK(renew(stale).error().code == Code::conflict);
    CHECK(finish(fresh).has_value());
}

TEST_CASE_FIXTURE(Fixture, "the reaper frees what the dead held, the start of a lone daemon all")
{
    enqueue(one, Priority::normal);
    enqueue(two, Priority::normal, seconds{20});
    CHECK(claim()->environment == one);
    pass(seconds{20});
    CHECK(claim()->environment == two);
    pass(seconds{10});
    CHECK(*write([&](Tx& tx) { return jobs::reap(tx, now()); }) == 1);
    CHECK(*write([&](Tx& tx) { return jobs::reap(tx, now()); }) == 0);
    CHECK(claim("b")->environment == one);
    CHECK(*write([](Tx& tx) { return jobs::release_all(tx); }) == 2);
    CHECK(read([&](Tx& tx) { return jobs::waiting(tx, now()); }) == 2U);
    const auto again = claim("c");  // What ended with its daemon was no failed attempt.
    CHECK(again->environment == one);
    CHECK(again->attempt == 2);
}

namespace {

using Taken = std::map<EnvironmentId, int>;

Task<> work(Store& store, std::string owner, Instant now, Taken& taken)
{
    for (;;) {
        auto take = [&](Tx& tx) { return jobs::claim(tx, owner, now, lease); };
        const auto job = co_await store.transact(take);
        if (!job.value()) co_return;
        ++taken[job.value()->environment];
        auto end = [&](Tx& tx) { return jobs::finish(tx, *job.value()); };
        const auto done = co_await store.transact(end);
        CHECK(done.has_value());
    }
}

}  // namespace

TEST_CASE("A21 four workers at once take every job exactly once, with real threads beside the loop")
{
    TemporaryDirectory directory;
    const auto path = directory.file("diorama.db");
    constexpr int count = 200;
    Instant due;
    {
        StoreFixture at(path);
        const auto shop = at.project();
        due = at.now();
        std::vector<Environment> many;
        for (int i = 1; i <= count; ++i)
            many.push_back(at.fresh(shop, i));
        CHECK(at.write([&](Tx& tx) {
                    for (const auto& each : many) {
                        CHECK(environments::insert(tx, each).has_value());
                        jobs::enqueue(tx, each.id, Priority::normal, due);
                    }
                }).has_value());
    }
    ThreadScheduler scheduler;
    SeededRandom random(1);
    const auto store = Store::open(scheduler, random, path).value();
    Taken taken;
    TaskGroup group(scheduler);
    for (const auto* owner : {"a", "b", "c", "d"})
        group.spawn(work(*store, owner, due, taken));
    scheduler.run(group.join());
    CHECK(taken.size() == count);
    for (const auto& [id, times] : taken)
        CHECK(times == 1);
    CHECK(store->statistics().commits < store->statistics().works);
}

TEST_CASE_FIXTURE(Fixture, "a reminder hurries no job that waits for its next attempt")
{
    const auto remind = [&](EnvironmentId id) {
        CHECK(write([=, this](Tx& tx) { jobs::remind(tx, id, Priority::low, now()); }).has_value());
    };
    const auto next_look = [&] {
        return *read([&](Tx& tx) -> Result<std::optional<Instant>> {
            return jobs::next_look(tx, one);
        });
    };
    CHECK_FALSE(next_look());
    remind(one);
    CHECK(next_look() == now());
    const auto job = claim();
    REQUIRE(job);
    CHECK_FALSE(next_look());  // It is under way.
    remind(one);
    const auto again = now() + minutes{5};
    CHECK(release(*job, minutes{5}).has_value());
    CHECK(next_look() == again);
    remind(one);
    CHECK(next_look() == again);
    enqueue(one, Priority::normal);  // A person asks: that is now.
    CHECK(next_look() == now());
    const auto second = claim();
    REQUIRE(second);
    CHECK(second->priority == Priority::normal);
    CHECK(finish(*second).has_value());
    CHECK_FALSE(next_look());
    remind(one);
    CHECK(claim());
}
