#include "net/server.hpp"

#include "base/concurrency.hpp"
#include "net/session.hpp"

#include <cstdlib>
#include <set>

namespace diorama {

struct Server::Core {
    Core(Loop& on, Handler with, ServerOptions how)
        : loop(on),
          handler(std::move(with)),
          options(std::move(how)),
          places(on, options.max_connections),
          bodies(on, options.bodies_at_once),
          large_bodies(on, options.large_at_once),
          tasks(on)
    {}

    Loop& loop;
    Handler handler;
    ServerOptions options;
    std::vector<std::unique_ptr<Listener>> listeners;
    std::set<Session*> sessions;
    std::stop_source stopping;
    Semaphore places;
    Semaphore bodies;
    Semaphore large_bodies;
    std::uint64_t turns = 0;
    TaskGroup tasks;

    Task<> accept(Listener& listener)
    {
        for (;;) {
            auto peer = co_await listener.accept();
            if (!peer) co_return;
            if (sessions.size() >= options.max_connections) make_room();
            auto place = co_await places.acquire(stopping.get_token());
            if (!place) co_return;
            tasks.spawn(serve(std::move(*peer), std::move(*place)));
        }
    }

    Task<> serve(Listener::Peer peer, [[maybe_unused]] Semaphore::Permit place)
    {
        Session session(
            {loop, handler, options, stopping.get_token(), bodies, large_bodies, turns},
            std::move(peer)
        );
        sessions.insert(&session);
        co_await session.run();
        sessions.erase(&session);
    }

    /// Slow visitors, meant so or not, would keep all others out.
    void make_room()
    {
        Session* longest = nullptr;
        for (Session* session : sessions)
            if (session->waiting() != 0 &&
                (longest == nullptr || session->waiting() < longest->waiting()))
                longest = session;
        if (longest != nullptr) longest->close();
    }

    void close_sessions(bool all)
    {
        for (Session* session : sessions)
            if (all || session->idle()) session->close();
    }
};

Server::Server(Loop& loop, Handler handler, ServerOptions options)
    : core_(std::make_unique<Core>(loop, std::move(handler), std::move(options)))
{}

Server::~Server() = default;

Result<> Server::listen(const Address& address)
{
    auto listener = Listener::open(core_->loop, address);
    if (!listener) return listener.error();
    core_->listeners.push_back(std::move(*listener));
    core_->tasks.spawn(core_->accept(*core_->listeners.back()));
    return ok();
}

std::uint16_t Server::port() const
{
    for (const auto& listener : core_->listeners)
        if (const auto port = listener->port(); port != 0) return port;
    return 0;
}

Task<> Server::stop()
{
    core_->stopping.request_stop();
    for (const auto& listener : core_->listeners)
        listener->close();
    core_->close_sessions(false);
    const auto last_call = core_->loop.after(core_->options.stop_grace, [core = core_.get()] {
        core->close_sessions(true);
    });
    co_await core_->tasks.join();
}

}  // namespace diorama
