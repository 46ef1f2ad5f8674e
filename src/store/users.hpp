#pragma once

#include "model/environment.hpp"
#include "store/tx.hpp"

#include <string>
#include <string_view>

/// People, and who they are on each forge (K01).
namespace diorama::users {

struct User {
    UserId id;
    TenantId tenant;
    std::string login;  ///< For people; a forge may let it change.
    std::string name;
    std::string email;
    Instant created_at{};

    friend bool operator==(const User&, const User&) = default;
};

/// Who somebody is elsewhere. The id is what the forge never gives to anybody else.
struct ForeignIdentity {
    std::string forge;
    std::string external_id;
};

Result<User> find(Tx& tx, UserId id);
Result<User> find(Tx& tx, TenantId tenant, const ForeignIdentity& identity);

/// The user behind `identity`, made from `fresh` when nobody has it yet; else login, name and
/// email are brought up to date.
User find_or_insert(Tx& tx, const ForeignIdentity& identity, const User& fresh);

}  // namespace diorama::users
