#include "gateway/loop.hpp"

#include <array>
#include <cerrno>
#include <ctime>
#include <sys/epoll.h>
#include <system_error>

namespace diorama::gateway {

namespace {

std::int64_t read_clock(clockid_t clock)
{
    timespec time{};
    ::clock_gettime(clock, &time);
    return time.tv_sec * 1'000 + time.tv_nsec / 1'000'000;
}

}  // namespace

Loop::Loop(milliseconds pace) : epoll_(::epoll_create1(EPOLL_CLOEXEC)), pace_(pace)
{
    if (!epoll_) throw std::system_error(errno, std::system_category(), "epoll_create1");
    read_clocks();
    next_tick_ = after(pace_);
}

Loop::Key Loop::watch(int fd, Watched& watched)
{
    if (free_.empty()) {
        // So that `forget` never allocates.
        if (free_.capacity() <= slots_.size()) free_.reserve(2 * slots_.size() + 16);
        free_.push_back(static_cast<std::uint32_t>(slots_.size()));
        slots_.emplace_back();
    }
    const std::uint32_t place = free_.back();
    Slot& slot = slots_[place];
    const Key key = Key{slot.generation} << 32 | place;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.u64 = key;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
        throw std::system_error(errno, std::system_category(), "epoll_ctl");
    free_.pop_back();
    slot.watched = &watched;
    return key;
}

void Loop::forget(Key key) noexcept
{
    // Closing the descriptor takes it out of epoll; what epoll already reported is told apart by
    // the generation.
    Slot& slot = slots_[index(key)];
    slot.watched = nullptr;
    ++slot.generation;
    free_.push_back(index(key));
}

void Loop::turn()
{
    std::array<epoll_event, 256> events;
    const auto patience = std::max<Tick>(next_tick_ - now_, 0);
    const int count = ::epoll_wait(
        epoll_.get(), events.data(), static_cast<int>(events.size()), static_cast<int>(patience)
    );
    if (count < 0 && errno != EINTR)
        throw std::system_error(errno, std::system_category(), "epoll_wait");
    read_clocks();
    for (int i = 0; i < count; ++i) {
        const Key key = events[static_cast<std::size_t>(i)].data.u64;
        if (watches(key))
            slots_[index(key)].watched->ready(events[static_cast<std::size_t>(i)].events);
    }
    if (now_ >= next_tick_) tick_all();
}

void Loop::read_clocks()
{
    now_ = read_clock(CLOCK_MONOTONIC_COARSE);
    wall_ = Instant{milliseconds{read_clock(CLOCK_REALTIME_COARSE)}};
}

void Loop::tick_all()
{
    next_tick_ = after(pace_);
    // By index: who is told may come, go, and make the vector grow.
    for (std::size_t i = 0; i < slots_.size(); ++i)
        if (slots_[i].watched != nullptr) slots_[i].watched->tick(now_);
}

}  // namespace diorama::gateway
