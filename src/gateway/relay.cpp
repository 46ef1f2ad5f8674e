#include "gateway/relay.hpp"

#include "gateway/shard.hpp"
#include "gateway/transfer.hpp"

namespace diorama::gateway {

namespace {

End source_end(Outcome outcome)
{
    if (outcome == Outcome::ended) return End::source_ended;
    return outcome == Outcome::timed_out ? End::source_stalled : End::source_failed;
}

Task<End> splice_body(Passage passage, Pipe& pipe)
{
    auto& [shard, from, to, body, inbox, use] = passage;
    const milliseconds stall = shard.settings.timeouts.stall;
    while (!body.done()) {
        const auto most = static_cast<std::size_t>(body.left());
        const Moved got = co_await SpliceIn(from, pipe, most, shard.loop.after(stall));
        if (!got) co_return source_end(got.outcome);
        body.skip(got.bytes);
        // A full pipe: the kernel holds more already, and need not wake the reader for a rest.
        const bool more = !body.done() && got.bytes >= PipePool::capacity;
        const Outcome sent = co_await SpliceOut(to, pipe, got.bytes, more, shard.loop.after(stall));
        if (sent != Outcome::done) co_return End::sink_failed;
        use.touch(shard.loop.wall());
    }
    co_return End::done;
}

}  // namespace

Task<End> pass_body(Passage passage)
{
    auto& [shard, from, to, body, inbox, use] = passage;
    const milliseconds stall = shard.settings.timeouts.stall;
    while (!body.done()) {
        if (inbox.empty() && body.left() >= splice_from) {
            Pipe pipe(shard.pipes);
            if (pipe) co_return co_await splice_body(passage, pipe);
        }
        if (inbox.empty()) {
            inbox.open(shard.buffers);
            const auto room = inbox.room(Buffer::size);
            const Moved got = co_await Read(from, room, shard.loop.after(stall));
            if (!got) co_return source_end(got.outcome);
            inbox.add(got.bytes);
        }
        const std::size_t taken = body.take(inbox.text());
        if (body.broken()) co_return End::malformed;
        const std::string_view piece = inbox.text().substr(0, taken);
        const Outcome sent = co_await Write(to, piece, shard.loop.after(stall));
        if (sent != Outcome::done) co_return End::sink_failed;
        inbox.use(taken);
        use.touch(shard.loop.wall());
    }
    co_return End::done;
}

void Upload::start(Passage passage)
{
    from_ = &passage.from;
    to_ = &passage.to;
    spawn(run(passage));
}

void Upload::stop()
{
    // It waits at exactly one of these, and ends without waiting again.
    if (running_) from_->cancel_read();
    if (running_) to_->cancel_write();
}

Task<> Upload::run(Passage passage)
{
    running_ = true;
    end_ = End::source_failed;
    try {
        end_ = co_await pass_body(passage);
    } catch (...) {
        passage.shard.counters.accidents.add();
    }
    running_ = false;
    ended_at_ = passage.shard.loop.now();
    // When the upstream takes no more, it may have answered already: that is still to be read.
    if (end_ != End::done && end_ != End::sink_failed) passage.to.kill();
}

}  // namespace diorama::gateway
