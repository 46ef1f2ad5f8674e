#include "base/log.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"

#include <array>
#include <mutex>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace diorama {

namespace {

constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warn", "error"};
constexpr std::size_t longest_message = 4'000;
constexpr std::size_t longest_value = 2'000;

spdlog::level::level_enum spdlog_level(Log::Level level)
{
    switch (level) {
        case Log::Level::debug: return spdlog::level::debug;
        case Log::Level::info: return spdlog::level::info;
        case Log::Level::warn: return spdlog::level::warn;
        case Log::Level::error: return spdlog::level::err;
    }
    std::abort();
}

class FunctionSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit FunctionSink(std::function<void(std::string_view)> write) : write_(std::move(write)) {}

private:
    void sink_it_(const spdlog::details::log_msg& message) override
    {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        write_(trim({line.data(), line.size()}));
    }
    void flush_() override {}

    std::function<void(std::string_view)> write_;
};

/// A value as it stands after `name=`: in quotes when its end would not be clear.
void append_value(std::string& line, std::string_view value)
{
    const auto shown = display(value, longest_value);
    if (!shown.empty() && shown.find_first_of(" =\"") == std::string::npos) {
        line += shown;
        return;
    }
    line += '"';
    for (const char c : shown) {
        if (c == '"') line += '\\';
        line += c;
    }
    line += '"';
}

}  // namespace

struct Log::Sink {
    spdlog::logger logger;

    Sink(Level least, spdlog::sink_ptr sink) : logger("diorama", std::move(sink))
    {
        logger.set_level(spdlog_level(least));
        // A crash must not take the last lines with it.
        logger.flush_on(spdlog::level::debug);
        logger.set_formatter(std::make_unique<spdlog::pattern_formatter>(
            "%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc
        ));
    }
};

Log::Log(Level least)
    : sink_(std::make_unique<Sink>(least, std::make_shared<spdlog::sinks::stderr_sink_mt>()))
{}

Log::Log(Level least, std::function<void(std::string_view)> sink)
    : sink_(std::make_unique<Sink>(least, std::make_shared<FunctionSink>(std::move(sink))))
{}

Log::~Log() = default;

void Log::write(Level level, std::string_view message, Fields fields)
{
    if (!sink_->logger.should_log(spdlog_level(level))) return;
    auto line = fmt::format("{} {}", name(level), display(message, longest_message));
    for (const Field& field : fields) {
        line += fmt::format(" {}=", display(field.name_));
        append_value(line, field.value_);
    }
    sink_->logger.log(spdlog_level(level), spdlog::string_view_t(line));
}

std::string_view name(Log::Level level)
{
    return level_names[static_cast<std::size_t>(level)];
}

Result<Log::Level> parse_text(std::string_view text, std::type_identity<Log::Level>)
{
    const auto found = std::ranges::find(level_names, text);
    if (found != level_names.end()) return static_cast<Log::Level>(found - level_names.begin());
    return Error{
        Code::invalid,
        fmt::format("'{}' is not a log level", display(text, 64)),
        "Write debug, info, warn or error."
    };
}

std::string to_text(Log::Level level)
{
    return std::string(name(level));
}

}  // namespace diorama
