#pragma once

#include "model/log.hpp"
#include "store/page.hpp"
#include "store/tx.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Lines of build, deploy, container and system logs (G02, G04). They outlive their environment,
/// whose row stays as long as they do.
namespace diorama::log_lines {

/// Numbers `lines`, all of `environment`, from its counter and stores them in their order. Answers
/// them with their sequences.
Result<std::vector<LogLine>> append(Tx& tx, EnvironmentId environment, std::vector<LogLine> lines);

struct Query {
    EnvironmentId environment;
    std::optional<DeploymentId> deployment;
    std::vector<LogType> types;           ///< Any when empty.
    std::optional<std::string> service;   ///< Empty text: lines about the whole scene.
    std::string search;                   ///< Part of the message, in any case; all when empty.
    std::optional<std::uint64_t> after;   ///< The lines that follow it …
    std::optional<std::uint64_t> before;  ///< … or lead up to it; neither: the newest lines.
    std::size_t limit = 200;
};

/// Always in their order. `invalid` when the search is too long or no text, or both ends are given.
Result<std::vector<LogLine>> page(Tx& tx, const Query& query);

/// Forgets at most `limit` lines written before `time`, oldest first; answers how many. Called
/// again while it answers `limit`, so that no writer waits long.
std::int64_t forget_older(Tx& tx, Instant time, std::size_t limit);

/// How many lines were written before `time`.
std::int64_t count_older(Tx& tx, Instant time);

/// Keeps only the newest `keep` lines of an environment.
std::int64_t forget_beyond(Tx& tx, EnvironmentId environment, std::uint64_t keep);

}  // namespace diorama::log_lines
