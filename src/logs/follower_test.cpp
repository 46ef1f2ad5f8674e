#include "logs/follower.hpp"
#include "store/fixture.hpp"

using namespace diorama;

namespace {

/// A loop on which answers of blocking work wait until they are let go.
class HeldBack final : public Scheduler {
public:
    explicit HeldBack(FakeScheduler& real) : real_(real) {}

    Instant now() const override { return real_.now(); }
    void post(std::function<void()> work) override { real_.post(std::move(work)); }
    std::unique_ptr<Timer> after(milliseconds delay, std::function<void()> work) override
    {
        return real_.after(delay, std::move(work));
    }
    void beside(std::function<void()> work, std::function<void()> done) override
    {
        real_.beside(std::move(work), [this, done = std::move(done)] {
            if (holding)
                held_.push_back(done);
            else
                done();
        });
    }
    void let_go()
    {
        holding = false;
        for (const auto& done : std::exchange(held_, {}))
            done();
    }

    bool holding = false;

private:
    FakeScheduler& real_;
    std::vector<std::function<void()>> held_;
};

Task<> collect(Follower follower, std::size_t count, std::vector<std::uint64_t>& seen)
{
    while (seen.size() < count) {
        const auto line = co_await follower.next({});
        seen.push_back((**line).sequence);
    }
}

}  // namespace

TEST_CASE("G05: a line stored while a follower reads the store comes once, and soon")
{
    TemporaryDirectory directory;
    StoreFixture at(directory.file("diorama.db"));
    const auto scene = at.environment(at.project());
    at.store.reset();
    HeldBack loop(at.scheduler);
    const auto store = Store::open(loop, at.random, directory.file("diorama.db")).value();
    const auto channel = std::make_shared<Channel>(loop);
    const auto append = [&](std::size_t count) {
        const auto work = [&, count](Tx& tx) {
            return log_lines::append(tx, scene.id, std::vector<LogLine>(count));
        };
        return at.scheduler.run(store->transact(work)).value();
    };
    channel->publish(append(3));

    std::vector<std::uint64_t> seen;
    TaskGroup group(at.scheduler);
    const auto later = append(2);
    loop.holding = true;
    group.spawn(collect(Follower(*store, channel, {.environment = scene.id, .after = 0}), 7, seen));
    at.scheduler.run_ready();
    // Its page was read, but not handed over yet: it holds what is announced only now, and lacks
    // what comes after.
    channel->publish(later);
    loop.let_go();
    channel->publish(append(2));
    at.scheduler.run(group.join());
    CHECK(seen == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7});
}

TEST_CASE("G05: a line announced while a follower's page was on its way is not overlooked")
{
    TemporaryDirectory directory;
    StoreFixture at(directory.file("diorama.db"));
    const auto scene = at.environment(at.project());
    at.store.reset();
    HeldBack loop(at.scheduler);
    const auto store = Store::open(loop, at.random, directory.file("diorama.db")).value();
    const auto channel = std::make_shared<Channel>(loop);
    const auto work = [&](Tx& tx) { return log_lines::append(tx, scene.id, {{.message = "x"}}); };

    std::vector<std::uint64_t> seen;
    TaskGroup group(at.scheduler);
    loop.holding = true;
    group.spawn(collect(Follower(*store, channel, {.environment = scene.id, .after = 0}), 1, seen));
    at.scheduler.run_ready();
    loop.holding = false;
    channel->publish(at.scheduler.run(store->transact(work)).value());
    loop.let_go();
    // Nothing else is ever written: it must find the line without another announcement.
    at.scheduler.run(group.join());
    CHECK(seen == std::vector<std::uint64_t>{1});
}
