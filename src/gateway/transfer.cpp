#include "gateway/transfer.hpp"

#include <cassert>
#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>

namespace diorama::gateway {

void Reading::await_suspend(std::coroutine_handle<> waiting)
{
    assert(socket_.reader_ == nullptr);
    waiting_ = waiting;
    socket_.reader_ = this;
}

bool Reading::may_try()
{
    if (socket_.killed_) outcome_ = Outcome::cancelled;
    return socket_.readable_ && !socket_.killed_;
}

bool Reading::give_up()
{
    if (errno == EAGAIN) {
        socket_.readable_ = false;
        return false;
    }
    outcome_ = Outcome::failed;
    return true;
}

void Writing::await_suspend(std::coroutine_handle<> waiting)
{
    assert(socket_.writer_ == nullptr);
    waiting_ = waiting;
    socket_.writer_ = this;
}

bool Writing::give_up()
{
    if (errno == EAGAIN) return false;
    outcome_ = socket_.killed_ ? Outcome::cancelled : Outcome::failed;
    return true;
}

bool Read::attempt()
{
    if (!may_try()) return outcome_ != Outcome::done;
    const ssize_t got = ::recv(socket_.fd_.get(), into_.data(), into_.size(), 0);
    if (got < 0) return give_up();
    if (got == 0) outcome_ = Outcome::ended;
    bytes_ = static_cast<std::size_t>(got);
    // A short read has emptied the socket: the next edge will tell, and a call is saved.
    if (bytes_ < into_.size() && !socket_.hung_up_) socket_.readable_ = false;
    return true;
}

bool Wait::attempt()
{
    return may_try() || outcome_ != Outcome::done;
}

bool Stay::attempt()
{
    if (socket_.killed_) outcome_ = Outcome::cancelled;
    return socket_.killed_;
}

Write::Write(Socket& socket, std::string_view first, std::string_view second, Tick until)
    : Writing(socket, until),
      parts_{
          iovec{const_cast<char*>(first.data()),  first.size() },
          iovec{const_cast<char*>(second.data()), second.size()}
}
{}

ssize_t Write::send_parts()
{
    const int fd = socket_.fd_.get();
    const iovec& first = parts_[at_];
    const int flags = MSG_NOSIGNAL | (more_ ? MSG_MORE : 0);
    const bool alone = at_ + 1 == parts_.size() || parts_[at_ + 1].iov_len == 0;
    if (alone) return ::send(fd, first.iov_base, first.iov_len, flags);
    msghdr message{};
    message.msg_iov = &parts_[at_];
    message.msg_iovlen = parts_.size() - at_;
    return ::sendmsg(fd, &message, flags);
}

bool Write::attempt()
{
    while (at_ < parts_.size()) {
        if (parts_[at_].iov_len == 0) {
            ++at_;
            continue;
        }
        const ssize_t sent = send_parts();
        if (sent < 0) return give_up();
        auto rest = static_cast<std::size_t>(sent);
        while (at_ < parts_.size() && rest >= parts_[at_].iov_len)
            rest -= parts_[at_++].iov_len;
        if (at_ == parts_.size()) break;
        parts_[at_].iov_base = static_cast<char*>(parts_[at_].iov_base) + rest;
        parts_[at_].iov_len -= rest;
    }
    return true;
}

bool Connect::attempt()
{
    // The first look comes before the kernel can know anything.
    if (!std::exchange(asked_, true)) return false;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket_.fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) outcome_ = Outcome::failed;
    // By who waited for it: that says nothing of the peer.
    if (socket_.killed_) outcome_ = Outcome::cancelled;
    return true;
}

bool SpliceIn::attempt()
{
    if (!may_try()) return outcome_ != Outcome::done;
    const ssize_t got = ::splice(
        socket_.fd_.get(),
        nullptr,
        pipe_.entrance(),
        nullptr,
        most_,
        SPLICE_F_MOVE | SPLICE_F_NONBLOCK
    );
    if (got < 0) return give_up();
    if (got == 0) outcome_ = Outcome::ended;
    bytes_ = static_cast<std::size_t>(got);
    pipe_.fill(bytes_);
    return true;
}

bool SpliceOut::attempt()
{
    const unsigned flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK | (more_ ? SPLICE_F_MORE : 0U);
    while (left_ > 0) {
        const ssize_t sent =
            ::splice(pipe_.exit(), nullptr, socket_.fd_.get(), nullptr, left_, flags);
        if (sent < 0) return give_up();
        if (sent == 0) {
            outcome_ = Outcome::failed;
            return true;
        }
        left_ -= static_cast<std::size_t>(sent);
        pipe_.drain(static_cast<std::size_t>(sent));
    }
    return true;
}

}  // namespace diorama::gateway
