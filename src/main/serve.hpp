#pragma once

#include "cli/cli.hpp"
#include "daemon/config.hpp"

namespace diorama {

/// `diorama serve`: reads the configuration, runs the daemon until a signal ends it; the exit code.
int serve(const ServeArguments& arguments);

/// What `diorama serve` would run with: the file, the environment, the arguments, the defaults.
Result<Config> load_config(const ServeArguments& arguments);

}  // namespace diorama
