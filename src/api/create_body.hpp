#pragma once

#include "engine/commands.hpp"
#include "git/location.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>

namespace diorama::api {

/// What POST /api/v1/environments takes.
struct CreateBody {
    std::string repository;
    std::optional<std::int64_t> pull_request;
    std::optional<std::string> branch;
    std::optional<std::string> commit;
    std::optional<std::string> name;
    std::optional<std::string> ref;

    static constexpr auto required = {"repository"};
};
BOOST_DESCRIBE_STRUCT(CreateBody, (), (repository, pull_request, branch, commit, name, ref))

/// The wish in `body`. A name comes first, then the pull request, the branch and the commit: the
/// most lasting of what was given says which environment it is, the rest what it shows.
Result<DeployRequest> deploy_request(const CreateBody& body, const git::AllowedLocations& allowed);

}  // namespace diorama::api
