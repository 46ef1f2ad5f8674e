#pragma once

#include "gateway/loop.hpp"

#include <coroutine>
#include <span>
#include <string_view>

namespace diorama::gateway {

/// How waiting on a socket ended.
enum class Outcome : std::uint8_t {
    done,
    ended,  ///< The peer will send nothing more.
    failed,
    timed_out,
    cancelled,  ///< By our own side: `cancel_read`, `cancel_write` or `kill`.
};

class Socket;

/// What a coroutine awaits on a socket: tried at once, and again whenever epoll says so, until it
/// is done or its time is over. Lives in the frame of who awaits it.
class Operation {
public:
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;
    bool await_ready() { return attempt(); }

protected:
    Operation(Socket& socket, Tick until) : socket_(socket), until_(until) {}
    ~Operation() = default;

    /// True when there is nothing more to wait for.
    virtual bool attempt() = 0;

    friend class Socket;

    Socket& socket_;
    Outcome outcome_ = Outcome::done;
    Tick until_;
    std::coroutine_handle<> waiting_;
};

/// Who keeps a connection that nobody uses at the moment.
class Keeper {
public:
    /// `socket` moved though nobody asked, or was kept long enough: it must be closed now.
    virtual void disturbed(Socket& socket) = 0;

protected:
    ~Keeper() = default;
};

/// A non-blocking TCP socket on a loop, with at most one coroutine reading and one writing.
class Socket final : public Watched {
public:
    /// Takes over `fd`. Throws when the loop has no room.
    Socket(Loop& loop, Fd fd);
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket();

    /// Cuts the connection: whoever waits on it is told by the next turn of the loop, not by this
    /// call.
    void kill() noexcept;
    /// Says that nothing more will be sent; reading goes on.
    void finish_sending() noexcept;
    /// Takes nothing more: whoever waits to read meets the end.
    void finish_receiving() noexcept;
    /// Closes with a reset when the socket goes, so that a cut answer cannot pass for a whole one.
    void reset_on_close() noexcept;

    /// Ends the pending read or write at once, resuming who waits with `cancelled`.
    void cancel_read() { end(reader_, Outcome::cancelled); }
    void cancel_write() { end(writer_, Outcome::cancelled); }
    /// Ends a `Stay` at once, resuming who stays with `done`.
    void call() { end(reader_, Outcome::done); }

    /// No wait on this socket lasts longer than this, whatever it asked for.
    void limit(Tick until) { limit_ = std::min(limit_, until); }
    void lift_limit() { limit_ = never; }
    /// When the peer hangs up, nobody shall wait long for `other` on its behalf.
    void tie(Socket* other, milliseconds patience);

    /// True when the peer is there and has sent nothing that was not read. Asks the kernel.
    bool quiet();
    /// Likewise, but asks only when epoll has spoken since the last whole read.
    bool settled() { return !hung_up() && (!readable_ || quiet()); }
    /// As far as is known, the next read brings something at once.
    bool has_more() const { return readable_; }
    bool hung_up() const { return hung_up_ || killed_; }

    /// Gives the connection to `keeper` until `until`, or takes it back with nullptr.
    void keep(Keeper* keeper, Tick until);

    void ready(std::uint32_t events) override;
    void tick(Tick now) override;

private:
    friend class Reading;
    friend class Writing;
    friend class Read;
    friend class Write;
    friend class Wait;
    friend class Stay;
    friend class Connect;
    friend class SpliceIn;
    friend class SpliceOut;

    void end(Operation*& operation, Outcome outcome);
    void heed_tie(std::uint32_t events);

    Loop& loop_;
    Fd fd_;
    Loop::Key key_;
    Operation* reader_ = nullptr;
    Operation* writer_ = nullptr;
    Tick limit_ = never;
    Socket* tied_ = nullptr;
    milliseconds patience_{};
    Keeper* keeper_ = nullptr;
    Tick kept_until_ = never;
    bool readable_ = false;  ///< epoll said so, and no read has met the end of the bytes since.
    bool hung_up_ = false;
    bool killed_ = false;
};

}  // namespace diorama::gateway
