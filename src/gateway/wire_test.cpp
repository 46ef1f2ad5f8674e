#include "gateway/wire_test.hpp"

#include "gateway/address.hpp"
#include "gateway/scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/time.h>

namespace diorama::gateway::test {

namespace {

Message parse(std::string head)
{
    Message message;
    message.head = std::move(head);
    std::string_view rest = message.head;
    message.line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(message.line.size() + 2);
    while (rest.size() > 2) {
        const std::string_view line = rest.substr(0, rest.find("\r\n"));
        std::string name(line.substr(0, line.find(':')));
        std::ranges::transform(name, name.begin(), lower);
        message.fields.emplace(name, trimmed(line.substr(name.size() + 1)));
        rest.remove_prefix(line.size() + 2);
    }
    return message;
}

}  // namespace

std::string Message::field(const std::string& name) const
{
    const auto found = fields.find(name);
    return found == fields.end() ? "" : found->second;
}

Wire::Wire(Fd fd) : fd_(std::move(fd))
{
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

Wire Wire::to(std::uint16_t port, const std::string& address)
{
    const auto where = Address::parse(address, port);
    Fd fd(::socket(where->family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(fd.get(), where->data(), where->size()) != 0)
        throw std::runtime_error("cannot connect");
    return Wire(std::move(fd));
}

void Wire::send(std::string_view text)
{
    while (!text.empty()) {
        const ssize_t sent = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
        if (sent < 0) throw std::runtime_error("cannot send");
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool Wire::fill()
{
    std::array<char, 65536> piece;
    const ssize_t got = ::recv(fd_.get(), piece.data(), piece.size(), 0);
    if (got < 0) throw std::runtime_error(errno == EAGAIN ? "nothing came" : "connection reset");
    buffer_.append(piece.data(), static_cast<std::size_t>(got));
    return got > 0;
}

std::string Wire::read(std::size_t bytes)
{
    while (buffer_.size() < bytes)
        if (!fill()) throw std::runtime_error("closed early");
    std::string text = buffer_.substr(0, bytes);
    buffer_.erase(0, bytes);
    return text;
}

std::string Wire::read_some()
{
    if (buffer_.empty()) fill();
    return std::exchange(buffer_, {});
}

std::string Wire::read_line()
{
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n")) == buffer_.npos)
        if (!fill()) throw std::runtime_error("closed early");
    return read(end + 2).substr(0, end);
}

std::string Wire::read_all()
{
    while (fill()) {
    }
    return std::exchange(buffer_, {});
}

bool Wire::ends()
{
    return buffer_.empty() && !fill();
}

std::string Wire::read_head()
{
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == buffer_.npos)
        if (!fill()) throw std::runtime_error("closed early");
    return read(end + 4);
}

std::string Wire::read_chunks()
{
    std::string body;
    for (;;) {
        const std::size_t size = std::stoul(read_line(), nullptr, 16);
        if (size == 0) break;
        body += read(size);
        read(2);
    }
    while (!read_line().empty()) {
    }
    return body;
}

std::string Wire::read_body(const Message& message, bool until_close)
{
    if (message.field("transfer-encoding") == "chunked") return read_chunks();
    if (message.fields.contains("content-length"))
        return read(std::stoul(message.field("content-length")));
    return until_close ? read_all() : "";
}

Message Wire::answer(std::string_view method)
{
    Message message = parse(read_head());
    while (message.status() < 200 && message.status() != 101)
        message = parse(read_head());
    const int status = message.status();
    if (method == "HEAD" || status == 101 || status == 204 || status == 304) return message;
    message.body = read_body(message, true);
    return message;
}

bool Wire::request(Message& message)
{
    while (buffer_.find("\r\n\r\n") == buffer_.npos)
        if (!fill()) return false;
    message = parse(read_head());
    return true;
}

Message Wire::get(const std::string& path, const std::string& host)
{
    send(fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\n\r\n", path, host));
    return answer();
}

Message Wire::ask(
    const std::string& method,
    const std::string& path,
    const std::string& fields,
    const std::string& body
)
{
    send(fmt::format("{} {} HTTP/1.1\r\nHost: shop.test\r\n{}\r\n", method, path, fields));
    send(body);
    return answer(method);
}

void Wire::close_sending()
{
    ::shutdown(fd_.get(), SHUT_WR);
}

void Wire::reset()
{
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
}

void Wire::close()
{
    fd_ = Fd();
}

std::string noise(std::size_t bytes)
{
    std::string text(bytes, '\0');
    std::uint32_t state = 1;
    for (char& byte : text) {
        state = state * 1'664'525 + 1'013'904'223;
        byte = static_cast<char>(state >> 24);
    }
    return text;
}

std::string in_chunks(std::string_view body, std::size_t size)
{
    std::string text;
    for (std::size_t at = 0; at < body.size(); at += size) {
        const std::string_view piece = body.substr(at, size);
        text += fmt::format("{:x}\r\n", piece.size());
        text.append(piece).append("\r\n");
    }
    return text + "0\r\n\r\n";
}

}  // namespace diorama::gateway::test
