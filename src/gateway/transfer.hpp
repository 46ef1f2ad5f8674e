#pragma once

#include "gateway/pipe.hpp"
#include "gateway/socket.hpp"

#include <array>
#include <sys/uio.h>

namespace diorama::gateway {

/// What a read brought.
struct Moved {
    std::size_t bytes = 0;
    Outcome outcome = Outcome::done;

    explicit operator bool() const { return outcome == Outcome::done; }
};

/// The half of an operation that waits for bytes to come.
class Reading : public Operation {
public:
    void await_suspend(std::coroutine_handle<> waiting);

protected:
    using Operation::Operation;
    ~Reading() = default;
    /// False while nothing can have come; an outcome is set when nothing ever will.
    bool may_try();
    /// What a failed call means: true when there is nothing more to wait for.
    bool give_up();
};

/// The half of an operation that waits for room to send.
class Writing : public Operation {
public:
    void await_suspend(std::coroutine_handle<> waiting);
    Outcome await_resume() const { return outcome_; }

protected:
    using Operation::Operation;
    ~Writing() = default;
    bool give_up();
};

/// `const Moved got = co_await Read(socket, buffer, until);`: some bytes, at least one.
class Read final : public Reading {
public:
    Read(Socket& socket, std::span<char> into, Tick until) : Reading(socket, until), into_(into) {}
    Moved await_resume() const { return {bytes_, outcome_}; }

private:
    bool attempt() override;

    std::span<char> into_;
    std::size_t bytes_ = 0;
};

/// Waits until there is something to read, without holding a buffer for it.
class Wait final : public Reading {
public:
    Wait(Socket& socket, Tick until) : Reading(socket, until) {}
    Outcome await_resume() const { return outcome_; }

private:
    bool attempt() override;
};

/// Waits to be called (`Socket::call`), leaving what comes meanwhile unread; `cancelled` when the
/// socket was killed.
class Stay final : public Reading {
public:
    Stay(Socket& socket, Tick until) : Reading(socket, until) {}
    Outcome await_resume() const { return outcome_; }

private:
    bool attempt() override;
};

/// Sends all of one text, or of two that lie apart.
class Write final : public Writing {
public:
    Write(Socket& socket, std::string_view first, std::string_view second, Tick until);
    Write(Socket& socket, std::string_view text, Tick until) : Write(socket, text, {}, until) {}
    /// More follows at once: what does not fill a segment may wait for it.
    Write& ahead_of_more(bool more)
    {
        more_ = more;
        return *this;
    }

private:
    bool attempt() override;
    ssize_t send_parts();

    std::array<iovec, 2> parts_;
    std::size_t at_ = 0;
    bool more_ = false;
};

/// Waits until a connection that was begun stands, or failed; `cancelled` when it was killed.
class Connect final : public Writing {
public:
    Connect(Socket& socket, Tick until) : Writing(socket, until) {}

private:
    bool attempt() override;

    bool asked_ = false;
};

/// Moves up to `most` bytes from a socket into an empty pipe, inside the kernel.
class SpliceIn final : public Reading {
public:
    SpliceIn(Socket& socket, Pipe& pipe, std::size_t most, Tick until)
        : Reading(socket, until),
          pipe_(pipe),
          most_(most)
    {}
    Moved await_resume() const { return {bytes_, outcome_}; }

private:
    bool attempt() override;

    Pipe& pipe_;
    std::size_t most_;
    std::size_t bytes_ = 0;
};

/// Moves `bytes` from a pipe to a socket, all of them; `more` follow at once.
class SpliceOut final : public Writing {
public:
    SpliceOut(Socket& socket, Pipe& pipe, std::size_t bytes, bool more, Tick until)
        : Writing(socket, until),
          pipe_(pipe),
          left_(bytes),
          more_(more)
    {}

private:
    bool attempt() override;

    Pipe& pipe_;
    std::size_t left_;
    bool more_;
};

}  // namespace diorama::gateway
