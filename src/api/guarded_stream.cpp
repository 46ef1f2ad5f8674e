#include "api/guarded_stream.hpp"

#include "base/concurrency.hpp"

namespace diorama::api {

namespace {

/// Who listens, and to what.
struct Listener {
    Context& context;
    std::string authorization;
    Right right;
    Resource resource;

    /// A store that does not answer closes nothing: it will say no later.
    Task<bool> turned_away() const
    {
        const auto caller = co_await context.access.authenticate(authorization);
        if (!caller) co_return caller.error().code == Code::unauthorized;
        co_return !allowed(caller->grants, right, resource);
    }
};

/// A sink that also stops when its listener is turned away.
class GuardedSink final : public EventSink {
public:
    explicit GuardedSink(EventSink& sink)
        : sink_(sink),
          link_(sink.stop(), [this] { closed_.request_stop(); })
    {}

    Task<bool> send(ServerSentEvent event) override
    {
        if (closed_.stop_requested()) co_return false;
        co_return co_await sink_.send(std::move(event));
    }
    std::stop_token stop() const override { return closed_.get_token(); }
    void close() { closed_.request_stop(); }

private:
    EventSink& sink_;
    std::stop_source closed_;
    std::stop_callback<std::function<void()>> link_;
};

Task<> watch(const Listener& listener, GuardedSink& sink)
{
    for (;;) {
        const bool slept =
            co_await sleep(listener.context.world.scheduler, token_period, sink.stop());
        if (!slept) co_return;
        const bool away = co_await listener.turned_away();
        if (away) sink.close();
    }
}

Task<> run_guarded(Listener listener, std::function<Task<>(EventSink&)> producer, EventSink& outer)
{
    GuardedSink sink(outer);
    TaskGroup watching(listener.context.world.scheduler);
    watching.spawn(watch(listener, sink));
    std::exception_ptr thrown;
    try {
        co_await producer(sink);
    } catch (...) {
        thrown = std::current_exception();
    }
    sink.close();
    co_await watching.join();
    if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

bool wants_stream(const Request& request)
{
    return request.headers.lists("Accept", "text/event-stream");
}

Response guarded_stream(
    Context& context,
    const Call& call,
    Resource resource,
    std::function<Task<>(EventSink&)> producer
)
{
    const Listener listener{
        context, std::string(call.request.headers.get("Authorization")), call.right, resource
    };
    return event_stream(
        context.world.scheduler,
        [listener, producer = std::move(producer)](EventSink& sink) {
            return run_guarded(listener, producer, sink);
        }
    );
}

}  // namespace diorama::api
