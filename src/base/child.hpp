#pragma once

#include "base/spawn.hpp"

#include <sys/types.h>

namespace diorama {

/// Starts `command` as the leader of a process group of its own, with these descriptors as its
/// standard streams and no other: the one place where Diorama makes a process. The caller reaps it.
Result<pid_t> start_child(const Command& command, int input, int output, int errors);

}  // namespace diorama
