#include "api/views.hpp"

#include "base/instant.hpp"
#include "base/json.hpp"
#include "store/environments.hpp"
#include "store/instances.hpp"
#include "store/projects.hpp"

#include <map>

namespace diorama::api {

namespace {

void set_time(Node& node, std::string_view key, const std::optional<Instant>& time)
{
    if (time) node.set(key, to_text(*time));
}

std::map<std::string, std::string>
urls(const EnvironmentFacts& facts, const EngineSettings& settings)
{
    std::map<std::string, std::string> found;
    for (const hosts::Claim& claim : facts.claims)
        found.emplace(claim.service, url({claim.host, claim.path}, settings.entrance));
    return found;
}

/// The words of ACCEPTANCE A07.
std::string_view service_status(State state)
{
    switch (state) {
        case State::ready:
        case State::updating: return "running";
        case State::failed: return "failed";
        case State::pending:
        case State::provisioning:
        case State::awaiting_approval: return "building";
        default: return "stopped";
    }
}

bool is_new(State state)
{
    return state == State::pending || state == State::provisioning ||
           state == State::awaiting_approval;
}

/// Before anything runs the manifest is not read, and nobody knows what the main service is called:
/// the shapes that do not name it tell its address all the same.
std::optional<PublicAddress>
address_to_be(Tx& tx, const EnvironmentFacts& facts, const EngineSettings& settings)
{
    const AddressTaken taken = [&](const PublicAddress& wanted) -> bool {
        const auto owner = hosts::find(tx, wanted.host, wanted.path);
        return owner && owner->environment != facts.environment.id;
    };
    for (const Shape shape : settings.shapes) {
        if (shape == Shape::preview_cloud || shape == Shape::prevant) continue;
        const Endpoint main{facts.project, facts.environment, "", true};
        return address(shape, main, settings.domain, taken);
    }
    return std::nullopt;
}

std::optional<PublicAddress>
main_address(Tx& tx, const EnvironmentFacts& facts, const EngineSettings& settings)
{
    for (const Instance& instance : facts.instances) {
        if (instance.main && !instance.host.empty()) return PublicAddress{instance.host, "/"};
    }
    if (!is_new(facts.environment.state)) return std::nullopt;
    return address_to_be(tx, facts, settings);
}

}  // namespace

EnvironmentFacts facts_of(Tx& tx, const Environment& environment, const EngineSettings& settings)
{
    EnvironmentFacts facts{.environment = environment};
    const auto project = projects::find(tx, environment.identity.project);
    if (project) facts.project = *project;
    facts.claims = hosts::of_environment(tx, environment.id);
    facts.instances = instances::list(tx, environment.id);
    facts.main = main_address(tx, facts, settings);
    return facts;
}

Node view(const Project& project)
{
    return Node::Map{
        {"id",         project.id.text()          },
        {"slug",       project.slug               },
        {"name",       project.name               },
        {"repository", project.repository         },
        {"created_at", to_text(project.created_at)}
    };
}

Node::List services(const EnvironmentFacts& facts, const EngineSettings& settings)
{
    const auto where = urls(facts, settings);
    std::map<std::string, Node> by_name;
    for (const Instance& instance : facts.instances) {
        Node& service = by_name[instance.service];
        const Node* seen = service.find("replicas");
        const std::int64_t replicas = seen ? *seen->integer() + 1 : 1;
        service.set("name", instance.service);
        service.set("status", service_status(facts.environment.state));
        service.set("image", instance.image);
        if (instance.port != 0) service.set("port", instance.port);
        if (const auto found = where.find(instance.service); found != where.end())
            service.set("url", found->second);
        service.set("main", instance.main);
        service.set("generation", instance.generation);
        service.set("replicas", replicas);
    }
    Node::List list;
    for (auto& [name, node] : by_name)
        list.push_back(std::move(node));
    return list;
}

Node view(const EnvironmentFacts& facts, const EngineSettings& settings)
{
    const Environment& environment = facts.environment;
    Node node = Node::Map{
        {"id",         environment.id.text()          },
        {"slug",       environment.slug               },
        {"project",    view(facts.project)            },
        {"kind",       name(environment.identity.kind)},
        {"key",        environment.identity.key       },
        {"state",      name(environment.state)        },
        {"generation", environment.wanted.generation  },
        {"ref",        environment.wanted.ref         },
        {"commit",     environment.wanted.commit      }
    };
    if (environment.pull_request) node.set("pull_request", *environment.pull_request);
    if (environment.serving != 0) {
        node.set("serving", environment.serving);
        node.set("serving_commit", environment.serving_commit);
    }
    if (!environment.cause.empty()) node.set("cause", environment.cause);
    if (facts.main) node.set("url", url(*facts.main, settings.entrance));
    node.set("services", services(facts, settings));
    node.set("created_at", to_text(environment.created_at));
    node.set("updated_at", to_text(environment.updated_at));
    set_time(node, "last_accessed_at", environment.last_accessed_at);
    set_time(node, "destroyed_at", environment.destroyed_at);
    return node;
}

Node view(const Deployment& deployment)
{
    Node node = Node::Map{
        {"id",          deployment.id.text()          },
        {"environment", deployment.environment.text() },
        {"generation",  deployment.generation         },
        {"commit",      deployment.commit             },
        {"status",      name(deployment.status)       },
        {"created_at",  to_text(deployment.created_at)}
    };
    if (!deployment.cause.empty()) node.set("cause", deployment.cause);
    set_time(node, "started_at", deployment.started_at);
    set_time(node, "completed_at", deployment.completed_at);
    if (deployment.started_at && deployment.completed_at)
        node.set("duration_ms", (*deployment.completed_at - *deployment.started_at).count());
    return node;
}

Node view(const LogLine& line)
{
    Node node = Node::Map{
        {"sequence", line.sequence   },
        {"at",       to_text(line.at)},
        {"type",     name(line.type) },
        {"service",  line.service    },
        {"message",  line.message    }
    };
    if (!line.stream.empty()) node.set("stream", line.stream);
    if (line.deployment) node.set("deployment", line.deployment->text());
    return node;
}

Node view(const event_log::Record& record)
{
    return Node::Map{
        {"sequence", record.sequence   },
        {"at",       to_text(record.at)},
        {"event",    record.event      },
        {"from",     name(record.from) },
        {"to",       name(record.to)   },
        {"actor",    record.actor.name }
    };
}

Node view(const Entry& entry)
{
    Node node = Node::Map{
        {"id",          entry.id.text()          },
        {"environment", entry.environment.text() },
        {"generation",  entry.generation         },
        {"target",      entry.target             },
        {"type",        name(entry.type)         },
        {"name",        entry.name               },
        {"service",     entry.service            },
        {"status",      name(entry.status)       },
        {"created_at",  to_text(entry.created_at)}
    };
    if (!entry.address.empty()) node.set("address", entry.address);
    if (!entry.problem.empty()) node.set("problem", entry.problem);
    if (entry.attempts > 0) node.set("attempts", entry.attempts);
    set_time(node, "next_try", entry.next_try);
    return node;
}

}  // namespace diorama::api
