#include "gateway/odd_upstream_test.hpp"

#include "gateway/address.hpp"

#include <fmt/format.h>

#include <sys/socket.h>

namespace diorama::gateway::test {

namespace {

using Answer = void (*)(Wire&, OddUpstream&, const Message&);

std::string with_length(std::string_view body, std::string_view fields = "")
{
    return fmt::format(
        "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n{}Content-Length: "
        "{}\r\n\r\n{}",
        fields,
        body.size(),
        body
    );
}

std::string read_request_body(Wire& wire, const Message& request)
{
    std::string body;
    if (request.fields.contains("content-length"))
        return wire.read(std::stoul(request.field("content-length")));
    if (request.field("transfer-encoding") != "chunked") return "";
    for (;;) {
        const std::size_t size = std::stoul(wire.read_line(), nullptr, 16);
        if (size == 0) break;
        body += wire.read(size);
        wire.read(2);
    }
    while (!wire.read_line().empty()) {
    }
    return body;
}

void byte_by_byte(Wire& wire, std::string_view text)
{
    for (const char byte : text) {
        wire.send({&byte, 1});
        std::this_thread::yield();
    }
}

/// Sends each chunk back as soon as it came, before the next is there.
void duplex(Wire& wire, OddUpstream&, const Message&)
{
    wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (;;) {
        const std::string size = wire.read_line();
        wire.send(size + "\r\n");
        const std::size_t bytes = std::stoul(size, nullptr, 16);
        wire.send(wire.read(bytes + 2));
        if (bytes == 0) return;
    }
}

void websocket(Wire& wire, OddUpstream&, const Message& request)
{
    wire.send(fmt::format(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: {}\r\n\r\nhi!",
        request.field("upgrade")
    ));
    for (std::string text = wire.read_some(); !text.empty(); text = wire.read_some()) {
        std::ranges::transform(text, text.begin(), [](char c) { return c == 'h' ? 'H' : c; });
        wire.send(text);
    }
    throw std::runtime_error("done");
}

void chunk(Wire& wire, OddUpstream&, const Message&)
{
    wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 5; ++i) {
        const std::string data(1000 + static_cast<std::size_t>(i), static_cast<char>('a' + i));
        wire.send(fmt::format("{:x};ext=1\r\n{}\r\n", data.size(), data).substr(0, 3));
        wire.send(fmt::format("{:x};ext=1\r\n{}\r\n", data.size(), data).substr(3));
    }
    wire.send("0\r\nX-T: 1\r\n\r");
    std::this_thread::yield();
    wire.send("\n");
}

void held(Wire& wire, OddUpstream& upstream, const Message&)
{
    while (!upstream.released)
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    wire.send(with_length(upstream.name()));
}

[[noreturn]] void close_after(Wire& wire, std::string_view text)
{
    wire.send(text);
    throw std::runtime_error("closed on purpose");
}

/// True when `path` is one of the answers that are a fixed text.
std::optional<std::string> fixed(const std::string& path, const Message& request, OddUpstream& up)
{
    if (path == "/cl") return with_length(request.line.starts_with("HEAD") ? "" : "hello");
    if (path == "/head") return "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
    if (path == "/big") return with_length(big_body());
    if (path == "/name") return with_length(up.name());
    if (path == "/headers") return with_length(request.head);
    if (path == "/204") return "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n";
    if (path == "/304") return "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n";
    if (path == "/early")
        return "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + with_length("ok");
    if (path == "/hop") return with_length("ok", "Connection: X-Hop\r\nX-Hop: 1\r\nX-Stay: 1\r\n");
    if (path == "/both")
        return "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: "
               "chunked\r\n\r\n0\r\n\r\n";
    if (path == "/twice")
        return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 7\r\n\r\nok";
    if (path == "/split")
        return "HTTP/1.1 200 OK\r\nX: a\nSet-Cookie: b\r\nContent-Length: 0\r\n\r\n";
    if (path == "/more")
        return with_length("ok") + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
    if (path == "/unasked") return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n";
    return std::nullopt;
}

/// Answers that end the connection.
void closing(Wire& wire, const std::string& path)
{
    if (path == "/eof") close_after(wire, "HTTP/1.1 200 OK\r\n\r\n" + std::string(200'000, 'z'));
    if (path == "/close")
        close_after(wire, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbye");
    if (path == "/abort") close_after(wire, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc");
    if (path == "/dieafter") close_after(wire, with_length("ok"));
    if (path == "/nothing") close_after(wire, "");
    if (path == "/one") close_after(wire, "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold");
    if (path == "/badchunk")
        close_after(
            wire, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n"
        );
    if (path == "/reject") close_after(wire, "HTTP/1.1 413 Too Big\r\nContent-Length: 2\r\n\r\nno");
}

Answer streaming(const std::string& path)
{
    if (path == "/duplex") return duplex;
    if (path == "/ws") return websocket;
    if (path == "/chunk") return chunk;
    if (path == "/held") return held;
    if (path == "/slowhead")
        return
            [](Wire& wire, OddUpstream&, const Message&) { byte_by_byte(wire, with_length("ok")); };
    if (path == "/echo")
        return [](Wire& wire, OddUpstream&, const Message& request) {
            wire.send(with_length(read_request_body(wire, request)));
        };
    if (path == "/silent") return [](Wire& wire, OddUpstream&, const Message&) { wire.read_all(); };
    if (path == "/stall")
        return [](Wire& wire, OddUpstream&, const Message&) {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
            wire.read_all();
        };
    return nullptr;
}

}  // namespace

const std::string& big_body()
{
    static const std::string body = noise(1 << 20);
    return body;
}

std::string chunked_body()
{
    std::string body;
    for (int i = 0; i < 5; ++i)
        body += std::string(1000 + static_cast<std::size_t>(i), static_cast<char>('a' + i));
    return body;
}

void answer_oddly(Wire& wire, OddUpstream& upstream)
{
    Message request;
    while (wire.request(request)) {
        ++upstream.requests;
        std::string path = request.line.substr(request.line.find(' ') + 1);
        path = path.substr(0, path.find(' '));
        if (const Answer answer = streaming(path)) {
            answer(wire, upstream, request);
            continue;
        }
        if (path != "/reject") read_request_body(wire, request);
        closing(wire, path);
        wire.send(fixed(path, request, upstream).value_or(with_length(request.line)));
    }
}

OddUpstream::OddUpstream(std::string name, const std::string& address)
    : OddUpstream(answer_oddly, address)
{
    name_ = std::move(name);
}

OddUpstream::OddUpstream(Behaviour behaviour, const std::string& address)
    : address_(address),
      name_("app"),
      behaviour_(std::move(behaviour))
{
    const auto where = Address::parse(address, 0);
    listener_ = Fd(::socket(where->family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::bind(listener_.get(), where->data(), where->size()) != 0 ||
        ::listen(listener_.get(), 1024) != 0)
        throw std::runtime_error("the test's upstream cannot listen");
    port_ = Address::local(listener_.get()).port();
    acceptor_ = std::thread([this] { accept_all(); });
}

OddUpstream::~OddUpstream()
{
    released = true;
    die();
}

void OddUpstream::die()
{
    if (dying_.exchange(true)) return;
    ::shutdown(listener_.get(), SHUT_RDWR);
    acceptor_.join();
    listener_ = Fd();
    {
        const std::lock_guard lock(mutex_);
        for (const Guest& guest : guests_)
            if (!guest.gone) ::shutdown(guest.fd, SHUT_RDWR);
    }
    for (Guest& guest : guests_)
        guest.thread.join();
    guests_.clear();
}

void OddUpstream::accept_all()
{
    while (!dying_) {
        Fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!fd) continue;
        ++connections;
        const std::lock_guard lock(mutex_);
        guests_.remove_if([](Guest& guest) {
            if (guest.gone) guest.thread.join();
            return guest.gone.load();
        });
        Guest& guest = guests_.emplace_back();
        guest.fd = fd.get();
        guest.thread = std::thread([this, &guest, taken = std::move(fd)]() mutable {
            serve(guest, std::move(taken));
        });
    }
}

void OddUpstream::serve(Guest& guest, Fd fd)
{
    ++open;
    Wire wire(std::move(fd));
    try {
        behaviour_(wire, *this);
    } catch (const std::exception&) {
        // The connection broke off, or was meant to: either way it ends here.
    }
    const std::lock_guard lock(mutex_);
    wire.close();
    --open;
    guest.gone = true;
}

}  // namespace diorama::gateway::test
