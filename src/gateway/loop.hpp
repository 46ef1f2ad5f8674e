#pragma once

#include "base/clock.hpp"
#include "gateway/fd.hpp"

#include <cstdint>
#include <limits>
#include <vector>

namespace diorama::gateway {

/// Milliseconds of a clock that never jumps, read once per turn of the loop.
using Tick = std::int64_t;
inline constexpr Tick never = std::numeric_limits<Tick>::max();

/// Something that waits for events of a file descriptor.
class Watched {
public:
    /// Called with what epoll reported. May destroy the object itself and any other.
    virtual void ready(std::uint32_t events) = 0;

    /// Called now and then, so that whoever waited too long can be let go.
    virtual void tick(Tick now) = 0;

protected:
    ~Watched() = default;
};

/// Edge-triggered epoll for one thread. Nothing in it is shared with another.
class Loop {
public:
    /// Names a watched object; never given out twice, so a late event meets nobody else.
    using Key = std::uint64_t;

    explicit Loop(milliseconds pace);

    /// Watches `fd` for everything until `forget`. Throws when the kernel has no room.
    Key watch(int fd, Watched& watched);
    void forget(Key key) noexcept;
    bool watches(Key key) const { return slots_[index(key)].generation == generation(key); }

    /// Waits until something happens, at most one pace, and hands it out.
    void turn();

    /// Time-outs are looked at this often.
    milliseconds pace() const { return pace_; }
    Tick now() const { return now_; }
    Tick after(milliseconds delay) const { return now_ + delay.count(); }
    /// The wall clock, for telling when somebody was here.
    Instant wall() const { return wall_; }

private:
    struct Slot {
        Watched* watched = nullptr;
        std::uint32_t generation = 0;
    };

    static std::uint32_t index(Key key) { return static_cast<std::uint32_t>(key); }
    static std::uint32_t generation(Key key) { return static_cast<std::uint32_t>(key >> 32); }
    void read_clocks();
    void tick_all();

    Fd epoll_;
    milliseconds pace_;
    std::vector<Slot> slots_;
    std::vector<std::uint32_t> free_;
    Tick now_ = 0;
    Tick next_tick_ = 0;
    Instant wall_;
};

}  // namespace diorama::gateway
