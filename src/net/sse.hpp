#pragma once

#include "base/scheduler.hpp"
#include "net/http.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// One server-sent event (WHATWG HTML, 9.2). An empty `event` means "message".
struct ServerSentEvent {
    std::optional<std::string> id;
    std::string event;
    std::string data;

    friend bool operator==(const ServerSentEvent&, const ServerSentEvent&) = default;
};

/// The event on the wire, with the blank line that dispatches it. Line breaks in `data` become
/// several data lines; those in `id` and `event` would forge fields and are dropped.
std::string format(const ServerSentEvent& event);

/// Reads a stream of events from pieces cut anywhere.
class SseParser {
public:
    /// The events that `bytes` completed; `invalid` when an event exceeds 1 MiB.
    Result<std::vector<ServerSentEvent>> feed(std::string_view bytes);
    /// To be sent as Last-Event-ID when the stream is opened again.
    const std::string& last_event_id() const { return last_id_; }

private:
    void line(std::string_view text, std::vector<ServerSentEvent>& done);
    void field(std::string_view name, std::string_view value);

    std::string rest_;
    bool started_ = false;
    bool skip_lf_ = false;
    std::string last_id_;
    std::string event_;
    std::string data_;
};

/// Where a producer puts events.
class EventSink {
public:
    virtual ~EventSink() = default;
    /// False when nobody listens any more.
    virtual Task<bool> send(ServerSentEvent event) = 0;
    virtual std::stop_token stop() const = 0;
};

/// A response that streams what `producer` sends, with a comment line every `heartbeat` of silence
/// so that proxies and clients know it lives. The producer's coroutine must come back soon after
/// `stop` is asked.
Response event_stream(
    Scheduler& scheduler,
    std::function<Task<>(EventSink&)> producer,
    milliseconds heartbeat = seconds{15}
);

}  // namespace diorama
