#pragma once

#include "base/task.hpp"
#include "gateway/body.hpp"
#include "gateway/buffer.hpp"
#include "gateway/route_table.hpp"
#include "gateway/socket.hpp"

namespace diorama::gateway {

class Shard;

/// The way of one body, from one socket to the other.
struct Passage {
    Shard& shard;
    Socket& from;
    Socket& to;
    Body& body;
    Inbox& inbox;  ///< What was read from `from` already; what lies behind the body stays in it.
    LastUse& use;
};

/// How a body came to its end.
enum class End : std::uint8_t {
    done,
    source_ended,  ///< The close that ends a body without a length, or one too early.
    source_failed,
    source_stalled,
    malformed,
    sink_failed,
};

/// Passes the rest of `passage.body` on, unchanged: in the kernel (splice) when its length is
/// known and large, else through the inbox.
Task<End> pass_body(Passage passage);

/// Bodies with at least this much to come are spliced: below it two more calls cost more than a
/// copy.
inline constexpr std::int64_t splice_from = 64 * 1024;

/// A request body that goes up while the answer comes down.
///
/// Its end is seen by `running`; when the client breaks it off, the upstream's connection is cut,
/// so that who reads from it is told.
class Upload {
public:
    Upload() = default;
    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;

    void start(Passage passage);
    /// Ends it at once. Must be called before what it refers to goes.
    void stop();

    bool running() const { return running_; }
    End end() const { return end_; }
    Tick ended_at() const { return ended_at_; }

private:
    Task<> run(Passage passage);

    Socket* from_ = nullptr;
    Socket* to_ = nullptr;
    bool running_ = false;
    End end_ = End::done;
    Tick ended_at_ = 0;
};

}  // namespace diorama::gateway
