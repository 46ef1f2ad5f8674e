#pragma once

#include "model/dockerfile.hpp"

namespace diorama {

/// Splits a Dockerfile into instructions; directives, comments and heredocs are understood.
/// Within the room only; `scan_dockerfile` is the door.
void split_instructions(std::string_view text, Dockerfile& out);

/// Tells what SECURITY's rules refuse in one instruction.
void check_instruction(const Instruction& instruction, std::vector<DockerfileProblem>& problems);

/// The words of an instruction that begin with "--", and what follows them.
struct Flags {
    std::vector<std::string_view> flags;
    std::string_view rest;
};
Flags split_flags(std::string_view words);

/// The value of `--name=` among the flags, if it is there.
std::optional<std::string_view> flag_value(const Flags& flags, std::string_view name);

/// The value of `key=` in a comma list, as in --mount=type=bind,from=base.
std::optional<std::string_view> mount_option(std::string_view mount, std::string_view key);

/// Words split at blanks; quotes hold blanks together and are dropped.
std::vector<std::string> dockerfile_words(std::string_view text);

}  // namespace diorama
