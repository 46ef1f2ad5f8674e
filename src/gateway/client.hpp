#pragma once

#include "base/task.hpp"
#include "gateway/buffer.hpp"
#include "gateway/forward.hpp"
#include "gateway/pages.hpp"
#include "gateway/socket.hpp"

namespace diorama::gateway {

class Shard;

/// Somebody connected to the gateway.
struct Client {
    Client(Loop& loop, Fd fd, Origin who) : socket(loop, std::move(fd)), origin(std::move(who)) {}

    Socket socket;
    Inbox inbox;  ///< What it sent and nobody used yet: the next request, the rest of a body.
    Origin origin;
};

/// What becomes of a client's connection after an answer.
enum class After : std::uint8_t {
    keep,    ///< The next request may come.
    wait,    ///< There was no answer yet: the request may wait for its scene to wake.
    linger,  ///< It ends; what still comes is read away, or the kernel would reset the answer.
    close,
};

/// Answers with a page of the gateway's own, and counts it.
Task<After> answer(Shard& shard, Client& client, Page page, Rendering how);

}  // namespace diorama::gateway
