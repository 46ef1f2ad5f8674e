#pragma once

#include "model/environment.hpp"
#include "model/permission.hpp"
#include "store/tx.hpp"

#include <string_view>

namespace diorama {

/// What is answered to who may not do `what`.
Error forbidden(Right right, std::string_view what);

/// The environment, if whoever holds `grants` has `right` to it; `doing` is for the refusal.
Result<Environment>
checked(Tx& tx, const Grants& grants, EnvironmentId id, Right right, std::string_view doing);

}  // namespace diorama
