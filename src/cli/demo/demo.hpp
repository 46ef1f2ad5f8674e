#pragma once

#include "cli/arguments.hpp"
#include "cli/cli.hpp"

namespace diorama::cli {

/// `diorama demo [--check]`: from a pull request to a URL, on this machine, with a daemon and a
/// forge of its own. Stays until Ctrl-C, then takes everything down. With --check nobody has to
/// watch: it proves each step, that no request failed while a service was updated, and that nothing
/// is left in the end; 0 only if all held.
Result<int> demo(const CliWorld& world, const Arguments& arguments);

}  // namespace diorama::cli
