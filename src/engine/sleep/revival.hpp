#pragma once

#include "driver/values.hpp"
#include "model/inventory.hpp"

#include <string>
#include <vector>

namespace diorama {

/// What it takes to start a stopped container again, without the plan it came from: kept beside
/// each instance.
struct Revival {
    Gate gate;
    bool job = false;  ///< It shall end, with 0.
    std::vector<Dependency> depends_on;
};

std::string to_text(const Revival& revival);
/// `invalid` for what an older Diorama left: then the plan is read again.
Result<Revival> parse_revival(std::string_view text);

}  // namespace diorama
