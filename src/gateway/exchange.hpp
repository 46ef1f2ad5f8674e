#pragma once

#include "base/task.hpp"
#include "gateway/body.hpp"
#include "gateway/buffer.hpp"
#include "gateway/client.hpp"
#include "gateway/head.hpp"
#include "gateway/relay.hpp"
#include "gateway/route_table.hpp"

#include <memory>

namespace diorama::gateway {

/// One request on its way to a destination, and the answer on its way back.
///
/// A connection that cannot be made is tried at the next replica. A request is sent a second time
/// only when it is idempotent, went out whole over a kept connection, and not a byte came back:
/// then the upstream had closed it (RFC 9110 section 9.2.2).
class Exchange {
public:
    /// Takes the request `head` off the client's inbox; `head` may be reused afterwards.
    Exchange(Shard& shard, Client& client, const RequestHead& head, Destination& destination);
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    ~Exchange();

    Task<After> run();

private:
    enum class Reached : std::uint8_t {
        answered,
        unreachable,  ///< Nobody there, or nothing sensible came back.
        late,
        gone,       ///< The client left or kept us waiting.
        misframed,  ///< The client's body cannot be read.
    };

    Task<Reached> reach();
    Task<Outcome> connect();
    Task<Reached> ask();
    Task<bool> invite();
    Task<Reached> read_head();
    Task<Reached> pass_interim();
    Reached lost(Outcome outcome) const;
    void complain(std::string_view why);
    Tick head_deadline() const;

    Task<After> refuse(Reached reached);
    Task<After> deliver();
    Task<Outcome> send_head(Body& body, bool last);
    After conclude(const Body& body, bool last);
    Task<After> tunnel();
    bool acceptable() const;

    Tick stall() const;
    void adopt(std::unique_ptr<Socket> upstream);

    Presence active_;
    Presence under_way_;
    Shard& shard_;
    Client& client_;
    Destination& destination_;
    Rendering how_;
    int minor_;
    bool switches_;
    bool invites_;  ///< The client waits for a 100 before it sends its body.
    bool repeatable_;
    bool partly_answered_ = false;  ///< Something of the answer came.
    Body body_;                     ///< The request's.
    Buffer outgoing_;               ///< The request as sent; later the answer's head, if edited.
    std::size_t outgoing_size_ = 0;
    Inbox incoming_;  ///< What came from the upstream.
    ResponseHead response_;
    Backend* backend_ = nullptr;  ///< The replica asked last.
    Pool* pool_ = nullptr;        ///< Where its connection goes afterwards.
    std::unique_ptr<Socket> upstream_;
    Upload upload_;
};

}  // namespace diorama::gateway
