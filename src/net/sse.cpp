#include "net/sse.hpp"

#include "base/concurrency.hpp"

namespace diorama {

namespace {

constexpr std::size_t event_limit = 1U << 20U;

std::string one_line(std::string_view text)
{
    std::string line;
    for (const char c : text)
        if (c != '\r' && c != '\n' && c != '\0') line.push_back(c);
    return line;
}

/// The text up to its line break, which may be CR, LF or both; `text` keeps what follows.
std::string_view cut_line(std::string_view& text)
{
    const auto end = text.find_first_of("\r\n");
    const auto line = text.substr(0, end);
    if (end == std::string_view::npos) {
        text = {};
        return line;
    }
    text.remove_prefix(text.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
    return line;
}

}  // namespace

std::string format(const ServerSentEvent& event)
{
    std::string out;
    if (event.id) out += "id: " + one_line(*event.id) + "\n";
    if (!event.event.empty()) out += "event: " + one_line(event.event) + "\n";
    std::string_view rest = event.data;
    // A break at the very end starts one more, empty line: the reader takes one break away.
    const bool ends_with_break = !rest.empty() && (rest.back() == '\n' || rest.back() == '\r');
    do {
        out += "data: ";
        out += cut_line(rest);
        out += '\n';
    } while (!rest.empty());
    if (ends_with_break) out += "data: \n";
    return out += "\n";
}

Result<std::vector<ServerSentEvent>> SseParser::feed(std::string_view bytes)
{
    rest_ += bytes;
    std::vector<ServerSentEvent> done;
    if (!started_) {
        if (rest_.size() < 3 && std::string_view("\xEF\xBB\xBF").starts_with(rest_)) return done;
        if (rest_.starts_with("\xEF\xBB\xBF")) rest_.erase(0, 3);
        started_ = true;
    }
    std::string_view text = rest_;
    for (;;) {
        if (skip_lf_ && !text.empty()) {
            if (text.front() == '\n') text.remove_prefix(1);
            skip_lf_ = false;
        }
        const auto end = text.find_first_of("\r\n");
        if (end == std::string_view::npos) break;
        line(text.substr(0, end), done);
        // Whether the LF of a CRLF follows may be known only with the next bytes.
        skip_lf_ = text[end] == '\r';
        text.remove_prefix(end + 1);
    }
    rest_.erase(0, rest_.size() - text.size());
    if (rest_.size() + data_.size() > event_limit)
        return Error{Code::invalid, "a server-sent event is longer than 1 MiB", ""};
    return done;
}

void SseParser::line(std::string_view text, std::vector<ServerSentEvent>& done)
{
    if (!text.empty()) {
        const auto colon = text.find(':');
        if (colon == 0) return;  // a comment
        std::string_view value =
            colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
        if (value.starts_with(' ')) value.remove_prefix(1);
        return field(text.substr(0, colon), value);
    }
    if (!data_.empty()) {
        data_.pop_back();
        done.push_back({.event = std::move(event_), .data = std::move(data_)});
        if (!last_id_.empty()) done.back().id = last_id_;
    }
    event_.clear();
    data_.clear();
}

void SseParser::field(std::string_view name, std::string_view value)
{
    if (name == "event") event_ = value;
    if (name == "data") data_.append(value) += '\n';
    if (name == "id" && value.find('\0') == std::string_view::npos) last_id_ = value;
}

namespace {

/// Sends events and knows how long it has been silent.
class HttpEventSink final : public EventSink {
public:
    HttpEventSink(Scheduler& scheduler, BodyWriter& writer) : scheduler_(scheduler), writer_(writer)
    {}

    Task<bool> send(ServerSentEvent event) override
    {
        last_ = scheduler_.now();
        return writer_.write(format(event));
    }
    std::stop_token stop() const override { return writer_.stop(); }

    Task<> beat(milliseconds heartbeat, std::stop_token done)
    {
        for (;;) {
            const bool slept = co_await sleep(scheduler_, heartbeat, done);
            if (!slept) co_return;
            if (scheduler_.now() - last_ < heartbeat) continue;
            const bool listening = co_await writer_.write(": still here\n\n");
            if (!listening) co_return;
        }
    }

private:
    Scheduler& scheduler_;
    BodyWriter& writer_;
    Instant last_ = scheduler_.now();
};

using EventProducer = std::function<Task<>(EventSink&)>;

Task<>
run_events(Scheduler& scheduler, EventProducer producer, milliseconds heartbeat, BodyWriter& writer)
{
    HttpEventSink sink(scheduler, writer);
    std::stop_source done;
    const std::stop_callback link(writer.stop(), [&done] { done.request_stop(); });
    TaskGroup beating(scheduler);
    // The first bytes tell the client, and proxies on the way, that the stream is open.
    const bool listening = co_await writer.write(": open\n\n");
    if (!listening) co_return;
    beating.spawn(sink.beat(heartbeat, done.get_token()));
    std::exception_ptr thrown;
    try {
        co_await producer(sink);
    } catch (...) {
        thrown = std::current_exception();
    }
    done.request_stop();
    co_await beating.join();
    if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

Response event_stream(Scheduler& scheduler, EventProducer producer, milliseconds heartbeat)
{
    Response response{
        .headers = {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}}
    };
    response.headers.add("X-Accel-Buffering", "no");
    response.producer = [&scheduler, producer = std::move(producer), heartbeat](BodyWriter& writer
                        ) { return run_events(scheduler, producer, heartbeat, writer); };
    return response;
}

}  // namespace diorama
