#include "base/fake_scheduler.hpp"

#include <algorithm>

namespace diorama {

class FakeScheduler::Entry final : public Scheduler::Timer {
public:
    Entry(std::shared_ptr<Timers> timers, Timers::key_type key)
        : timers_(std::move(timers)),
          key_(key)
    {}
    ~Entry() override { timers_->erase(key_); }

private:
    std::shared_ptr<Timers> timers_;
    Timers::key_type key_;
};

std::unique_ptr<Scheduler::Timer>
FakeScheduler::after(milliseconds delay, std::function<void()> work)
{
    const Timers::key_type key{now_ + std::max(delay, milliseconds{0}), ++sequence_};
    timers_->emplace(key, std::move(work));
    return std::make_unique<Entry>(timers_, key);
}

void FakeScheduler::beside(std::function<void()> work, std::function<void()> done)
{
    post([this, work = std::move(work), done = std::move(done)] {
        work();
        const milliseconds late = lag_ ? lag_() : milliseconds{0};
        if (late.count() == 0) return done();
        timers_->emplace(Timers::key_type{now_ + late, ++sequence_}, done);
    });
}

bool FakeScheduler::run_ready()
{
    if (ready_.empty()) return false;
    while (!ready_.empty()) {
        const auto work = std::move(ready_.front());
        ready_.pop_front();
        work();
    }
    return true;
}

bool FakeScheduler::jump()
{
    if (timers_->empty()) return false;
    const auto next = timers_->begin();
    now_ = std::max(now_, next->first.first);
    const auto work = std::move(next->second);
    timers_->erase(next);
    work();
    return true;
}

void FakeScheduler::run_until(Instant until)
{
    for (;;) {
        run_ready();
        if (timers_->empty() || timers_->begin()->first.first > until) break;
        jump();
    }
    now_ = std::max(now_, until);
}

}  // namespace diorama
