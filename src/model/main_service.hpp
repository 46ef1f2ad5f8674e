#pragma once

#include "model/plan.hpp"

#include <cstdint>

namespace diorama {

/// A port that web servers use: 80, 443, 3000, 8080 …
bool is_web_port(std::uint16_t port);

/// A port of a database, a cache, a queue, mail or a shell. Never routed.
bool is_private_port(std::uint16_t port);

/// Decides which services get a host: sets `main`, `main_chosen` and each service's `routed`.
///
/// Main is `main_asked`, else the only service with `ports`, else the first in file order whose
/// port is a web port. Every other service with a web port has a host of its own. Call it again
/// when the ports of foreign images are known. Nothing to route is fine: main stays empty.
void choose_main(Plan& plan);

}  // namespace diorama
