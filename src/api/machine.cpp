#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/query.hpp"
#include "api/views.hpp"
#include "base/duration.hpp"
#include "base/instant.hpp"
#include "store/instances.hpp"
#include "store/inventory.hpp"
#include "store/projects.hpp"
#include "store/settings.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <span>

namespace diorama::api {

namespace {

struct Parts {
    bool database = false;
    bool docker = false;
    bool filter = false;
    bool disk = false;
};

Task<Parts> look(Context& context)
{
    const auto read = [](Tx& tx) -> Result<bool> { return settings::get(tx, "none").has_value(); };
    const auto database = co_await context.world.store.read(read);
    const auto docker = co_await context.world.driver.observe(EnvironmentId{});
    co_return Parts{
        .database = database.has_value(),
        .docker = docker.has_value(),
        .filter = context.filtered(),
        .disk = context.has_room()
    };
}

Response state_of(const Parts& parts)
{
    const auto word = [](bool well) { return well ? "healthy" : "unavailable"; };
    const bool well = parts.database && parts.docker && parts.filter && parts.disk;
    return json(
        well ? 200 : 503,
        Node(Node::Map{
            {"status",   well ? "healthy" : "degraded"},
            {"services",
             Node::Map{
                 {"api", "healthy"},
                 {"database", word(parts.database)},
                 {"disk", word(parts.disk)},
                 {"docker", word(parts.docker)},
                 {"packet_filter", word(parts.filter)}
             }                                        }
    })
    );
}

/// The entries behind the one with that id, which may be gone by now: ids grow with time.
std::span<const Entry> after(std::span<const Entry> entries, std::string_view id)
{
    const auto next =
        std::ranges::find_if(entries, [&](const Entry& entry) { return entry.id.text() > id; });
    return {next, entries.end()};
}

Node check(std::string_view name, bool well, std::string found, std::string mend)
{
    Node node = Node::Map{
        {"name",  name            },
        {"well",  well            },
        {"found", std::move(found)}
    };
    if (!mend.empty()) node.set("mend", std::move(mend));
    return node;
}

bool is_well(const Node& check)
{
    const Node* well = check.find("well");
    return well && well->boolean() && *well->boolean();
}

/// What a forge refuses us: one check for each way to mend it, whatever it keeps us from.
Node::List refusals_of(const ForgeApi& forge)
{
    std::map<std::string, std::vector<std::string>> by_mend;
    for (Error& refusal : forge.refusals())
        by_mend[std::move(refusal.mend)].push_back(std::move(refusal.message));
    Node::List checks;
    for (const auto& [mend, messages] : by_mend) {
        auto found = messages.front();
        if (messages.size() > 1) found += fmt::format(" (and {} more)", messages.size() - 1);
        checks.push_back(check(forge.forge(), false, std::move(found), mend));
    }
    return checks;
}

Node::List checks_of(const ForgeApi& forge)
{
    auto checks = refusals_of(forge);
    if (const auto until = forge.rate_limited_until())
        checks.push_back(check(
            forge.forge(),
            true,
            "its rate limit is reached until " + format_instant(*until),
            "Wait, or give Diorama a token of its own."
        ));
    if (checks.empty())
        checks.push_back(check(forge.forge(), true, "refuses nothing that was asked", ""));
    return checks;
}

/// How the forges treat us.
Node::List forge_checks(const Context& context)
{
    Node::List checks;
    for (const ForgeApi* forge : context.world.forges)
        std::ranges::move(checks_of(*forge), std::back_inserter(checks));
    if (checks.empty() && !context.github.secrets.empty())
        checks.push_back(check(
            "github",
            true,
            "no token: pull requests show no comment, status or deployment",
            "Set github.token in diorama.toml."
        ));
    return checks;
}

/// For so long what could not be removed is nobody's business: it is tried again.
constexpr minutes patience{10};

/// What could not be removed, and for how long by now.
Node owed_check(const Context& context, const std::vector<Entry>& owed)
{
    if (owed.empty()) return check("cleanup", true, "nothing is owed", "");
    const auto oldest = std::ranges::min_element(owed, {}, &Entry::owed_since);
    const Instant now = context.world.scheduler.now();
    const milliseconds age = now - oldest->owed_since.value_or(now);
    return check(
        "cleanup",
        age < patience,
        fmt::format(
            "{} could not be removed, the first for {}: {}",
            owed.size() == 1 ? "1 object" : fmt::format("{} objects", owed.size()),
            human_duration(age),
            context.logs.redact(oldest->environment, oldest->problem)
        ),
        "diorama owed lists them."
    );
}

}  // namespace

Result<> check_administrator(const Context& context, const Caller& caller)
{
    const Resource tenant{.tenant = context.world.settings.tenant};
    if (allowed(caller.grants, Right::administer, tenant)) return ok();
    return Error{
        Code::forbidden, "this needs the right to administer", "Use a token with that scope."
    };
}

Task<Response> health(Context& context, Call)
{
    const Parts parts = co_await look(context);
    co_return state_of(parts);
}

Task<Response> live(Context&, Call)
{
    co_return json(
        200,
        Node(Node::Map{
            {"status", "healthy"}
    })
    );
}

Task<Response> ready(Context& context, Call)
{
    const Parts parts = co_await look(context);
    co_return state_of(parts);
}

Task<Response> version(Context& context, Call)
{
    co_return json(
        200,
        Node(Node::Map{
            {"version",      context.version                           },
            {"installation", context.world.settings.installation.text()}
    })
    );
}

Task<Response> doctor(Context& context, Call call)
{
    const auto permitted = check_administrator(context, call.caller);
    if (!permitted) co_return problem(permitted.error());
    const auto facts = co_await context.facts();
    if (!facts) co_return problem(facts.error());
    const auto owed = co_await context.world.store.read([](Tx& tx) -> Result<std::vector<Entry>> {
        return inventory::owed(tx);
    });
    if (!owed) co_return problem(owed.error());
    Node::List found = forge_checks(context);
    found.push_back(owed_check(context, *owed));
    Node::List checks;
    Node::List well;  // What is bad comes first.
    for (Node& check : found)
        (is_well(check) ? well : checks).push_back(std::move(check));
    if (const Node* machine = facts->find("checks"); machine && machine->list())
        std::ranges::copy(*machine->list(), std::back_inserter(checks));
    std::ranges::move(well, std::back_inserter(checks));
    co_return json(
        200,
        Node(Node::Map{
            {"checks", std::move(checks)}
    })
    );
}

Task<Response> list_projects(Context& context, Call call)
{
    const TenantId tenant = context.world.settings.tenant;
    const auto read = [tenant](Tx& tx) -> Result<std::vector<Project>> {
        return projects::list(tx, tenant);
    };
    const auto listed = co_await context.world.store.read(read);
    if (!listed) co_return problem(listed.error());
    Node::List items;
    for (const Project& project : *listed) {
        if (allowed(call.caller.grants, Right::read, {.tenant = tenant, .project = project.id}))
            items.push_back(view(project));
    }
    co_return page(std::move(items), "");
}

Task<Response> list_inventory(Context& context, Call call)
{
    const auto permitted = check_administrator(context, call.caller);
    if (!permitted) co_return problem(permitted.error());
    const auto known = only_known(call.request, {"status", "limit", "after"});
    if (!known) co_return problem(known.error());
    const auto limit = limit_of(call.request, 100);
    if (!limit) co_return problem(limit.error());
    const auto status = call.request.query_value("status");
    if (status && *status != "owed")
        co_return problem(
            {Code::invalid, "'status' is not one that is listed alone", "Use owed, or leave it out."
            }
        );
    const bool owed = status.has_value();
    const auto read = [owed, target = context.world.settings.target](Tx& tx
                      ) -> Result<std::vector<Entry>> {
        return owed ? inventory::owed(tx) : inventory::of_target(tx, target);
    };
    const auto entries = co_await context.world.store.read(read);
    if (!entries) co_return problem(entries.error());
    const auto rest = after(*entries, call.request.query_value("after").value_or(""));
    Node::List items;
    for (const Entry& entry : rest.first(std::min(*limit, rest.size())))
        items.push_back(view(context, entry));
    const bool more = rest.size() > items.size();
    co_return page(std::move(items), more ? rest[*limit - 1].id.text() : "");
}

Task<Response> list_stats(Context& context, Call call)
{
    const auto found =
        co_await find_environment(context, call.caller, call.right, call.param("id"));
    if (!found) co_return problem(found.error());
    const auto read = [id = found->id](Tx& tx) -> Result<std::vector<Entry>> {
        std::vector<Entry> serving;
        for (const Instance& instance : instances::list(tx, id)) {
            const auto entry = inventory::find(tx, instance.container);
            if (entry) serving.push_back(*entry);
        }
        return serving;
    };
    const auto serving = co_await context.world.store.read(read);
    if (!serving) co_return problem(serving.error());
    Node::List items;
    for (const Entry& entry : *serving) {
        const auto stats = co_await context.world.driver.stats(entry);
        if (!stats && stats.error().code == Code::unavailable) co_return problem(stats.error());
        if (!stats) continue;  // A job that ended, or a container that just went.
        items.emplace_back(Node::Map{
            {"service",      entry.service      },
            {"container",    entry.name         },
            {"cpu",          stats->cpu         },
            {"memory",       stats->memory      },
            {"memory_limit", stats->memory_limit},
            {"pids",         stats->pids        },
            {"received",     stats->received    },
            {"sent",         stats->sent        }
        });
    }
    co_return page(std::move(items), "");
}

}  // namespace diorama::api
