#include "engine/clearance.hpp"

#include "engine/forges.hpp"
#include "model/naming.hpp"
#include "store/environments.hpp"

namespace diorama {

namespace {

Error nothing_known(const Project& project, std::int64_t number)
{
    return {
        Code::conflict,
        fmt::format("nothing is known yet of pull request {} of {}", number, project.name),
        "Its next webhook tells, or the next look at all open ones: try again in a minute."
    };
}

Error not_approved(Tx& tx, const Project& project, std::int64_t number, const std::string& commit)
{
    const auto identity = pull_request_identity(project.id, number);
    const auto environment = environments::find(tx, project.tenant, identity);
    const std::string_view shown = short_commit(commit);
    return {
        Code::conflict,
        fmt::format(
            "{} is somebody's commit who may not write to the repository, and waits for an "
            "approval",
            shown
        ),
        environment
            ? fmt::format("Look at it, then: diorama approve {} {}", environment->slug, shown)
            : "Look at it on its forge; diorama why tells what holds it."
    };
}

}  // namespace

Error unwanted(const pull_requests::Record& record)
{
    return {
        Code::conflict,
        fmt::format("pull request {} gets no preview: {}", record.facts.number, record.reason),
        "Mend that on its forge; the next webhook or look at all open ones tells."
    };
}

Trust trust_in(
    const std::string& commit,
    const PullRequest& pull_request,
    Permission author,
    const ForgeRepository& base,
    const std::optional<pull_requests::Approval>& approval
)
{
    if (runs_unasked(pull_request, base, author)) return Trust::full;
    return approval && approval->commit == commit ? Trust::approved : Trust::none;
}

Result<Clearance>
clearance(Tx& tx, const Project& project, std::int64_t number, const std::string& commit)
{
    const auto known = pull_requests::find(tx, project.id, number);
    if (!known || !known->read_at) return nothing_known(project, number);
    if (known->verdict == pull_requests::Verdict::unwanted) return unwanted(*known);
    const std::string& wanted = commit.empty() ? known->facts.head_commit : commit;
    const ForgeRepository base = repository_of(project);
    switch (trust_in(wanted, known->facts, known->permission, base, known->approval)) {
        case Trust::full: return Clearance{wanted};
        case Trust::approved: return Clearance{wanted, true};
        case Trust::none: return not_approved(tx, project, number, wanted);
    }
    std::abort();
}

}  // namespace diorama
