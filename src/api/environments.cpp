#include "store/environments.hpp"

#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/query.hpp"
#include "api/views.hpp"
#include "base/unicode.hpp"
#include "engine/facts.hpp"
#include "store/projects.hpp"

#include <charconv>

namespace diorama::api {

namespace {

Task<Result<EnvironmentFacts>> facts_for(Context& context, Environment environment)
{
    const auto read = [environment,
                       &settings = context.world.settings,
                       now = context.world.scheduler.now()](Tx& tx) -> Result<EnvironmentFacts> {
        auto facts = facts_of(tx, settings, environment);
        if (facts) add_places(tx, settings, {&*facts, 1}, now);
        return facts;
    };
    co_return co_await context.world.store.read(read);
}

Result<environments::Sort> sort_named(std::string_view text)
{
    if (text == "created") return environments::Sort::created;
    if (text == "updated") return environments::Sort::updated;
    if (text == "slug") return environments::Sort::slug;
    return Error{Code::invalid, "'sort' names no order", "Use created, updated or slug."};
}

Result<> take_order(const Request& request, environments::ListQuery& query)
{
    if (const auto text = request.query_value("sort")) {
        const auto sort = sort_named(*text);
        if (!sort) return sort.error();
        query.sort = *sort;
        query.descending = query.sort != environments::Sort::slug;
    }
    const auto order = request.query_value("order");
    if (!order) return ok();
    if (*order != "asc" && *order != "desc")
        return Error{Code::invalid, "'order' names no direction", "Use asc or desc."};
    query.descending = *order == "desc";
    return ok();
}

Result<> take_filter(const Request& request, environments::Filter& filter)
{
    for (const auto& [key, value] : request.query) {
        if (key != "state") continue;
        const auto state = state_named(value);
        if (!state) return state.error();
        filter.states.push_back(*state);
    }
    if (const auto text = request.query_value("kind")) {
        const auto kind = kind_named(*text);
        if (!kind) return kind.error();
        filter.kind = *kind;
    }
    if (const auto search = request.query_value("search")) filter.search = *search;
    const auto all = truth_of(request, "all");
    if (!all) return all.error();
    filter.with_destroyed = *all;
    const auto number = sequence_of(request, "pull_request");
    if (!number) return number.error();
    if (*number) filter.pull_request = static_cast<std::int64_t>(**number);
    return ok();
}

Result<environments::ListQuery> list_query(const Request& request)
{
    const auto known = only_known(
        request,
        {"limit",
         "after",
         "sort",
         "order",
         "state",
         "kind",
         "search",
         "all",
         "pull_request",
         "project"}
    );
    if (!known) return known.error();
    environments::ListQuery query;
    const auto limit = limit_of(request, 50);
    if (!limit) return limit.error();
    query.limit = *limit;
    if (const auto after = request.query_value("after")) query.after = *after;
    const auto ordered = take_order(request, query);
    if (!ordered) return ordered.error();
    const auto filtered = take_filter(request, query.filter);
    if (!filtered) return filtered.error();
    return query;
}

/// What a list may show: all of the tenant, or the projects somebody was let into; for strangers
/// that is none.
environments::Scope scope_of(const Caller& caller, TenantId tenant)
{
    if (allowed(caller.grants, Right::read, {.tenant = tenant}))
        return {.tenant = tenant, .projects = std::nullopt};
    std::vector<ProjectId> projects;
    for (const Grant& grant : caller.grants.list) {
        const auto* project = std::get_if<ProjectId>(&grant.reach);
        if (!project) continue;
        if (allowed(caller.grants, Right::read, {.tenant = tenant, .project = *project}))
            projects.push_back(*project);
    }
    return {.tenant = tenant, .projects = std::move(projects)};
}

/// The project that `text` names by id or slug. One that is not there has no environments.
Result<ProjectId> project_named(Tx& tx, const std::string& text)
{
    const auto id = ProjectId::parse(text);
    if (id) return *id;
    const auto project = projects::find_by_slug(tx, text);
    if (!project) return project.error();
    return project->id;
}

struct Listed {
    std::vector<EnvironmentFacts> items;
    std::string next;
};

Result<Listed> list(
    Tx& tx,
    const EngineSettings& settings,
    const environments::Scope& scope,
    const environments::ListQuery& query,
    Instant now
)
{
    const auto found = environments::list(tx, scope, query);
    if (!found) return found.error();
    Listed listed{.next = found->next};
    for (const Environment& environment : found->items) {
        auto facts = facts_of(tx, settings, environment);
        if (!facts) return facts.error();
        listed.items.push_back(*std::move(facts));
    }
    add_places(tx, settings, listed.items, now);
    return listed;
}

}  // namespace

Task<Result<Environment>>
find_environment(Context& context, Caller caller, Right right, std::string text)
{
    const auto read = [text](Tx& tx) {
        const auto id = EnvironmentId::parse(text);
        return id ? environments::find(tx, *id) : environments::find_by_slug(tx, text);
    };
    const auto found = co_await context.world.store.read(read);
    if (!found && found.error().code != Code::not_found) co_return found.error();
    const Resource resource = found ? Resource{found->tenant, found->identity.project} : Resource{};
    const bool permitted = found && allowed(caller.grants, right, resource);
    if (permitted) co_return *found;
    if (found && allowed(caller.grants, Right::read, resource))
        co_return Error{
            Code::forbidden,
            fmt::format("this needs the right to {} {}", name(right), found->slug),
            "Use a token with that scope, or ask somebody who has it."
        };
    co_return Error{
        Code::not_found,
        fmt::format("there is no environment {}", display(text, 100)),
        "diorama ls shows those there are."
    };
}

Task<Response> show_environment(Context& context, Call call)
{
    const auto found =
        co_await find_environment(context, call.caller, call.right, call.param("id"));
    if (!found) co_return problem(found.error());
    const auto facts = co_await facts_for(context, *found);
    if (!facts) co_return problem(facts.error());
    co_return json(200, view(context, *facts));
}

Task<Response> list_services(Context& context, Call call)
{
    const auto found =
        co_await find_environment(context, call.caller, call.right, call.param("id"));
    if (!found) co_return problem(found.error());
    const auto facts = co_await facts_for(context, *found);
    if (!facts) co_return problem(facts.error());
    co_return page(services(context, *facts), "");
}

Task<Response> list_environments(Context& context, Call call)
{
    auto query = list_query(call.request);
    if (!query) co_return problem(query.error());
    const auto scope = scope_of(call.caller, context.world.settings.tenant);
    const std::string project(call.request.query_value("project").value_or(""));
    const auto read = [=,
                       wanted = *query,
                       &settings = context.world.settings,
                       now = context.world.scheduler.now()](Tx& tx) -> Result<Listed> {
        auto asked = wanted;
        if (!project.empty()) {
            const auto id = project_named(tx, project);
            if (!id && id.error().code == Code::not_found) return Listed{};
            if (!id) return id.error();
            asked.filter.project = *id;
        }
        return list(tx, settings, scope, asked, now);
    };
    const auto listed = co_await context.world.store.read(read);
    if (!listed) co_return problem(listed.error());
    Node::List items;
    for (const EnvironmentFacts& facts : listed->items)
        items.push_back(view(context, facts));
    co_return page(std::move(items), listed->next);
}

}  // namespace diorama::api
