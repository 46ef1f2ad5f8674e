#include "net/client.hpp"

#include "net/socket.hpp"
#include "net/wire.hpp"

namespace diorama {

namespace {

constexpr std::size_t head_limit = 64U << 10U;
constexpr std::size_t idle_limit = 8;

struct Connection {
    explicit Connection(std::unique_ptr<Stream> open) : stream(std::move(open)), wire(*stream) {}

    std::unique_ptr<Stream> stream;
    Wire wire;
    bool used = false;  ///< It served a request before; the server may have grown tired of it.
};

using StopCallback = std::stop_callback<std::function<void()>>;

bool is_idempotent(std::string_view method)
{
    return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE";
}

http1::Framing framing_of(const Request& request)
{
    using Kind = http1::Framing::Kind;
    if (request.stream) return {.kind = Kind::chunked};
    const bool bodiless =
        request.body.empty() && request.method != "POST" && request.method != "PUT";
    return {.kind = bodiless ? Kind::none : Kind::length, .length = request.body.size()};
}

}  // namespace

struct Client::Core : std::enable_shared_from_this<Client::Core> {
    Core(Loop& on, Address to, std::optional<TlsTrust> whom)
        : loop(on),
          address(std::move(to)),
          trust(std::move(whom))
    {
        if (address.kind == Address::Kind::tls && !trust) trust = TlsTrust::of_system();
    }

    Loop& loop;
    Address address;
    std::optional<TlsTrust> trust;
    std::vector<std::unique_ptr<Connection>> idle;

    Task<Result<std::unique_ptr<Connection>>> take(std::stop_token stop);
    Task<Result<std::unique_ptr<Stream>>> dial(std::stop_token stop);
    void give_back(std::unique_ptr<Connection> connection);

    Task<Result<Response>> send(Request request, Options options);
    Task<Result<http1::ResponseHead>> exchange(Connection& connection, Request& request);
    Task<Result<>> upload(Connection& connection, ByteStream& source, std::optional<Error>& broken);
    Task<Result<http1::ResponseHead>> answer(Connection& connection);
    Task<Result<Response>> receive(
        std::unique_ptr<Connection> connection,
        http1::ResponseHead head,
        std::string method,
        Options options
    );

    /// The failure in the asker's words: their stop, their time limit, or what the network said.
    Error explain(const Error& error, const Options& options, const Deadline& deadline) const;
};

namespace {

/// The rest of an answer. Gives its connection back at the end, ends it when dropped earlier.
class AnswerBody final : public ByteStream {
public:
    using GiveBack = std::function<void(std::unique_ptr<Connection>)>;

    AnswerBody(
        std::unique_ptr<Connection> from,
        http1::BodyDecoder body,
        std::stop_token stop,
        GiveBack then
    )
        : connection_(std::move(from)),
          decoder_(body),
          stop_(stop),
          give_back_(std::move(then)),
          on_stop_(std::in_place, std::move(stop), [stream = connection_->stream.get()] {
              stream->close();
          })
    {}

    Task<Result<std::optional<std::string>>> next() override
    {
        auto piece = co_await connection_->wire.piece(decoder_);
        if (!piece && stop_.stop_requested())
            co_return Error{Code::cancelled, "nobody wants the rest of the answer any more", ""};
        if (piece && !*piece) {
            on_stop_.reset();
            if (give_back_) give_back_(std::move(connection_));
        }
        co_return piece;
    }

private:
    std::unique_ptr<Connection> connection_;
    http1::BodyDecoder decoder_;
    std::stop_token stop_;
    GiveBack give_back_;
    std::optional<StopCallback> on_stop_;
};

/// A connection after an upgrade: what arrived behind the head comes first.
class UpgradedStream final : public Stream {
public:
    UpgradedStream(std::unique_ptr<Stream> stream, std::string early, std::stop_token stop)
        : stream_(std::move(stream)),
          early_(std::move(early)),
          on_stop_(std::move(stop), [open = stream_.get()] { open->close(); })
    {}

    Task<Result<std::size_t>> read(std::span<char> into) override
    {
        if (early_.empty()) co_return co_await stream_->read(into);
        const auto count = early_.copy(into.data(), into.size());
        early_.erase(0, count);
        co_return count;
    }
    Task<Result<>> write(std::string_view bytes) override { return stream_->write(bytes); }
    void finish() override { stream_->finish(); }
    void close() override { stream_->close(); }
    bool quiet() const override { return early_.empty() && stream_->quiet(); }

private:
    std::unique_ptr<Stream> stream_;
    std::string early_;
    StopCallback on_stop_;
};

}  // namespace

Task<Result<std::unique_ptr<Connection>>> Client::Core::take(std::stop_token stop)
{
    while (!idle.empty()) {
        auto connection = std::move(idle.back());
        idle.pop_back();
        if (connection->stream->quiet()) co_return connection;
    }
    auto stream = co_await dial(stop);
    if (!stream) co_return stream.error();
    co_return std::make_unique<Connection>(std::move(*stream));
}

Task<Result<std::unique_ptr<Stream>>> Client::Core::dial(std::stop_token stop)
{
    auto stream = co_await connect(loop, address, stop);
    if (!stream || address.kind != Address::Kind::tls) co_return stream;
    const StopCallback on_stop(stop, [bare = stream->get()] { bare->close(); });
    co_return co_await connect_tls(std::move(*stream), address.host, *trust);
}

void Client::Core::give_back(std::unique_ptr<Connection> connection)
{
    connection->used = true;
    if (idle.size() < idle_limit && !connection->wire.has_bytes())
        idle.push_back(std::move(connection));
}

Error Client::Core::explain(const Error& error, const Options& options, const Deadline& deadline)
    const
{
    if (options.stop.stop_requested())
        return {
            Code::cancelled, fmt::format("the request to {} was cancelled", address.text()), ""
        };
    if (deadline.expired()) {
        const auto limit = std::chrono::duration<double>(options.timeout).count();
        return {
            Code::timed_out, fmt::format("{} did not answer within {} s", address.text(), limit), ""
        };
    }
    if (error.code == Code::invalid)
        return {Code::unavailable, address.text() + ": " + error.message, error.mend};
    return error;
}

Task<Result<Response>> Client::Core::send(Request request, Options options)
{
    const auto self = shared_from_this();
    if (!request.headers.has("Host")) {
        const bool local = address.kind == Address::Kind::local;
        request.headers.set("Host", local ? "localhost" : address.text());
    }
    Deadline deadline(loop, options.timeout, options.stop);
    for (;;) {
        auto connection = co_await take(deadline.token());
        if (!connection) co_return explain(connection.error(), options, deadline);
        const StopCallback on_stop(deadline.token(), [stream = (*connection)->stream.get()] {
            stream->close();
        });
        const bool repeatable =
            (*connection)->used && !request.stream && is_idempotent(request.method);
        auto head = co_await exchange(**connection, request);
        if (!head) {
            const Error why = explain(head.error(), options, deadline);
            if (repeatable && why.code == Code::unavailable) continue;
            co_return why;
        }
        auto response =
            co_await receive(std::move(*connection), std::move(*head), request.method, options);
        if (!response) co_return explain(response.error(), options, deadline);
        co_return response;
    }
}

Task<Result<http1::ResponseHead>> Client::Core::exchange(Connection& connection, Request& request)
{
    std::string text = http1::format_request(request, framing_of(request));
    text += request.body;
    auto written = co_await connection.stream->write(text);
    if (written && request.stream) {
        std::optional<Error> broken;
        written = co_await upload(connection, *request.stream, broken);
        if (broken) co_return *broken;
    }
    // A server that refuses an upload may answer and hang up before it has read everything.
    auto head = co_await answer(connection);
    if (!head && !written) co_return written.error();
    co_return head;
}

Task<Result<>>
Client::Core::upload(Connection& connection, ByteStream& source, std::optional<Error>& broken)
{
    for (;;) {
        auto piece = co_await source.next();
        if (!piece) {
            broken = piece.error();
            co_return ok();
        }
        const std::string text =
            *piece ? http1::format_chunk(**piece) : std::string(http1::last_chunk);
        auto written = co_await connection.stream->write(text);
        if (!written || !*piece) co_return written;
    }
}

Task<Result<http1::ResponseHead>> Client::Core::answer(Connection& connection)
{
    for (;;) {
        const auto text = co_await connection.wire.head(head_limit);
        if (!text) co_return text.error();
        if (!*text)
            co_return Error{
                Code::unavailable, fmt::format("{} hung up without an answer", address.text()), ""
            };
        auto head = http1::parse_response(**text);
        const bool interim = head && head->status < 200 && head->status != 101;
        if (!interim) co_return head;
    }
}

Task<Result<Response>> Client::Core::receive(
    std::unique_ptr<Connection> connection,
    http1::ResponseHead head,
    std::string method,
    Options options
)
{
    const auto framing = http1::framing(head, method);
    if (!framing) co_return framing.error();
    const bool reusable = http1::keeps_alive(head.headers, head.minor) &&
                          framing->kind != http1::Framing::Kind::until_close;
    Response response{.status = head.status, .headers = std::move(head.headers)};
    http1::BodyDecoder decoder(*framing);
    if (options.streaming) {
        AnswerBody::GiveBack then;
        if (reusable)
            then = [self = shared_from_this()](auto back) { self->give_back(std::move(back)); };
        response.stream =
            std::make_unique<AnswerBody>(std::move(connection), decoder, options.stop, then);
        co_return response;
    }
    auto body = co_await connection->wire.body(decoder, options.body_limit);
    if (!body) co_return body.error().during("read the answer of " + address.text());
    response.body = std::move(*body);
    if (reusable) give_back(std::move(connection));
    co_return response;
}

Client::Client(Loop& loop, Address address, std::optional<TlsTrust> trust)
    : core_(std::make_shared<Core>(loop, std::move(address), std::move(trust)))
{}
Client::~Client() = default;

Task<Result<Response>> Client::send(Request request, Options options)
{
    return core_->send(std::move(request), std::move(options));
}

Task<Result<Response>> Client::send(Request request)
{
    return core_->send(std::move(request), Options{});
}

Task<Result<std::unique_ptr<Stream>>>
Client::upgrade(Request request, std::string protocol, Options options)
{
    const auto core = core_;
    request.headers.set("Host", "localhost");
    request.headers.set("Connection", "Upgrade");
    request.headers.set("Upgrade", std::move(protocol));
    Deadline deadline(core->loop, options.timeout, options.stop);
    auto connection = co_await core->take(deadline.token());
    if (!connection) co_return core->explain(connection.error(), options, deadline);
    Connection& open = **connection;
    const StopCallback on_stop(deadline.token(), [&open] { open.stream->close(); });
    auto head = co_await core->exchange(open, request);
    if (!head) co_return core->explain(head.error(), options, deadline);
    if (head->status != 101) {
        const auto refusal = co_await core->receive(
            std::move(*connection), std::move(*head), request.method, options
        );
        co_return Error{Code::conflict, refusal ? refusal->body : refusal.error().message, ""};
    }
    co_return std::make_unique<UpgradedStream>(
        std::move(open.stream), open.wire.take(), options.stop
    );
}

const Address& Client::address() const
{
    return core_->address;
}

}  // namespace diorama
