// deliveries_bench PORT CONNECTIONS COUNT FILE SECRET: sends COUNT signed webhooks, the bodies of
// FILE (a line each) in turn and each delivery with an id of its own, and prints as JSON how many
// were taken a second and how long the answers took. One that is not taken ends it with a sentence.

#include "base/sha256.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what)
{
    fmt::print(stderr, "deliveries_bench: {}\n", what);
    std::exit(1);
}

struct Webhook {
    std::string body;
    std::string signature;
};

/// A forge's connection, which sends its next webhook as soon as the last one was answered.
struct Connection {
    int fd = -1;
    Clock::time_point sent;
    std::string answer;
};

struct Load {
    std::vector<Webhook> webhooks;
    long to_send = 0;
    long to_come = 0;
    std::string run;  ///< Makes the ids of this run its own.
    std::vector<double> took;
};

int connect_to(int port)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(static_cast<std::uint16_t>(port));
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0)
        fail(fmt::format("nothing listens on 127.0.0.1:{}", port));
    return fd;
}

/// Blocks until the kernel took it: the daemon reads a request to its end before anything else.
void send_all(int fd, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) fail("a connection was closed while a webhook was sent");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void send_next(Load& load, Connection& connection)
{
    if (load.to_send == 0) return;
    const long turn = --load.to_send;
    const Webhook& webhook = load.webhooks[static_cast<std::size_t>(turn) % load.webhooks.size()];
    const std::string text = fmt::format(
        "POST /webhooks/github HTTP/1.1\r\nHost: localhost\r\nUser-Agent: GitHub-Hookshot/d10ra3a"
        "\r\nAccept: */*\r\nContent-Type: application/json\r\nX-GitHub-Delivery: {}-{}\r\n"
        "X-GitHub-Event: pull_request\r\nX-GitHub-Hook-ID: 1\r\nX-Hub-Signature-256: sha256={}\r\n"
        "Content-Length: {}\r\n\r\n{}",
        load.run,
        turn,
        webhook.signature,
        webhook.body.size(),
        webhook.body
    );
    connection.sent = Clock::now();
    send_all(connection.fd, text);
}

/// Whether `answer` is whole, by its Content-Length.
bool whole(const std::string& answer)
{
    const std::size_t end = answer.find("\r\n\r\n");
    if (end == answer.npos) return false;
    const std::size_t length = answer.find("Content-Length: ");
    if (length > end) fail("an answer without a length");
    return answer.size() >= end + 4 + std::strtoul(answer.c_str() + length + 16, nullptr, 10);
}

void hear(Load& load, Connection& connection)
{
    char buffer[4096];
    const ssize_t got = ::recv(connection.fd, buffer, sizeof buffer, 0);
    if (got <= 0) fail("a connection was closed before its answer");
    connection.answer.append(buffer, static_cast<std::size_t>(got));
    if (!whole(connection.answer)) return;
    const std::chrono::duration<double, std::milli> took = Clock::now() - connection.sent;
    if (!connection.answer.starts_with("HTTP/1.1 202 ") ||
        !connection.answer.contains("\"repeated\":false"))
        fail("a webhook was not taken: " + connection.answer);
    load.took.push_back(took.count());
    connection.answer.clear();
    --load.to_come;
    send_next(load, connection);
}

double part(const std::vector<double>& sorted, double share)
{
    return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

void run(Load& load, std::vector<Connection>& connections)
{
    std::vector<pollfd> ready;
    for (Connection& connection : connections)
        ready.push_back({.fd = connection.fd, .events = POLLIN, .revents = 0});
    for (Connection& connection : connections)
        send_next(load, connection);
    while (load.to_come > 0) {
        if (::poll(ready.data(), ready.size(), 10'000) <= 0) fail("nothing came for ten seconds");
        for (std::size_t i = 0; i < ready.size(); ++i)
            if (ready[i].revents != 0) hear(load, connections[i]);
    }
}

}  // namespace

int main(int count, char** words)
{
    if (count != 6) fail("PORT CONNECTIONS COUNT FILE SECRET");
    std::vector<Connection> connections(std::stoul(words[2]));
    for (Connection& connection : connections)
        connection.fd = connect_to(std::stoi(words[1]));
    Load load;
    load.to_send = load.to_come = std::stol(words[3]);
    load.run = fmt::format("{}-{}", ::getpid(), Clock::now().time_since_epoch().count());
    std::ifstream file(words[4]);
    for (std::string body; std::getline(file, body);)
        load.webhooks.push_back({body, diorama::hmac_sha256(words[5], body)});
    if (load.webhooks.empty()) fail(fmt::format("no bodies in {}", words[4]));

    const auto begin = Clock::now();
    run(load, connections);
    const std::chrono::duration<double> took = Clock::now() - begin;
    std::ranges::sort(load.took);
    fmt::print(
        R"({{"rate": {:.0f}, "middle_ms": {:.3f}, "p99_ms": {:.3f}}})"
        "\n",
        static_cast<double>(load.took.size()) / took.count(),
        part(load.took, 0.5),
        part(load.took, 0.99)
    );
    return 0;
}
