#pragma once

#include "gateway/head.hpp"
#include "gateway/route_table.hpp"
#include "gateway/socket.hpp"

#include <list>
#include <unordered_map>

namespace diorama::gateway {

/// The requests of one thread that wait for their scenes to wake.
class WaitingRoom {
public:
    /// `most` wait for one environment.
    explicit WaitingRoom(std::size_t most) : most_(most) {}
    WaitingRoom(const WaitingRoom&) = delete;
    WaitingRoom& operator=(const WaitingRoom&) = delete;

    /// A request in the room, for as long as it lives.
    class Guest {
    public:
        /// What it refers to must outlive it; `destination` may be replaced by newer tables.
        Guest(WaitingRoom& room, Socket& socket, const RequestHead& head, Destination& destination);
        Guest(const Guest&) = delete;
        Guest& operator=(const Guest&) = delete;
        ~Guest();

    private:
        friend class WaitingRoom;

        WaitingRoom& room_;
        Socket& socket_;
        const RequestHead& head_;
        Destination* destination_;
        EnvironmentId environment_;
        std::list<Guest*>::iterator place_;
    };

    bool full(const EnvironmentId& environment) const;

    /// Lets everybody go on for whom there is nothing to wait for any more by `table`.
    void look_again(const RouteTable& table);
    /// Lets everybody go on.
    void call_all();

    /// Calls `use` with the destination of each guest.
    template <class Use>
    void each(Use use) const
    {
        for (const Guest* guest : guests_)
            use(*guest->destination_);
    }

private:
    std::size_t most_;
    std::list<Guest*> guests_;  ///< In the order they came.
    std::unordered_map<EnvironmentId, std::size_t> count_;
};

}  // namespace diorama::gateway
