#pragma once

#include "base/task.hpp"
#include "gateway/client.hpp"
#include "gateway/head.hpp"

#include <list>

namespace diorama::gateway {

class Destination;

/// One client's connection, from the first request to the close.
class Session {
public:
    Session(Shard& shard, Fd fd, const Address& peer, std::uint16_t port);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    Task<> run();

    /// The gateway stops: ends at once when nothing is under way, else after it.
    void drain();
    /// Ends now, whatever is under way.
    void cut_off() { client_.socket.kill(); }

private:
    /// Reads a head into the inbox. `more`: the client left, and there is nothing to say.
    Task<Parse> receive();
    Task<Parse> receive_rest();
    Parse parse(std::string_view text);
    Task<After> serve(bool may_wait);
    /// Waits until the scene the request is for wakes, as long as the client may be kept waiting.
    Task<After> serve_later();
    Task<Outcome> wait_for(Destination& destination);
    Tick patience() const;
    Task<After> refuse();
    Task<After> reply(Page page);
    Task<> linger();

    Shard& shard_;
    std::list<Session*>::iterator place_;
    Client client_;
    RequestHead head_;
    bool idle_ = false;
};

/// Starts a session for a client that was accepted. This is a door: whatever is thrown in a
/// session ends that session, and is counted.
void start_session(Shard& shard, Fd fd, const Address& peer, std::uint16_t port) noexcept;

}  // namespace diorama::gateway
