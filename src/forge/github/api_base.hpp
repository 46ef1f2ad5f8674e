#pragma once

#include "net/address.hpp"

#include <string>
#include <string_view>

namespace diorama::github {

/// Where GitHub's REST API answers: "https://api.github.com", "https://host/api/v3" of an
/// Enterprise Server.
struct ApiBase {
    Address address;
    std::string host;    ///< For the Host field: without the usual port.
    std::string prefix;  ///< Before each path: "" or "/api/v3".

    /// https, or http to this very machine: the token travels with every request (SEC-50).
    /// `invalid` for anything else.
    static Result<ApiBase> parse(std::string_view url);

    /// The target of `location` when it leads to this API, from a Location or Link field; `refused`
    /// when it leads elsewhere: the token must not follow.
    Result<std::string> target_of(std::string_view location) const;
};

}  // namespace diorama::github
