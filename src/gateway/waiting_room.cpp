#include "gateway/waiting_room.hpp"

namespace diorama::gateway {

WaitingRoom::Guest::Guest(
    WaitingRoom& room, Socket& socket, const RequestHead& head, Destination& destination
)
    : room_(room),
      socket_(socket),
      head_(head),
      destination_(&destination),
      environment_(destination.route().environment)
{
    std::size_t& count = room_.count_[environment_];
    place_ = room_.guests_.insert(room_.guests_.end(), this);
    ++count;
}

WaitingRoom::Guest::~Guest()
{
    room_.guests_.erase(place_);
    const auto count = room_.count_.find(environment_);
    if (--count->second == 0) room_.count_.erase(count);
}

bool WaitingRoom::full(const EnvironmentId& environment) const
{
    const auto count = count_.find(environment);
    return most_ == 0 || (count != count_.end() && count->second >= most_);
}

void WaitingRoom::look_again(const RouteTable& table)
{
    // Who is called leaves the room at once, and may come back at its end with another request.
    for (auto next = guests_.begin(); next != guests_.end();) {
        Guest& guest = **next++;
        const RequestHead& head = guest.head_;
        Destination* const now = table.find(head.host, head.path).destination;
        if (now != nullptr && now->wakes())
            guest.destination_ = now;
        else
            guest.socket_.call();
    }
}

void WaitingRoom::call_all()
{
    for (auto next = guests_.begin(); next != guests_.end();)
        (**next++).socket_.call();
}

}  // namespace diorama::gateway
