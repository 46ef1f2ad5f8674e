#pragma once

#include "model/ids.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace diorama {

/// What a command or an endpoint asks for. Each has exactly one.
enum class Right {
    none,        ///< Public: health, webhooks (which prove themselves by a signature).
    read,        ///< See environments, logs, events.
    operate,     ///< Wake, put to sleep, extend, open a terminal.
    deploy,      ///< Put up, renew, take down.
    approve,     ///< Let a stranger's commit run.
    configure,   ///< A project's settings and variables.
    administer,  ///< Users, tokens, projects, the installation itself.
};

inline constexpr std::array rights{
    Right::none,
    Right::read,
    Right::operate,
    Right::deploy,
    Right::approve,
    Right::configure,
    Right::administer,
};

std::string_view name(Right right);
Result<Right> right_named(std::string_view text);

/// Several rights. Nothing is in it that was not put in.
class Rights {
public:
    constexpr Rights() = default;
    constexpr Rights(std::initializer_list<Right> all)
    {
        for (const Right right : all)
            bits_ |= bit(right);
    }
    constexpr void add(Right right) { bits_ |= bit(right); }
    constexpr bool has(Right right) const { return (bits_ & bit(right)) != 0; }

    friend constexpr bool operator==(Rights, Rights) = default;

private:
    static constexpr std::uint32_t bit(Right right) { return 1U << static_cast<unsigned>(right); }
    std::uint32_t bits_ = 0;
};

/// A usual set of rights (J04).
enum class Role { viewer, member, maintainer, admin };

inline constexpr std::array roles{Role::viewer, Role::member, Role::maintainer, Role::admin};

std::string_view name(Role role);
Result<Role> role_named(std::string_view text);

/// The table: what each role may do.
Rights rights_of(Role role);

/// Everything there is, foreign tenants and the machine too.
struct Installation {
    friend auto operator<=>(const Installation&, const Installation&) = default;
};

/// What somebody wants to touch. Without a tenant it is the installation itself, without a project
/// the tenant.
struct Resource {
    std::optional<TenantId> tenant;
    std::optional<ProjectId> project;
};

/// A role somewhere (J05).
struct Grant {
    Role role = Role::viewer;
    std::variant<ProjectId, TenantId, Installation> reach;

    friend bool operator==(const Grant&, const Grant&) = default;
};

/// Whether `grant` reaches `resource`. An empty id reaches nothing.
bool covers(const Grant& grant, const Resource& resource);

/// All that somebody may do. A token carries its owner's grants and is narrowed to its scopes.
struct Grants {
    std::vector<Grant> list;
    std::optional<Rights> scopes;  ///< A token's; nothing means unnarrowed (a session).
};

/// The one question of authorization. No unless a grant says yes and no scope forbids it; only
/// `Right::none` is open to everybody.
bool allowed(const Grants& who, Right right, const Resource& resource);

}  // namespace diorama
