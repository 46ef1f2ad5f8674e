#pragma once

#include "model/environment.hpp"
#include "model/permission.hpp"

namespace diorama {

/// Who asks, and what they may do.
struct Caller {
    Actor actor;
    Grants grants;
};

}  // namespace diorama
