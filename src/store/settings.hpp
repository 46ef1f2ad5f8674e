#pragma once

#include "model/ids.hpp"
#include "store/tx.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Facts about this installation that are decided once and kept.
namespace diorama::settings {

std::optional<std::string> get(Tx& tx, std::string_view key);
void set(Tx& tx, std::string_view key, std::string_view value);

/// The value under `key`, `fresh` when it has none yet: whoever comes first decides.
std::string get_or_set(Tx& tx, std::string_view key, std::string_view fresh);

/// Which Diorama this is among others on one host. Chosen when the database was made.
InstallationId installation(Tx& tx);

}  // namespace diorama::settings
