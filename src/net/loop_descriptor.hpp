#pragma once

#include "net/loop.hpp"

namespace diorama {

/// An open, non-blocking file descriptor on the loop: a socket or a pipe. Owns it.
///
/// Try the system call first and wait only after EAGAIN. Must outlive its waiters: `close`, let
/// them return, then destroy.
class LoopDescriptor {
public:
    LoopDescriptor(Loop& loop, int fd);
    ~LoopDescriptor();
    LoopDescriptor(const LoopDescriptor&) = delete;
    LoopDescriptor& operator=(const LoopDescriptor&) = delete;

    /// -1 once closed.
    int fd() const { return fd_; }

    /// Returns when reading would not block; false when it was closed meanwhile.
    Task<bool> readable();
    Task<bool> writable();

    /// Wakes all waiters with false.
    void close();

private:
    struct State;
    std::unique_ptr<State> state_;
    int fd_;
};

}  // namespace diorama
