#pragma once

#include "cli/session.hpp"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace diorama::cli {

/// Which lines of an environment are wanted; empty lists take any.
struct LogFilter {
    std::vector<std::string> services;
    std::vector<std::string> types;
    std::string deployment;

    bool takes(const Node& line) const;
    /// What the daemon can sort out itself.
    Query query() const;
};

struct LogStyle {
    bool colours = false;
    bool timestamps = false;
};

/// A line as the API gives it, for people: "web | listening on 80".
std::string format_log_line(const Node& line, LogStyle style);

std::uint64_t sequence_of(const Node& line);

/// The newest lines, in their order: at most `count`, none from before `since`.
Task<Result<Node::List>> past_lines(
    Session& session, std::string environment, LogFilter filter, std::size_t count, Instant since
);

/// What to do with what is read from a live stream.
struct LogListener {
    std::function<bool(const Node& line)> show;       ///< False: no more, please.
    std::function<void(std::string_view text)> note;  ///< What happened to the connection.
};

/// Lines that follow `after` as they come, until `stop`, the environment is gone, or nobody wants
/// more. A connection that breaks, or is silent for 45 s (the daemon sends a sign of life every
/// 15), is opened again and goes on where it was: no line is lost or shown twice. `after` moves
/// along. Errors are those that trying again does not mend.
Task<Result<>> follow_lines(
    Session& session,
    std::string environment,
    LogFilter filter,
    std::uint64_t& after,
    LogListener listener,
    std::stop_token stop
);

}  // namespace diorama::cli
