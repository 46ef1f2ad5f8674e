#include "gateway/socket.hpp"

#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <utility>

namespace diorama::gateway {

Socket::Socket(Loop& loop, Fd fd)
    : loop_(loop),
      fd_(std::move(fd)),
      key_(loop.watch(fd_.get(), *this))
{}

Socket::~Socket()
{
    loop_.forget(key_);
}

void Socket::kill() noexcept
{
    killed_ = true;
    ::shutdown(fd_.get(), SHUT_RDWR);
}

void Socket::finish_sending() noexcept
{
    ::shutdown(fd_.get(), SHUT_WR);
}

void Socket::finish_receiving() noexcept
{
    ::shutdown(fd_.get(), SHUT_RD);
}

void Socket::reset_on_close() noexcept
{
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void Socket::tie(Socket* other, milliseconds patience)
{
    tied_ = other;
    patience_ = patience;
    if (tied_ != nullptr && hung_up_) tied_->limit(loop_.after(patience_));
}

bool Socket::quiet()
{
    if (hung_up()) return false;
    // A read that was cut to the rest of a body leaves the flag set: only a look can tell.
    char byte = 0;
    if (::recv(fd_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || errno != EAGAIN) return false;
    readable_ = false;
    return true;
}

void Socket::keep(Keeper* keeper, Tick until)
{
    keeper_ = keeper;
    kept_until_ = until;
}

void Socket::end(Operation*& operation, Outcome outcome)
{
    if (operation == nullptr) return;
    Operation& ended = *std::exchange(operation, nullptr);
    ended.outcome_ = outcome;
    ended.waiting_.resume();
}

void Socket::heed_tie(std::uint32_t events)
{
    if (tied_ == nullptr) return;
    if ((events & (EPOLLHUP | EPOLLERR)) != 0)
        tied_->kill();
    else if (hung_up_)
        tied_->limit(loop_.after(patience_));
}

void Socket::ready(std::uint32_t events)
{
    constexpr std::uint32_t gone = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
    if ((events & (EPOLLIN | gone)) != 0) readable_ = true;
    if ((events & gone) != 0) hung_up_ = true;
    heed_tie(events);
    if (keeper_ != nullptr && readable_) {
        keeper_->disturbed(*this);
        return;
    }
    // Whoever is resumed may destroy this socket.
    Loop& loop = loop_;
    const Loop::Key key = key_;
    if (reader_ != nullptr && readable_ && reader_->attempt())
        std::exchange(reader_, nullptr)->waiting_.resume();
    if (!loop.watches(key)) return;
    if (writer_ != nullptr && (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0 &&
        writer_->attempt())
        std::exchange(writer_, nullptr)->waiting_.resume();
}

void Socket::tick(Tick now)
{
    if (keeper_ != nullptr) {
        if (kept_until_ <= now) keeper_->disturbed(*this);
        return;
    }
    Loop& loop = loop_;
    const Loop::Key key = key_;
    if (reader_ != nullptr && std::min(reader_->until_, limit_) <= now)
        end(reader_, Outcome::timed_out);
    if (!loop.watches(key)) return;
    if (writer_ != nullptr && std::min(writer_->until_, limit_) <= now)
        end(writer_, Outcome::timed_out);
}

}  // namespace diorama::gateway
