#include "engine/checked.hpp"

#include "store/environments.hpp"

namespace diorama {

Error forbidden(Right right, std::string_view what)
{
    return {
        Code::forbidden,
        fmt::format("{} needs the right to {}", what, name(right)),
        "Use a token with that scope, or ask somebody who has it."
    };
}

Result<Environment>
checked(Tx& tx, const Grants& grants, EnvironmentId id, Right right, std::string_view doing)
{
    auto seen = environments::find(tx, id);
    if (!seen) return seen.error();
    if (!allowed(grants, right, {seen->tenant, seen->identity.project}))
        return forbidden(right, fmt::format("{} {}", doing, seen->slug));
    return seen;
}

}  // namespace diorama
