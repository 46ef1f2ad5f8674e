#include "cli/demo/daemon.hpp"

#include "base/text.hpp"
#include "net/client.hpp"

#include <fstream>
#include <iterator>

namespace diorama::cli {

namespace {

/// A first start makes the database and the packet filter; a slow disk may take its time.
constexpr seconds ready_limit{60};
constexpr milliseconds glance{20};
constexpr std::size_t log_limit = 128U << 10U;

}  // namespace

DemoDaemon::DemoDaemon(
    Loop& loop, std::filesystem::path data, std::map<std::string, std::string> settings
)
    : loop_(loop),
      data_(std::move(data)),
      settings_(std::move(settings)),
      group_(loop)
{}

DemoDaemon::~DemoDaemon() = default;

Task<Result<>> DemoDaemon::start(std::stop_token stop)
{
    stopping_ = std::stop_source();
    std::filesystem::remove(ports_file());  // Of the start before, should there have been one.
    group_.spawn(run());
    const auto ready = co_await wait_until_ready(stop);
    if (ready) co_return ok();
    co_await this->stop();
    co_return ready.error();
}

Task<> DemoDaemon::stop()
{
    stopping_.request_stop();
    co_await group_.join();
}

Task<> DemoDaemon::run()
{
    Command command{
        // An empty file: what this machine's own daemon is told is not for the demo.
        .argv =
            {std::filesystem::read_symlink("/proc/self/exe").string(),
                   "serve", "--config",
                   "/dev/null", "--data",
                   data_.string()},
        .environment = settings_,
        .inherited = {"HOME", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS"},
        .errors_in_output = true,
        .limits = {.output = UINT64_MAX, .time = hours{24 * 365}},
    };
    const auto keep = [this](std::string_view chunk) {
        log_ += chunk;
        if (log_.size() > log_limit) log_.erase(0, log_.size() - log_limit / 2);
    };
    const auto ended = co_await run_command(loop_, std::move(command), stopping_.get_token(), keep);
    if (!ended && ended.error().code != Code::cancelled) log_ += ended.error().text() + "\n";
}

Task<Result<>> DemoDaemon::wait_until_ready(std::stop_token stop)
{
    const Instant end = loop_.now() + ready_limit;
    while (loop_.now() < end) {
        const bool on = co_await sleep(loop_, glance, stop);
        if (!on) co_return Error{Code::cancelled, "stopped"};
        if (!running()) co_return Error{Code::unavailable, "the daemon ended while it started"};
        if (!read_ports()) continue;
        Client client(loop_, Address::tcp("127.0.0.1", api_port_));
        const auto answer = co_await client.send({.target = "/health/ready"});
        if (answer && answer->status == 200) co_return ok();
    }
    co_return Error{
        Code::timed_out, fmt::format("the daemon is not ready after {} s", ready_limit.count())
    };
}

/// The daemon writes the ports it got once it listens: "API GATEWAY".
bool DemoDaemon::read_ports()
{
    std::ifstream in(ports_file());
    return static_cast<bool>(in >> api_port_ >> gateway_port_);
}

Secret DemoDaemon::token() const
{
    std::ifstream in(token_file());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    return Secret(std::string(trim(text)));
}

std::string DemoDaemon::last_lines(std::size_t count) const
{
    std::size_t from = log_.size();
    while (count > 0 && from > 0) {
        const auto newline = from > 1 ? log_.rfind('\n', from - 2) : std::string::npos;
        from = newline == std::string::npos ? 0 : newline + 1;
        --count;
    }
    return log_.substr(from);
}

}  // namespace diorama::cli
