#pragma once

#include "chaos/faults.hpp"

namespace diorama::chaos {

/// A point before and after each commit, by the tables it wrote to and the moves it holds, of every
/// database that this process opens from now on. Seen from within SQLite: the store knows nothing
/// of it. `faults` outlives them all.
void watch_databases(Faults& faults);

}  // namespace diorama::chaos
