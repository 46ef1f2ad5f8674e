#pragma once

#include "base/clock.hpp"
#include "model/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace diorama {

/// What kind of line it is (ACCEPTANCE G02).
enum class LogType { build, deploy, container, database, system };

std::string_view name(LogType type);
Result<LogType> log_type_named(std::string_view text);

/// One line, already free of secrets when it is stored or streamed. `sequence` grows by
/// environment without gaps being promised; it is the cursor for "resume after".
struct LogLine {
    std::uint64_t sequence = 0;
    EnvironmentId environment;
    std::optional<DeploymentId> deployment;
    LogType type = LogType::system;
    std::string service;  ///< Empty for lines about the whole scene.
    std::string stream;   ///< "stdout", "stderr" or empty.
    std::string message;
    Instant at{};

    friend bool operator==(const LogLine&, const LogLine&) = default;
};

/// The small door many rooms write lines through. Takes a line as it came; redaction, limits,
/// storage and streaming are behind it. Never blocks, never fails: what cannot be kept is counted
/// and said so in the log itself.
class LogSink {
public:
    virtual ~LogSink() = default;
    virtual void write(LogLine line) = 0;

    /// `text` as it may be shown to people: for what they read elsewhere than in a line, such as
    /// the cause of a failure (SEC-60).
    virtual std::string redact(EnvironmentId environment, std::string_view text) = 0;
};

}  // namespace diorama
