#include "gateway/session.hpp"

#include "gateway/authority.hpp"
#include "gateway/exchange.hpp"
#include "gateway/shard.hpp"
#include "gateway/transfer.hpp"

namespace diorama::gateway {

namespace {

/// How much of an unwanted body is read away before the connection is closed all the same.
constexpr std::size_t linger_bytes = std::size_t{256} * 1024;

Task<> converse(Shard& shard, Fd fd, Address peer, std::uint16_t port)
{
    try {
        Session session(shard, std::move(fd), peer, port);
        co_await session.run();
    } catch (...) {
        shard.counters.accidents.add();
    }
}

}  // namespace

void start_session(Shard& shard, Fd fd, const Address& peer, std::uint16_t port) noexcept
{
    try {
        spawn(converse(shard, std::move(fd), peer, port));
    } catch (...) {
        shard.counters.accidents.add();
    }
}

Session::Session(Shard& shard, Fd fd, const Address& peer, std::uint16_t port)
    : shard_(shard),
      place_(shard.enter(*this)),
      client_(shard.loop, std::move(fd), Origin(peer, port, shard.trusts(peer)))
{
    shard.counters.connections.add();
    shard.counters.open.enter();
}

Session::~Session()
{
    shard_.counters.open.leave();
    shard_.leave(place_);
}

void Session::drain()
{
    if (idle_) client_.socket.finish_receiving();
}

Task<> Session::run()
{
    After after = After::keep;
    while (after == After::keep) {
        const Parse received = co_await receive();
        if (received == Parse::more) co_return;
        shard_.counters.requests.add();
        if (received == Parse::refused)
            after = co_await refuse();
        else
            after = co_await serve(true);
        if (after == After::wait) after = co_await serve_later();
    }
    if (after == After::linger && !client_.socket.hung_up()) co_await linger();
}

Task<Parse> Session::receive()
{
    Inbox& inbox = client_.inbox;
    if (!inbox.empty()) {
        const Parse parsed = parse(inbox.text());
        if (parsed != Parse::more) co_return parsed;
        co_return co_await receive_rest();
    }
    // An idle connection holds no buffer.
    inbox.close();
    if (shard_.draining()) co_return Parse::more;
    idle_ = true;
    const Tick until = shard_.loop.after(shard_.settings.timeouts.idle);
    const Outcome seen = co_await Wait(client_.socket, until);
    idle_ = false;
    if (seen != Outcome::done) co_return Parse::more;
    co_return co_await receive_rest();
}

Task<Parse> Session::receive_rest()
{
    const Tick until = shard_.loop.after(shard_.settings.timeouts.head);
    Inbox& inbox = client_.inbox;
    inbox.open(shard_.buffers);
    for (;;) {
        const bool first = inbox.empty();
        const std::span<char> room = inbox.room(shard_.settings.limits.head);
        const Moved got = co_await Read(client_.socket, room, until);
        if (got.outcome == Outcome::timed_out && !first) {
            shard_.counters.timeouts.add();
            head_.refusal = {408, "the head took too long"};
            co_return Parse::refused;
        }
        if (!got) co_return Parse::more;
        inbox.add(got.bytes);
        // Until a line has ended there is nothing new to learn.
        const std::string_view came(room.data(), got.bytes);
        const bool full = got.bytes == room.size();
        if (!first && !full && came.find('\n') == came.npos) continue;
        const Parse parsed = parse(inbox.text());
        if (parsed != Parse::more) co_return parsed;
    }
}

Parse Session::parse(std::string_view text)
{
    const GatewayLimits& limits = shard_.settings.limits;
    const HeadRules rules{.fields = limits.fields, .trusted = client_.origin.trusted};
    const Parse parsed = parse_request(text, rules, head_);
    const bool oversized =
        parsed == Parse::more ? text.size() >= limits.head : head_.size > limits.head;
    if (!oversized) return parsed;
    head_.refusal = {431, "the head is too large"};
    return Parse::refused;
}

Task<After> Session::serve(bool may_wait)
{
    const RouteTable& table = shard_.table();
    const auto [destination, lacks_slash] = table.find(head_.host, head_.path);
    if (destination == nullptr)
        co_return co_await reply(table.epoch() == 0 ? starting_page() : unknown_page());
    destination->use().touch(shard_.loop.wall());
    if (lacks_slash) {
        std::string location = std::string(head_.path) + "/" + std::string(head_.query);
        co_return co_await reply(redirect_page(std::move(location)));
    }
    // Beyond a prefix may lie somebody else's scene.
    if (destination->has_prefix() && has_dot_segments(head_.path))
        co_return co_await reply(refused_page(400, "the path leaves its prefix"));
    if (destination->backends().empty()) {
        if (may_wait && destination->wakes()) co_return After::wait;
        co_return co_await reply(waiting_page(destination->route()));
    }
    Exchange exchange(shard_, client_, head_, *destination);
    co_return co_await exchange.run();
}

Task<After> Session::serve_later()
{
    Destination& destination = *shard_.table().find(head_.host, head_.path).destination;
    shard_.ask_to_wake(destination);
    if (!shard_.draining() && !shard_.waiting.full(destination.route().environment)) {
        const Outcome called = co_await wait_for(destination);
        if (called == Outcome::cancelled) co_return After::close;
    }
    co_return co_await serve(false);
}

Task<Outcome> Session::wait_for(Destination& destination)
{
    const Presence waiting(shard_.counters.waiting);
    // Many may wait: each holds no more than what it sent so far, and the head moves with that.
    const std::string kept = client_.inbox.take_out();
    parse(kept);
    Socket& socket = client_.socket;
    // Who closes its half does not wait for long, and who is gone not at all.
    socket.tie(&socket, shard_.settings.timeouts.abandoned);
    Outcome called = Outcome::cancelled;
    {
        const WaitingRoom::Guest guest(shard_.waiting, socket, head_, destination);
        called = co_await Stay(socket, patience());
    }
    socket.tie(nullptr, {});
    socket.lift_limit();
    client_.inbox.put_back(shard_.buffers, kept);
    parse(client_.inbox.text());
    co_return called;
}

/// A browser had better show its person what is happening.
Tick Session::patience() const
{
    const GatewayTimeouts& timeouts = shard_.settings.timeouts;
    return shard_.loop.after(head_.shows_page() ? timeouts.wake_page : timeouts.wake);
}

Task<After> Session::reply(Page page)
{
    const Rendering how{
        .html = head_.accepts_html,
        .json = head_.accepts_json,
        .head = head_.is_head(),
        .close = head_.close || head_.has_body(),
        .reload = head_.fetches(),
    };
    client_.inbox.use(head_.size);
    co_return co_await answer(shard_, client_, std::move(page), how);
}

Task<After> Session::refuse()
{
    const Page page = refused_page(head_.refusal.status, head_.refusal.why);
    co_return co_await answer(shard_, client_, page, {.close = true});
}

Task<> Session::linger()
{
    client_.socket.finish_sending();
    client_.inbox.use(client_.inbox.size());
    client_.inbox.open(shard_.buffers);
    const Tick until = shard_.loop.after(shard_.settings.timeouts.linger);
    for (std::size_t read = 0; read < linger_bytes;) {
        const Moved got = co_await Read(client_.socket, client_.inbox.room(Buffer::size), until);
        if (!got) co_return;
        read += got.bytes;
    }
}

}  // namespace diorama::gateway
