#pragma once

#include "base/task.hpp"
#include "gateway/route_table.hpp"
#include "gateway/socket.hpp"

#include <coroutine>

namespace diorama::gateway {

class Shard;

/// Two sockets that talk with each other about something we do not read, such as WebSocket.
/// Holds no buffer while nothing moves.
class Tunnel {
public:
    Tunnel(Shard& shard, Socket& client, Socket& upstream, Destination& destination);

    /// Returns when both directions have ended, or nothing moved for `timeouts.tunnel`.
    Task<> run();

private:
    /// Lets one coroutine wait for the end of another.
    struct Joint {
        bool done = false;
        std::coroutine_handle<> waiting;

        bool await_ready() const { return done; }
        void await_suspend(std::coroutine_handle<> who) { waiting = who; }
        void await_resume() const {}
        void finish();
    };

    Task<> pump(Socket& from, Socket& to);
    Task<> one_way(Socket& from, Socket& to);
    static Task<> then_finish(Task<> task, Joint& joint);
    void cut();

    Shard& shard_;
    Socket& client_;
    Socket& upstream_;
    Destination& destination_;
    Tick moved_ = 0;
};

}  // namespace diorama::gateway
