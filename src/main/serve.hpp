#pragma once

#include "cli/cli.hpp"

namespace diorama {

/// `diorama serve`: reads the configuration, runs the daemon until a signal ends it; the exit code.
int serve(const ServeArguments& arguments);

}  // namespace diorama
