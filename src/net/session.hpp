#pragma once

#include "base/concurrency.hpp"
#include "net/server.hpp"
#include "net/socket.hpp"
#include "net/wire.hpp"

namespace diorama {

/// One visitor's connection, from its first request to its last. Net's own.
class Session {
public:
    struct House {
        Loop& loop;
        const Handler& handler;
        const ServerOptions& options;
        std::stop_token stopping;
        Semaphore& bodies;
        Semaphore& large_bodies;
        std::uint64_t& turns;  ///< Counts who began to wait.
    };

    Session(House house, Listener::Peer peer);

    Task<> run();
    bool idle() const { return idle_; }
    /// 0 when its client waits for us; else since when we wait for the client: for its request, or
    /// until it takes our answer. The smaller, the longer.
    std::uint64_t waiting() const { return waiting_; }
    void close() { stream_->close(); }

private:
    Task<std::optional<Request>> receive();
    Task<std::optional<std::string>> receive_head();
    std::size_t body_limit(const std::string& path) const;
    Task<bool> take_place(Semaphore& places);
    Task<bool> receive_body(Request& request, http1::Framing framing);
    Task<> answer(Request request);
    Task<> send(Response response, bool with_body);
    Task<> send_streaming(Response response);
    Task<> refuse();
    Task<bool> write(std::string bytes);
    /// Lets the client read what was sent before the connection goes.
    Task<> drain();
    Task<> watch(std::stop_source gone);
    Task<> produce(Response& response, BodyWriter& writer, bool& whole);
    void report(std::string_view what) const;

    friend class SessionWriter;

    House house_;
    std::unique_ptr<Stream> stream_;
    std::string remote_;
    Wire wire_;
    std::optional<Semaphore::Permit> place_;  ///< Of a body that is not small.
    std::uint64_t waiting_;
    bool idle_ = true;
    bool keep_alive_ = true;
    int minor_ = 1;
    int refusal_ = 0;    ///< The status to leave with.
    std::string asked_;  ///< "GET /path" for reports; without the query, which may hold secrets.
};

}  // namespace diorama
