#include "model/pull_request.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

namespace diorama {

namespace {

template <class Enum, std::size_t size>
Result<Enum> named(const Enum (&all)[size], std::string_view text, std::string_view what)
{
    for (const Enum value : all)
        if (name(value) == text) return value;
    return Error{Code::invalid, fmt::format("'{}' is not {}", text, what)};
}

}  // namespace

std::string_view name(PullRequest::Status status)
{
    switch (status) {
        case PullRequest::Status::open: return "open";
        case PullRequest::Status::closed: return "closed";
        case PullRequest::Status::merged: return "merged";
    }
    std::abort();
}

Result<PullRequest::Status> pull_request_status_named(std::string_view text)
{
    using enum PullRequest::Status;
    return named({open, closed, merged}, text, "the status of a pull request");
}

std::string_view name(Permission permission)
{
    switch (permission) {
        case Permission::unknown: return "unknown";
        case Permission::none: return "none";
        case Permission::read: return "read";
        case Permission::write: return "write";
    }
    std::abort();
}

Result<Permission> permission_named(std::string_view text)
{
    using enum Permission;
    return named({unknown, none, read, write}, text, "a permission");
}

bool runs_unasked(const PullRequest& pull_request, const ForgeRepository& base, Permission author)
{
    if (base.id.empty() || pull_request.head_repository != base.id) return false;
    return author == Permission::write || author == Permission::unknown;
}

}  // namespace diorama
