#pragma once

#include "base/error.hpp"
#include "model/inventory.hpp"

#include <string>

/// What the Engine's answers mean to a scene.
namespace diorama {

/// Somebody else's object has the name.
inline Error not_ours(EntryType type, const std::string& name)
{
    return {
        Code::conflict,
        fmt::format("a {} named {} exists and is not ours", diorama::name(type), name),
        fmt::format("Look with `docker {} inspect {}` at who made it.", diorama::name(type), name)
    };
}

/// Of a removal: gone is gone. What something else still uses may be free at a later try.
inline Result<> when_unused(const Result<>& removed)
{
    if (removed || removed.error().code == Code::not_found) return ok();
    Error error = removed.error();
    if (error.code == Code::conflict || error.code == Code::refused) error.code = Code::unavailable;
    return error;
}

}  // namespace diorama
