#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace diorama {

class Connection;

/// One step of the schema: a file of migrations/, compiled into the program. What is released is
/// never changed; its hash is kept in the database and compared at every start.
struct Migration {
    std::uint32_t version = 0;  ///< 1, 2, 3 …
    std::string_view name;
    std::string_view sql;  ///< Statements, each ended by a semicolon at the end of its line.
};

/// All of them, in order.
std::span<const Migration> embedded_migrations();

/// Brings the schema to the last of `known`, each step in a transaction of its own. `invalid` when
/// the database has steps that are newer than `known`, or other ones. Throws DatabaseRefusal.
Result<> migrate(Connection& connection, std::span<const Migration> known, Instant now);

}  // namespace diorama
