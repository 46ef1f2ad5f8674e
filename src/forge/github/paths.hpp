#pragma once

#include "base/described.hpp"
#include "forge/github/rest.hpp"
#include "forge/github/wire.hpp"

#include <algorithm>

/// How GitHub's own files ask and read.
namespace diorama::github {

/// "/repos/owner/shop" + `rest`; `invalid` for a name that could lead elsewhere.
inline Result<std::string> path_in(const ForgeRepository& repository, std::string_view rest = "")
{
    if (is_repository_name(repository.name))
        return fmt::format("/repos/{}{}", repository.name, rest);
    return Error{
        Code::invalid, fmt::format("'{}' is no repository of GitHub", repository.name), ""
    };
}

/// GitHub's ids are whole numbers; anything else did not come from it.
inline bool is_id(std::string_view text)
{
    return !text.empty() && text.size() < 20 &&
           text.find_first_not_of("0123456789") == std::string_view::npos;
}

template <class T>
Result<T> part_of(const Node& answer)
{
    auto read_part = read<T>(answer, "the answer", Unknown::ignore);
    if (!read_part) return not_sensible(read_part.error());
    return read_part;
}

}  // namespace diorama::github
