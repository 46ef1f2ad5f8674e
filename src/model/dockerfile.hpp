#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// One instruction of a Dockerfile: continued lines joined, comments and heredoc bodies taken out.
struct Instruction {
    int line = 0;
    std::string keyword;                ///< Upper case.
    std::string words;                  ///< All after the keyword.
    std::vector<std::string> heredocs;  ///< Their bodies, in order.
};

/// A stage of a multi-stage build.
struct BuildStage {
    int line = 0;
    std::string base;      ///< After ARG substitution: an image, "scratch", or an earlier stage.
    std::string name;      ///< Lower case; empty when it has none.
    std::string platform;  ///< FROM --platform, after substitution.
    std::vector<std::uint16_t> exposed;    ///< TCP only, in order.
    std::string user;                      ///< The last USER; empty when there is none.
    std::vector<std::string> copies_from;  ///< COPY --from and RUN --mount from=: stages or images.
};

/// Something SECURITY's rules for Dockerfiles refuse, or that no builder could read.
struct DockerfileProblem {
    int line = 0;
    Code code = Code::invalid;
    std::string what;
    std::string mend;
};

/// What a Dockerfile says, as far as we must know before a builder reads it.
struct Dockerfile {
    std::vector<Instruction> instructions;
    std::vector<BuildStage> stages;
    std::vector<DockerfileProblem> problems;
    /// Lines of `# syntax=docker/dockerfile…`, which ask for what the engine has built in.
    std::vector<int> syntax_lines;

    /// The stage `target` names (by name or number); empty: the last. Null when there is none.
    const BuildStage* stage(std::string_view target) const;

    /// Images that come from outside and that `target` needs, each once, in order of appearance:
    /// bases and `COPY --from`, through the stages it is made from. Never "scratch".
    std::vector<std::string> images(std::string_view target) const;

    /// What `target` listens on, with what its earlier stages say. Foreign bases are not known.
    std::vector<std::uint16_t> ports(std::string_view target) const;

    /// The user `target` runs as, if a Dockerfile's line says so.
    std::string user(std::string_view target) const;
};

/// Scans strictly: line continuation, the escape directive, comments, heredocs, ARG before FROM.
/// Refused with a mend: `# syntax=` front ends but Docker's own, `RUN --mount` of ssh and secrets,
/// `--security=insecure`, `--network=host`, `ADD` of URLs and git repositories, labels that are
/// ours or a proxy's. `args` are the build's, by name.
Dockerfile scan_dockerfile(std::string_view text, const std::map<std::string, std::string>& args);

/// `text` without its `# syntax=` lines' meaning, line for line: no builder fetches a front end.
std::string without_syntax(std::string_view text, const Dockerfile& scanned);

}  // namespace diorama
