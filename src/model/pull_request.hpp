#pragma once

#include "base/clock.hpp"
#include "model/ids.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// A repository as its forge knows it. The id survives renames and transfers and says which one it
/// is; the name is for people and for addresses.
struct ForgeRepository {
    std::string forge;  ///< "github"
    std::string id;     ///< The forge's own number, as text.
    std::string name;   ///< owner/name, as it is now.

    friend bool operator==(const ForgeRepository&, const ForgeRepository&) = default;
};

/// What a forge says about one pull request. Everything but numbers was typed by people: display
/// only.
struct PullRequest {
    enum class Status { open, closed, merged };

    std::int64_t number = 0;
    std::string title;
    std::string author;  ///< Login.
    std::string author_id;
    std::string head_commit;
    std::string head_ref;         ///< The branch, in the repository it comes from.
    std::string head_repository;  ///< Id of that repository; empty when it was deleted.
    std::string base_ref;         ///< The branch it shall be merged into.
    Status status = Status::open;
    bool draft = false;
    std::vector<std::string> labels;
    Instant updated_at{};  ///< The forge's clock: orders what came out of order.

    friend bool operator==(const PullRequest&, const PullRequest&) = default;
};

std::string_view name(PullRequest::Status status);
Result<PullRequest::Status> pull_request_status_named(std::string_view text);

/// What somebody may do in a repository, as its forge answers when asked. What a payload claims
/// about an author (author_association) is not a permission.
enum class Permission { unknown, none, read, write };

std::string_view name(Permission permission);
Result<Permission> permission_named(std::string_view text);

/// Whether its code may run unasked (DESIGN rule 11): it comes from a branch of `base` itself,
/// which only writers can push to, and its author is one. `unknown` (no forge token) trusts the
/// branch alone.
bool runs_unasked(const PullRequest& pull_request, const ForgeRepository& base, Permission author);

}  // namespace diorama
