#include "api/create_body.hpp"

#include "git/object.hpp"
#include "git/ref.hpp"

namespace diorama::api {

namespace {

/// The ref that a named environment shows; nothing: the default branch.
Result<std::string> shown_ref(const CreateBody& body)
{
    if (!body.ref && !body.branch && body.pull_request)
        return fmt::format("refs/pull/{}/head", *body.pull_request);
    if (!body.ref && !body.branch) return std::string();
    const auto ref = body.ref ? git::RefName::parse(*body.ref) : git::RefName::branch(*body.branch);
    if (!ref) return ref.error().during(body.ref ? "ref" : "branch");
    return ref->text();
}

Result<> take_identity(const CreateBody& body, DeployRequest& request)
{
    if (body.name) {
        request.kind = Kind::named;
        request.key = *body.name;
    } else if (body.pull_request) {
        request.kind = Kind::pull_request;
        request.key = fmt::format("{}", *body.pull_request);
    } else if (body.branch) {
        request.kind = Kind::branch;
        request.key = *body.branch;
    } else if (body.commit) {
        request.kind = Kind::commit;
        request.key = request.commit;
    } else {
        return Error{
            Code::invalid,
            "the request body says no pull_request, branch, commit or name",
            "Say which one shall be shown, e.g. \"branch\": \"main\"."
        };
    }
    if (!body.ref || body.name) return ok();
    return Error{
        Code::invalid,
        "'ref' says what an environment with a name shows, and this one has none",
        "Add a 'name', or leave 'ref' out."
    };
}

}  // namespace

Result<DeployRequest> deploy_request(const CreateBody& body, const git::AllowedLocations& allowed)
{
    const auto location = git::Location::parse(body.repository, allowed);
    if (!location) return location.error().during("repository");
    DeployRequest request{.repository = location->text()};
    request.name =
        location->owner().empty() ? location->name() : location->owner() + "/" + location->name();
    if (body.commit) {
        const auto commit = git::ObjectId::parse(*body.commit);
        if (!commit) return commit.error().during("commit");
        request.commit = commit->text();
    }
    const auto ref = shown_ref(body);
    if (!ref) return ref.error();
    request.ref = *ref;
    const auto taken = take_identity(body, request);
    if (!taken) return taken.error();
    return request;
}

}  // namespace diorama::api
