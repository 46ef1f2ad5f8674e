#include "gateway/tunnel.hpp"

#include "gateway/shard.hpp"
#include "gateway/transfer.hpp"

namespace diorama::gateway {

Tunnel::Tunnel(Shard& shard, Socket& client, Socket& upstream, Destination& destination)
    : shard_(shard),
      client_(client),
      upstream_(upstream),
      destination_(destination),
      moved_(shard.loop.now())
{}

void Tunnel::Joint::finish()
{
    done = true;
    if (waiting) waiting.resume();
}

Task<> Tunnel::run()
{
    // Both stand before one starts: what may throw, throws here.
    Joint joint;
    Task<> up = then_finish(one_way(client_, upstream_), joint);
    Task<> down = one_way(upstream_, client_);
    spawn(std::move(up));
    co_await down;
    co_await joint;
}

Task<> Tunnel::then_finish(Task<> task, Joint& joint)
{
    co_await task;
    joint.finish();
}

Task<> Tunnel::one_way(Socket& from, Socket& to)
{
    try {
        co_await pump(from, to);
    } catch (...) {
        shard_.counters.accidents.add();
        cut();
    }
}

Task<> Tunnel::pump(Socket& from, Socket& to)
{
    const milliseconds patience = shard_.settings.timeouts.tunnel;
    for (;;) {
        const Outcome seen = co_await Wait(from, moved_ + patience.count());
        // The other direction may have moved meanwhile.
        if (seen == Outcome::timed_out && shard_.loop.now() < moved_ + patience.count() &&
            !to.hung_up())
            continue;
        if (seen != Outcome::done) break;
        const Buffer buffer = shard_.buffers.take();
        const Moved got = co_await Read(from, buffer.space(), shard_.loop.after(patience));
        if (got.outcome == Outcome::ended) {
            to.finish_sending();
            // Whoever closed one half seldom waits for long.
            from.limit(shard_.loop.after(shard_.settings.timeouts.abandoned));
            to.limit(shard_.loop.after(shard_.settings.timeouts.abandoned));
            co_return;
        }
        if (!got) break;
        const std::string_view piece = buffer.text(0, got.bytes);
        const Outcome sent = co_await Write(to, piece, shard_.loop.after(patience));
        if (sent != Outcome::done) break;
        moved_ = shard_.loop.now();
        destination_.use().touch(shard_.loop.wall());
        // Nobody spoke for so long that the scene was put to sleep under the connection.
        if (destination_.sleeps()) shard_.ask_to_wake(destination_);
    }
    cut();
}

void Tunnel::cut()
{
    client_.kill();
    upstream_.kill();
}

}  // namespace diorama::gateway
