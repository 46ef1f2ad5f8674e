#pragma once

#include "model/environment.hpp"
#include "model/pull_request.hpp"
#include "store/pull_requests.hpp"

namespace diorama {

/// How far a commit of a pull request may go (DESIGN rule 11).
enum class Trust {
    full,      ///< Its author may write to the repository anyway.
    approved,  ///< A stranger's, that somebody let run: without secrets, with tighter limits.
    none,      ///< A stranger's.
};
Trust trust_in(
    const std::string& commit,
    const PullRequest& pull_request,
    Permission author,
    const ForgeRepository& base,
    const std::optional<pull_requests::Approval>& approval
);

/// What of a pull request may be put up now.
struct Clearance {
    std::string commit;  ///< As asked, or the newest; of a stranger's only one that was approved.
    bool untrusted = false;
};

/// Asking for a pull request by hand is not an approval: what its forge said decides. `commit` may
/// be empty, for the newest. `conflict` when nobody approved it, when it is closed or a rule says
/// no, and when the forge has not told of it.
Result<Clearance>
clearance(Tx& tx, const Project& project, std::int64_t number, const std::string& commit);

/// Why nobody puts it up, whoever asks: it is closed, or a rule says no.
Error unwanted(const pull_requests::Record& record);

}  // namespace diorama
