#pragma once

#include "model/plan.hpp"

#include <string>
#include <vector>

namespace diorama {

/// Everything a container is made from: two with the same fingerprint are the same, and a push
/// that does not change it leaves the container running (DESIGN section 6).
///
/// `image` is the image's id, not its name. `contents` names each copied file by git's object id.
/// `service.environment` comes without the variables that only name the commit.
std::string fingerprint(
    const Service& service, const std::string& image, const std::vector<std::string>& contents
);

}  // namespace diorama
