#include "engine/why.hpp"

#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/query.hpp"
#include "api/views.hpp"
#include "base/instant.hpp"
#include "base/unicode.hpp"
#include "store/environments.hpp"
#include "store/feedback.hpp"
#include "store/jobs.hpp"
#include "store/log_lines.hpp"
#include "store/projects.hpp"
#include "store/pull_requests.hpp"

namespace diorama::api {

namespace {

/// What is told: why it stands as it does, and what helps to see it.
struct Tale {
    Story story;
    std::optional<Project> project;
    std::vector<LogLine> lines;
    std::optional<Instant> next_attempt;  ///< When it is tried again by itself.
    std::string untold;                   ///< Why the forge does not show how it stands.
};

Result<Tale>
tale_of(Tx& tx, const EngineSettings& settings, const Environment& environment, Instant now)
{
    auto story = story_of(tx, settings, environment, now);
    if (!story) return story.error();
    auto lines = log_lines::page(tx, {.environment = environment.id, .limit = 15});
    if (!lines) return lines.error();
    Tale tale{.story = *std::move(story), .lines = *std::move(lines)};
    const auto project = projects::find(tx, environment.identity.project);
    if (project) tale.project = *project;
    const auto next = jobs::next_look(tx, environment.id);
    if (next && *next > now) tale.next_attempt = next;
    tale.untold = feedback::find(tx, environment.id).problem;
    return tale;
}

Node told(Context& context, const Tale& tale)
{
    const Story& story = tale.story;
    const Why why = diorama::why(story);
    const auto id = story.environment ? story.environment->id : EnvironmentId{};
    Node node = Node::Map{
        {"verdict", why.word},
        {"reason", context.logs.redact(id, why.reason)},
        {"mend", why.mend}
    };
    if (story.environment) {
        node.set("environment", story.environment->slug);
        node.set("state", name(story.environment->state));
    }
    if (story.record) node.set("pull_request", view(context, *story.record, *tale.project));
    if (tale.next_attempt) node.set("next_attempt", format_instant(*tale.next_attempt));
    if (!tale.untold.empty()) node.set("untold", context.logs.redact(id, tale.untold));
    if (story.latest) node.set("deployment", view(context, *story.latest));
    Node::List lines;
    for (const LogLine& line : tale.lines)
        lines.push_back(view(line));
    node.set("last_lines", std::move(lines));
    return node;
}

/// Which pull request somebody asks about.
struct Asked {
    std::string project;  ///< Its id or slug.
    std::int64_t number = 0;
    Grants who;
    Instant now{};
};

/// The story of a pull request whose project the caller may read.
Result<Tale> tale_of(Tx& tx, const EngineSettings& settings, const Asked& asked)
{
    const auto& [project, number, who, now] = asked;
    const auto id = ProjectId::parse(project);
    const auto found = id ? projects::find(tx, *id) : projects::find_by_slug(tx, project);
    const Resource resource = found ? Resource{found->tenant, found->id} : Resource{};
    const bool permitted = found && allowed(who, Right::read, resource);
    const std::string called = display(permitted ? found->name : project, 100);
    const Error none{
        Code::not_found,
        fmt::format("nothing is known of pull request {} of {}", number, called),
        "diorama deliveries ls shows which webhooks came."
    };
    if (!permitted) return none;
    const auto environment =
        environments::find(tx, found->tenant, pull_request_identity(found->id, number));
    if (environment) return tale_of(tx, settings, *environment, now);
    const auto record = pull_requests::find(tx, found->id, number);
    if (!record) return none;
    return Tale{.story = {.record = *record}, .project = *found};
}

}  // namespace

Task<Response> explain_environment(Context& context, Call call)
{
    const auto found =
        co_await find_environment(context, call.caller, call.right, call.param("id"));
    if (!found) co_return problem(found.error());
    const auto read = [environment = *found,
                       &settings = context.world.settings,
                       now = context.world.scheduler.now()](Tx& tx) {
        return tale_of(tx, settings, environment, now);
    };
    const auto tale = co_await context.world.store.read(read);
    if (!tale) co_return problem(tale.error());
    co_return json(200, told(context, *tale));
}

Task<Response> explain_pull_request(Context& context, Call call)
{
    const auto number = whole_number("number", call.param("number"));
    if (!number) co_return problem(number.error());
    const Asked asked{
        .project = call.param("id"),
        .number = static_cast<std::int64_t>(*number),
        .who = call.caller.grants,
        .now = context.world.scheduler.now()
    };
    const auto read = [asked, &settings = context.world.settings](Tx& tx) {
        return tale_of(tx, settings, asked);
    };
    const auto tale = co_await context.world.store.read(read);
    if (!tale) co_return problem(tale.error());
    co_return json(200, told(context, *tale));
}

}  // namespace diorama::api
