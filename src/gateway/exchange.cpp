#include "gateway/exchange.hpp"

#include "gateway/shard.hpp"
#include "gateway/transfer.hpp"
#include "gateway/tunnel.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace diorama::gateway {

namespace {

/// How long a replica that did not take a connection comes last.
constexpr seconds avoidance{2};

/// Begins a connection; nothing when the kernel refuses at once.
std::unique_ptr<Socket> begin_connection(Loop& loop, const Address& address)
{
    Fd fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd) return nullptr;
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(fd.get(), address.data(), address.size()) != 0 && errno != EINPROGRESS)
        return nullptr;
    return std::make_unique<Socket>(loop, std::move(fd));
}

}  // namespace

Exchange::Exchange(Shard& shard, Client& client, const RequestHead& head, Destination& destination)
    : active_(shard.counters.active),
      under_way_(destination.under_way(shard.index)),
      shard_(shard),
      client_(client),
      destination_(destination),
      how_{
          .html = head.accepts_html,
          .json = head.accepts_json,
          .head = head.is_head(),
          .close = head.close,
          .reload = head.fetches()
      },
      minor_(head.minor),
      switches_(head.switches()),
      invites_(head.expects_continue && head.has_body() && head.minor == 1),
      body_(Body::of(head)),
      outgoing_(shard.buffers.take())
{
    const bool strips = destination.has_prefix() && destination.route().strip;
    const std::string_view stripped = strips ? destination.route().path : std::string_view{};
    outgoing_size_ =
        forward_request(outgoing_.space(), client.inbox.text(), head, client.origin, stripped);
    repeatable_ = head.idempotent();
    client.inbox.use(head.size);
    // While the app thinks, a request holds no more than what may have to be sent again.
    if (body_.done()) {
        if (client.inbox.empty()) client.inbox.close();
        return;
    }
    // What came of the body goes out with the head; most bodies are small and come whole.
    const auto room = outgoing_.space(outgoing_size_);
    const std::size_t taken = body_.take(client.inbox.text().substr(0, room.size()));
    std::memcpy(room.data(), client.inbox.text().data(), taken);
    outgoing_size_ += taken;
    client.inbox.use(taken);
    repeatable_ = repeatable_ && body_.done();
}

Exchange::~Exchange()
{
    upload_.stop();
    adopt(nullptr);
}

Tick Exchange::stall() const
{
    return shard_.loop.after(shard_.settings.timeouts.stall);
}

void Exchange::adopt(std::unique_ptr<Socket> upstream)
{
    client_.socket.tie(upstream.get(), shard_.settings.timeouts.abandoned);
    upstream_ = std::move(upstream);
}

Task<After> Exchange::run()
{
    Reached reached = Reached::misframed;
    if (!body_.broken()) reached = co_await reach();
    if (reached == Reached::answered && acceptable()) {
        if (response_.status == 101) co_return co_await tunnel();
        co_return co_await deliver();
    }
    if (reached == Reached::answered) reached = Reached::unreachable;
    co_return co_await refuse(reached);
}

/// What a client could misread is not passed on.
bool Exchange::acceptable() const
{
    if (response_.status == 101) return switches_ && !response_.upgrade.empty();
    return minor_ == 1 || !response_.chunked;
}

Task<Exchange::Reached> Exchange::reach()
{
    const auto replicas = destination_.backends();
    const std::size_t first = destination_.next_replica(shard_.index, shard_.loop.now());
    bool fresh = false;
    bool late = false;
    for (std::size_t tried = 0; tried < replicas.size();) {
        backend_ = replicas[(first + tried) % replicas.size()].get();
        pool_ = &backend_->pool(shard_.index);
        adopt(fresh ? nullptr : pool_->take(!repeatable_));
        const bool reused = upstream_ != nullptr;
        if (!reused) {
            const Outcome connected = co_await connect();
            if (connected == Outcome::cancelled) co_return Reached::gone;
            if (connected != Outcome::done) {
                late = late || connected == Outcome::timed_out;
                ++tried;
                continue;
            }
        }
        (reused ? shard_.counters.reuses : shard_.counters.connects).add();
        const Reached reached = co_await ask();
        const bool again =
            reached == Reached::unreachable && reused && repeatable_ && !partly_answered_;
        if (!again) co_return reached;
        shard_.counters.retries.add();
        fresh = true;
    }
    co_return late ? Reached::late : Reached::unreachable;
}

Task<Outcome> Exchange::connect()
{
    adopt(begin_connection(shard_.loop, backend_->address()));
    Outcome connected = Outcome::failed;
    if (upstream_) {
        const Tick until = shard_.loop.after(shard_.settings.timeouts.connect);
        connected = co_await Connect(*upstream_, until);
    }
    if (connected == Outcome::done || connected == Outcome::cancelled) co_return connected;
    const bool late = connected == Outcome::timed_out;
    if (late) shard_.counters.timeouts.add();
    complain(late ? "no connection in time" : "connection refused");
    pool_->avoid(shard_.loop.after(avoidance));
    adopt(nullptr);
    co_return connected;
}

Task<Exchange::Reached> Exchange::ask()
{
    const std::string_view request = outgoing_.text(0, outgoing_size_);
    const Outcome sent = co_await Write(*upstream_, request, stall());
    if (sent != Outcome::done) co_return lost(sent);
    if (!body_.done()) {
        const bool invited = co_await invite();
        if (!invited) co_return Reached::gone;
        upload_.start({shard_, client_.socket, *upstream_, body_, client_.inbox, destination_.use()}
        );
    }
    co_return co_await read_head();
}

/// RFC 9110 section 10.1.1. Said by us once an upstream stands, since not every app says it.
Task<bool> Exchange::invite()
{
    if (!invites_ || !client_.inbox.empty()) co_return true;
    invites_ = false;
    const Outcome sent = co_await Write(client_.socket, "HTTP/1.1 100 Continue\r\n\r\n", stall());
    co_return sent == Outcome::done;
}

Tick Exchange::head_deadline() const
{
    const Tick since = upload_.running() ? shard_.loop.now() : upload_.ended_at();
    return since + shard_.settings.timeouts.upstream_head.count();
}

Task<Exchange::Reached> Exchange::read_head()
{
    const HeadRules rules{.fields = shard_.settings.limits.fields};
    const Tick asked = shard_.loop.after(shard_.settings.timeouts.upstream_head);
    for (;;) {
        const Parse parse =
            incoming_.empty() ? Parse::more : parse_response(incoming_.text(), rules, response_);
        const bool oversized =
            response_.size > shard_.settings.limits.head ||
            (parse == Parse::more && incoming_.size() >= shard_.settings.limits.head);
        if (parse == Parse::refused || oversized) co_return Reached::unreachable;
        if (parse == Parse::done && !response_.interim()) co_return Reached::answered;
        if (parse == Parse::done) {
            const Reached passed = co_await pass_interim();
            if (passed != Reached::answered) co_return passed;
            continue;
        }
        const Tick until = std::max(asked, head_deadline());
        const Outcome seen = co_await Wait(*upstream_, until);
        // The time counts from the end of the request's body, which may still be on its way.
        const bool early = shard_.loop.now() < std::max(asked, head_deadline());
        if (seen == Outcome::timed_out && early && !client_.socket.hung_up()) continue;
        if (seen != Outcome::done) co_return lost(seen);
        incoming_.open(shard_.buffers);
        // Not much more than a head: what is read here of a large body cannot be spliced any more.
        const std::span<char> room = incoming_.room(shard_.settings.limits.head);
        const Moved got = co_await Read(*upstream_, room, until);
        if (!got) co_return lost(got.outcome);
        partly_answered_ = true;
        incoming_.add(got.bytes);
    }
}

Task<Exchange::Reached> Exchange::pass_interim()
{
    // HTTP/1.0 knows no interim answers (RFC 9110 section 15.2).
    if (minor_ == 1) {
        std::array<char, 512> small;
        const Buffer large = response_.size + 64 > small.size() ? shard_.buffers.take() : Buffer();
        const std::span<char> into = large ? large.space() : std::span<char>(small);
        const std::size_t size = forward_response(into, incoming_.text(), response_, false);
        const std::string_view text(into.data(), size);
        const Outcome sent = co_await Write(client_.socket, text, stall());
        if (sent != Outcome::done) co_return Reached::gone;
    }
    incoming_.use(response_.size);
    co_return Reached::answered;
}

Exchange::Reached Exchange::lost(Outcome outcome) const
{
    // A client that breaks its body off has our side of the upstream's connection cut.
    switch (upload_.end()) {
        case End::malformed: return Reached::misframed;
        case End::source_ended:
        case End::source_failed:
        case End::source_stalled:
            if (!upload_.running()) return Reached::gone;
            break;
        default: break;
    }
    if (outcome == Outcome::cancelled) return Reached::gone;
    if (outcome != Outcome::timed_out) return Reached::unreachable;
    shard_.counters.timeouts.add();
    return Reached::late;
}

/// Neither path nor fields: there may be secrets in them.
void Exchange::complain(std::string_view why)
{
    // A client that left is not kept waiting for long: that says nothing of the upstream.
    if (client_.socket.hung_up() || !pool_->may_complain(shard_.loop.now())) return;
    const Upstream& upstream = backend_->upstream();
    shard_.log.warn(
        "an upstream fails its visitors",
        {
            {"host", destination_.route().host},
            {"environment", destination_.route().environment},
            {"upstream", fmt::format("{}:{}", upstream.host, upstream.port)},
            {"why", why}
    }
    );
}

Task<After> Exchange::refuse(Reached reached)
{
    upload_.stop();
    adopt(nullptr);
    if (reached == Reached::gone) co_return After::close;
    if (reached == Reached::late) complain("no answer in time");
    if (reached == Reached::unreachable) complain("no sound answer");
    how_.close = how_.close || !body_.done();
    Page page = unreachable_page();
    if (reached == Reached::late) page = late_page();
    if (reached == Reached::misframed) page = refused_page(400, "the body is malformed");
    co_return co_await answer(shard_, client_, std::move(page), how_);
}

Task<After> Exchange::deliver()
{
    Body body = Body::of(response_, how_.head);
    const bool last =
        how_.close || !body_.done() || shard_.draining() || body.kind() == Body::Kind::until_close;
    const Outcome sent = co_await send_head(body, last);
    if (sent != Outcome::done) co_return After::close;
    if (!body.done()) {
        const End end = co_await pass_body(
            {shard_, *upstream_, client_.socket, body, incoming_, destination_.use()}
        );
        const bool whole = end == End::done ||
                           (body.kind() == Body::Kind::until_close && end == End::source_ended);
        if (!whole) {
            // Nobody shall take the half for the whole.
            client_.socket.reset_on_close();
            co_return After::close;
        }
    }
    co_return conclude(body, last);
}

Task<Outcome> Exchange::send_head(Body& body, bool last)
{
    const std::string_view text = incoming_.text();
    const std::string_view rest = text.substr(response_.size);
    const std::size_t taken = body.take(rest);
    if (body.broken()) co_return Outcome::failed;
    const bool more = body.left() >= splice_from && upstream_->has_more();
    Outcome sent = Outcome::done;
    if (passes_unchanged(response_, last)) {
        const std::string_view piece = text.substr(0, response_.size + taken);
        sent = co_await Write(client_.socket, piece, stall()).ahead_of_more(more);
    } else {
        const std::size_t size = forward_response(outgoing_.space(), text, response_, last);
        sent =
            co_await Write(client_.socket, outgoing_.text(0, size), rest.substr(0, taken), stall())
                .ahead_of_more(more);
    }
    incoming_.use(response_.size + taken);
    co_return sent;
}

After Exchange::conclude(const Body& body, bool last)
{
    const bool whole = body_.done() && !upload_.running() && incoming_.empty();
    upload_.stop();
    if (whole && !response_.close && minor_ == 1 && body.kind() != Body::Kind::until_close) {
        const Tick until = shard_.loop.after(shard_.settings.timeouts.upstream_idle);
        client_.socket.tie(nullptr, {});
        pool_->put_back(std::move(upstream_), shard_.settings.limits.kept, until);
    }
    return last ? After::linger : After::keep;
}

Task<After> Exchange::tunnel()
{
    const std::string_view text = incoming_.text();
    const std::size_t size = forward_response(outgoing_.space(), text, response_, false);
    const Outcome sent = co_await Write(
        client_.socket, outgoing_.text(0, size), text.substr(response_.size), stall()
    );
    if (sent != Outcome::done) co_return After::close;
    // The client need not have waited for the answer.
    const Outcome ahead = co_await Write(*upstream_, client_.inbox.text(), stall());
    if (ahead != Outcome::done) co_return After::close;
    client_.inbox.use(client_.inbox.size());
    client_.inbox.close();
    incoming_.use(incoming_.size());
    incoming_.close();
    outgoing_.release();
    client_.socket.tie(nullptr, {});
    Tunnel both(shard_, client_.socket, *upstream_, destination_);
    co_await both.run();
    co_return After::close;
}

}  // namespace diorama::gateway
