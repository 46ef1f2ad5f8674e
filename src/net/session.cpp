#include "net/session.hpp"

#include <algorithm>

namespace diorama {

namespace {

constexpr milliseconds drain_limit = seconds{2};
constexpr std::size_t early_limit = 64U << 10U;

Response problem(int status)
{
    const auto words = status_words(status);
    Response response{.status = status, .headers = {{"Content-Type", "application/problem+json"}}};
    response.body =
        fmt::format(R"({{"type":"about:blank","title":"{}","status":{}}})", words, status);
    return response;
}

bool has_no_body(int status)
{
    return status < 200 || status == 204 || status == 304;
}

}  // namespace

/// Puts pieces on the wire, one writer after the other.
class SessionWriter final : public BodyWriter {
public:
    SessionWriter(Session& session, std::stop_source gone, bool chunked)
        : session_(session),
          gone_(std::move(gone)),
          chunked_(chunked),
          turn_(session.house_.loop, 1)
    {}

    Task<bool> write(std::string piece) override
    {
        const auto turn = co_await turn_.acquire();
        if (gone_.stop_requested()) co_return false;
        if (piece.empty()) co_return true;
        const bool written =
            co_await session_.write(chunked_ ? http1::format_chunk(piece) : std::move(piece));
        if (!written) gone_.request_stop();
        co_return written;
    }
    std::stop_token stop() const override { return gone_.get_token(); }

private:
    Session& session_;
    std::stop_source gone_;
    bool chunked_;
    Semaphore turn_;
};

Session::Session(House house, Listener::Peer peer)
    : house_(std::move(house)),
      stream_(std::move(peer.stream)),
      remote_(std::move(peer.address)),
      wire_(*stream_),
      waiting_(++house_.turns)
{}

Task<> Session::run()
{
    while (keep_alive_ && !house_.stopping.stop_requested()) {
        auto request = co_await receive();
        if (!request) break;
        waiting_ = 0;
        co_await answer(std::move(*request));
        place_.reset();
        waiting_ = ++house_.turns;
    }
    if (refusal_ != 0) co_await refuse();
    stream_->close();
}

Task<std::optional<std::string>> Session::receive_head()
{
    if (!wire_.has_bytes()) {
        idle_ = true;
        const Cutoff cutoff(house_.loop, house_.options.idle_timeout, *stream_);
        const auto more = co_await wire_.fill();
        if (!more || !*more) co_return std::nullopt;
    }
    idle_ = false;
    const Cutoff cutoff(house_.loop, house_.options.head_timeout, *stream_);
    auto text = co_await wire_.head(house_.options.head_limit);
    if (text) co_return std::move(*text);
    if (text.error().code == Code::invalid) refusal_ = 400;
    if (text.error().code == Code::too_many) refusal_ = 431;
    co_return std::nullopt;
}

Task<std::optional<Request>> Session::receive()
{
    const auto text = co_await receive_head();
    if (!text) co_return std::nullopt;
    refusal_ = 400;  // Until everything below was readable.
    auto head = http1::parse_request(*text);
    if (!head) co_return std::nullopt;
    const auto framing = http1::framing(*head);
    if (!framing) co_return std::nullopt;
    minor_ = head->minor;
    keep_alive_ = http1::keeps_alive(head->headers, head->minor);
    Request request{.method = std::move(head->method), .target = std::move(head->target)};
    request.headers = std::move(head->headers);
    request.remote = remote_;
    if (!http1::read_target(request)) co_return std::nullopt;
    asked_ = request.method + " " + request.path;
    refusal_ = 0;
    const bool received = co_await receive_body(request, *framing);
    if (!received) co_return std::nullopt;
    co_return request;
}

std::size_t Session::body_limit(const std::string& path) const
{
    const ServerOptions& options = house_.options;
    const bool large = std::ranges::find(options.large_paths, path) != options.large_paths.end();
    return large ? std::max(options.large_limit, options.body_limit) : options.body_limit;
}

Task<bool> Session::take_place(Semaphore& places)
{
    const Deadline deadline(house_.loop, house_.options.body_wait, house_.stopping);
    const std::uint64_t before = std::exchange(waiting_, 0);
    place_ = co_await places.acquire(deadline.token());
    waiting_ = before;
    co_return place_.has_value();
}

Task<bool> Session::receive_body(Request& request, http1::Framing framing)
{
    using Kind = http1::Framing::Kind;
    if (framing.kind == Kind::none) co_return true;
    refusal_ = 413;
    if (framing.length > body_limit(request.path)) co_return false;
    refusal_ = 503;
    const bool large = framing.length > house_.options.body_limit;
    const bool small = framing.kind == Kind::length && framing.length <= house_.options.small_limit;
    if (large || !small) {
        const bool placed = co_await take_place(large ? house_.large_bodies : house_.bodies);
        if (!placed) co_return false;
    }
    refusal_ = 0;
    if (minor_ == 1 && !wire_.has_bytes() && request.headers.lists("Expect", "100-continue")) {
        const bool written = co_await write("HTTP/1.1 100 Continue\r\n\r\n");
        if (!written) co_return false;
    }
    const Cutoff cutoff(house_.loop, house_.options.body_timeout, *stream_);
    http1::BodyDecoder decoder(framing);
    const std::size_t limit = std::max(house_.options.body_limit, std::size_t{framing.length});
    auto body = co_await wire_.body(decoder, limit);
    if (!body) {
        if (body.error().code == Code::invalid) refusal_ = 400;
        if (body.error().code == Code::too_many) refusal_ = 413;
        co_return false;
    }
    request.body = std::move(*body);
    co_return true;
}

void Session::report(std::string_view what) const
{
    if (house_.options.on_exception) house_.options.on_exception(asked_, what);
}

Task<> Session::answer(Request request)
{
    const bool with_body = request.method != "HEAD";
    std::optional<Response> response;
    try {
        response = co_await house_.handler(std::move(request));
    } catch (const std::exception& thrown) {
        report(thrown.what());
    } catch (...) {
        report("something that is no exception");
    }
    if (!response) response = problem(500);
    const bool streaming = response->stream || response->producer;
    if (streaming && with_body && !has_no_body(response->status)) {
        co_await send_streaming(std::move(*response));
    } else {
        co_await send(std::move(*response), with_body);
    }
}

Task<> Session::send(Response response, bool with_body)
{
    using Kind = http1::Framing::Kind;
    if (house_.stopping.stop_requested()) keep_alive_ = false;
    const bool bodiless = has_no_body(response.status);
    const http1::Framing framing{bodiless ? Kind::none : Kind::length, response.body.size()};
    response.headers.set("Date", http1::format_date(house_.loop.now()));
    std::string text;
    try {
        text = http1::format_response(response, framing, keep_alive_);
        if (with_body && !bodiless) text += response.body;
    } catch (const std::exception& thrown) {
        report(thrown.what());
        const auto bare = problem(500);
        text =
            http1::format_response(bare, {Kind::length, bare.body.size()}, keep_alive_) + bare.body;
    }
    const bool written = co_await write(std::move(text));
    if (!written) keep_alive_ = false;
}

Task<> Session::send_streaming(Response response)
{
    using Kind = http1::Framing::Kind;
    keep_alive_ = false;  // Whoever listens to a stream seldom asks for more.
    const bool chunked = minor_ == 1;
    response.headers.set("Date", http1::format_date(house_.loop.now()));
    std::string head;
    try {
        head =
            http1::format_response(response, {chunked ? Kind::chunked : Kind::until_close}, false);
    } catch (const std::exception& thrown) {
        report(thrown.what());
        refusal_ = 500;
        co_return;
    }
    const bool open = co_await write(std::move(head));
    if (!open) co_return;

    std::stop_source gone;
    const std::stop_callback on_stop(house_.stopping, [gone]() mutable { gone.request_stop(); });
    SessionWriter writer(*this, gone, chunked);
    TaskGroup watching(house_.loop);
    watching.spawn(watch(gone));
    bool whole = false;
    co_await produce(response, writer, whole);
    if (whole && chunked) co_await write(std::string(http1::last_chunk));
    stream_->finish();
    const Cutoff cutoff(house_.loop, whole ? drain_limit : milliseconds{0}, *stream_);
    co_await watching.join();
}

Task<> Session::produce(Response& response, BodyWriter& writer, bool& whole)
{
    try {
        if (response.producer) {
            co_await response.producer(writer);
            whole = true;
        }
        while (response.stream) {
            auto piece = co_await response.stream->next();
            if (!piece) report(piece.error().message);
            whole = piece && !*piece;
            if (!piece || !*piece) break;
            const bool listening = co_await writer.write(std::move(**piece));
            if (!listening) break;
        }
    } catch (const std::exception& thrown) {
        whole = false;
        report(thrown.what());
    }
}

Task<> Session::watch(std::stop_source gone)
{
    while (wire_.size() < early_limit) {
        const auto more = co_await wire_.fill();
        if (!more || !*more) break;
    }
    gone.request_stop();
}

Task<> Session::refuse()
{
    keep_alive_ = false;
    co_await send(problem(refusal_), true);
    co_await drain();
}

Task<> Session::drain()
{
    stream_->finish();
    const Cutoff cutoff(house_.loop, drain_limit, *stream_);
    for (;;) {
        wire_.take();
        const auto more = co_await wire_.fill();
        if (!more || !*more) co_return;
    }
}

Task<bool> Session::write(std::string bytes)
{
    const Cutoff cutoff(house_.loop, house_.options.write_timeout, *stream_);
    const std::uint64_t before = std::exchange(waiting_, ++house_.turns);
    const auto written = co_await stream_->write(bytes);
    waiting_ = before;
    co_return written.has_value();
}

}  // namespace diorama
