#include "gateway/backend.hpp"

#include <algorithm>

namespace diorama::gateway {

std::unique_ptr<Socket> Pool::take(bool careful)
{
    while (!idle_.empty()) {
        std::unique_ptr<Socket> socket = std::move(idle_.back());
        idle_.pop_back();
        socket->keep(nullptr, never);
        if (!socket->hung_up() && (!careful || socket->quiet())) return socket;
    }
    return nullptr;
}

void Pool::put_back(std::unique_ptr<Socket> socket, std::size_t most, Tick until)
{
    if (!wanted_ || idle_.size() >= most || !socket->settled()) return;
    socket->lift_limit();
    socket->keep(this, until);
    idle_.push_back(std::move(socket));
}

bool Pool::may_complain(Tick now)
{
    constexpr seconds silence{10};
    if (now < silent_until_) return false;
    silent_until_ = now + milliseconds{silence}.count();
    return true;
}

void Pool::disturbed(Socket& socket)
{
    std::erase_if(idle_, [&](const auto& idle) { return idle.get() == &socket; });
}

}  // namespace diorama::gateway
