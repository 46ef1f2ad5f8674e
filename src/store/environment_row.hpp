#pragma once

#include "model/environment.hpp"
#include "store/row.hpp"

namespace diorama::environments {

/// Reads a row of the table environments, for the files that query it.
Environment read(const Row& row);

}  // namespace diorama::environments
