#pragma once

#include "cli/session.hpp"

#include <string_view>

namespace diorama::cli {

/// What takes something away is asked for twice: by --yes, or by a person at a terminal, who is
/// asked `question` ("Take down shop-main?"). `invalid` where nobody is there to ask whether
/// `matter` ("shop-main shall go").
Result<bool> consents(const Session& session, std::string_view question, std::string_view matter);

}  // namespace diorama::cli
