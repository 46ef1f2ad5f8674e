#include "model/inventory.hpp"

#include <cstdlib>

namespace diorama {

std::string_view name(EntryType type)
{
    switch (type) {
        case EntryType::network: return "network";
        case EntryType::volume: return "volume";
        case EntryType::container: return "container";
    }
    std::abort();
}

Result<EntryType> entry_type_named(std::string_view text)
{
    using enum EntryType;
    for (const EntryType type : {network, volume, container}) {
        if (name(type) == text) return type;
    }
    return Error{Code::invalid, fmt::format("'{}' is not a type of inventory entry", text)};
}

std::string_view name(EntryStatus status)
{
    switch (status) {
        case EntryStatus::intended: return "intended";
        case EntryStatus::made: return "made";
        case EntryStatus::owed: return "owed";
    }
    std::abort();
}

Result<EntryStatus> entry_status_named(std::string_view text)
{
    using enum EntryStatus;
    for (const EntryStatus status : {intended, made, owed}) {
        if (name(status) == text) return status;
    }
    return Error{Code::invalid, fmt::format("'{}' is not a status of an inventory entry", text)};
}

}  // namespace diorama
