#include "model/permission.hpp"

#include <algorithm>
#include <cstdlib>

namespace diorama {

std::string_view name(Right right)
{
    switch (right) {
        case Right::none: return "none";
        case Right::read: return "read";
        case Right::operate: return "operate";
        case Right::deploy: return "deploy";
        case Right::approve: return "approve";
        case Right::configure: return "configure";
        case Right::administer: return "administer";
    }
    std::abort();
}

Result<Right> right_named(std::string_view text)
{
    for (const Right right : rights) {
        if (right != Right::none && name(right) == text) return right;
    }
    return Error{
        Code::invalid,
        fmt::format("{:?} is not a right", text),
        "Use read, operate, deploy, approve, configure or administer."
    };
}

std::string_view name(Role role)
{
    switch (role) {
        case Role::viewer: return "viewer";
        case Role::member: return "member";
        case Role::maintainer: return "maintainer";
        case Role::admin: return "admin";
    }
    std::abort();
}

Result<Role> role_named(std::string_view text)
{
    for (const Role role : roles) {
        if (name(role) == text) return role;
    }
    return Error{
        Code::invalid,
        fmt::format("{:?} is not a role", text),
        "Use viewer, member, maintainer or admin."
    };
}

Rights rights_of(Role role)
{
    using enum Right;
    switch (role) {
        case Role::viewer: return {read};
        case Role::member: return {read, operate, deploy};
        case Role::maintainer: return {read, operate, deploy, approve, configure};
        case Role::admin: return {read, operate, deploy, approve, configure, administer};
    }
    std::abort();
}

bool covers(const Grant& grant, const Resource& resource)
{
    if (std::holds_alternative<Installation>(grant.reach)) return true;
    if (const auto* tenant = std::get_if<TenantId>(&grant.reach))
        return !tenant->empty() && resource.tenant == *tenant;
    const auto& project = std::get<ProjectId>(grant.reach);
    return !project.empty() && resource.project == project;
}

bool allowed(const Grants& who, Right right, const Resource& resource)
{
    if (right == Right::none) return true;
    if (who.scopes && !who.scopes->has(right)) return false;
    return std::ranges::any_of(who.list, [&](const Grant& grant) {
        return covers(grant, resource) && rights_of(grant.role).has(right);
    });
}

}  // namespace diorama
