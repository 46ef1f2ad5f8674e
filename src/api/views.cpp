#include "api/views.hpp"

#include "base/described.hpp"
#include "base/duration.hpp"
#include "base/instant.hpp"
#include "base/json.hpp"

namespace diorama::api {

namespace {

void set_time(Node& node, std::string_view key, const std::optional<Instant>& time)
{
    if (time) node.set(key, to_text(*time));
}

std::string sleep_words(milliseconds after)
{
    return after == milliseconds{0} ? "never" : format_duration(after);
}

}  // namespace

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

Node::List services(Context& context, const EnvironmentFacts& facts)
{
    Node::List list;
    for (const ServiceFacts& service : facts.services) {
        Node node = Node::Map{
            {"name", service.name},
            {"status", status_of(service, facts.environment.state)},
            {"main", service.main}
        };
        if (service.address)
            node.set("url", url(*service.address, context.world.settings.entrance));
        if (!service.image.empty()) node.set("image", service.image);
        if (service.port != 0) node.set("port", service.port);
        if (service.serving) {
            node.set("generation", service.generation);
            node.set("replicas", service.replicas);
        }
        list.push_back(std::move(node));
    }
    return list;
}

Node view(Context& context, const EnvironmentFacts& facts)
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
    node.set("presence", name(environment.presence));
    node.set("wanted_presence", name(environment.wanted.presence));
    node.set("presence_since", to_text(environment.presence_since));
    node.set("pinned", environment.pinned);
    set_time(node, "kept_until", environment.kept_until);
    node.set("last_used_at", to_text(last_used(environment)));
    if (environment.sleep_after) node.set("sleep_after", sleep_words(*environment.sleep_after));
    if (environment.pull_request) node.set("pull_request", *environment.pull_request);
    if (environment.serving != 0) {
        node.set("serving", environment.serving);
        node.set("serving_commit", environment.serving_commit);
    }
    if (!environment.cause.empty())
        node.set("cause", context.logs.redact(environment.id, environment.cause));
    if (facts.place) {
        node.set("position", facts.place->position);
        set_time(node, "expected_start_at", facts.place->start);
        if (!facts.place->waits.empty()) node.set("waits", facts.place->waits);
    }
    if (facts.ports) {
        node.set("app_port", facts.ports->app);
        node.set("database_port", facts.ports->database);
    }
    if (!facts.no_ports.empty()) node.set("no_ports", facts.no_ports);
    if (facts.address) node.set("url", url(*facts.address, context.world.settings.entrance));
    node.set("services", services(context, facts));
    node.set("created_at", to_text(environment.created_at));
    node.set("updated_at", to_text(environment.updated_at));
    set_time(node, "last_accessed_at", environment.last_accessed_at);
    set_time(node, "destroyed_at", environment.destroyed_at);
    return node;
}

Node view(Context& context, const Deployment& deployment)
{
    Node node = Node::Map{
        {"id",          deployment.id.text()          },
        {"environment", deployment.environment.text() },
        {"generation",  deployment.generation         },
        {"commit",      deployment.commit             },
        {"status",      name(deployment.status)       },
        {"created_at",  to_text(deployment.created_at)}
    };
    if (!deployment.cause.empty())
        node.set("cause", context.logs.redact(deployment.environment, deployment.cause));
    if (deployment.code != Code::none) node.set("cause_code", name(deployment.code));
    set_time(node, "started_at", deployment.started_at);
    set_time(node, "completed_at", deployment.completed_at);
    if (deployment.started_at && deployment.completed_at)
        node.set("duration_ms", (*deployment.completed_at - *deployment.started_at).count());
    Node::Map parts;
    for (const Phase& phase : phases(deployment))
        parts.push_back({phase.name, phase.took.count()});
    if (!parts.empty()) node.set("phases_ms", std::move(parts));
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

Node view(Context& context, const Entry& entry)
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
    if (!entry.problem.empty())
        node.set("problem", context.logs.redact(entry.environment, entry.problem));
    if (entry.attempts > 0) node.set("attempts", entry.attempts);
    set_time(node, "next_try", entry.next_try);
    set_time(node, "owed_since", entry.owed_since);
    return node;
}

Node view(const deliveries::Delivery& delivery)
{
    Node node = Node::Map{
        {"id",          delivery.id.text()           },
        {"forge",       delivery.forge               },
        {"delivery",    delivery.delivery            },
        {"event",       delivery.event               },
        {"verdict",     name(delivery.verdict)       },
        {"remote",      delivery.remote              },
        {"received_at", to_text(delivery.received_at)}
    };
    const auto set = [&](std::string_view key, const std::string& text) {
        if (!text.empty()) node.set(key, text);
    };
    set("action", delivery.action);
    set("repository", delivery.repository);
    if (delivery.pull_request) node.set("pull_request", *delivery.pull_request);
    set("sender", delivery.sender);
    set("command", delivery.command);
    set("reason", delivery.reason);
    if (delivery.replay_of) node.set("replay_of", delivery.replay_of->text());
    set("replayed_by", delivery.replayed_by);
    set_time(node, "handled_at", delivery.handled_at);
    if (const auto headers = parse_json(delivery.headers)) node.set("headers", *headers);
    return node;
}

Node view(const Receipt& receipt)
{
    Node node = Node::Map{
        {"id",       receipt.delivery.text()},
        {"verdict",  name(receipt.verdict)  },
        {"repeated", receipt.repeated       }
    };
    if (!receipt.reason.empty()) node.set("reason", receipt.reason);
    return node;
}

Node view(Context& context, const pull_requests::Record& record, const Project& project)
{
    const PullRequest& facts = record.facts;
    Node node = Node::Map{
        {"project", view(project)       },
        {"number",  facts.number        },
        {"verdict", name(record.verdict)}
    };
    if (!record.reason.empty()) node.set("reason", context.logs.redact({}, record.reason));
    if (!facts.head_commit.empty()) {
        node.set("status", name(facts.status));
        node.set("title", facts.title);
        node.set("author", facts.author);
        node.set("permission", name(record.permission));
        node.set("commit", facts.head_commit);
        node.set("branch", facts.head_ref);
        node.set("base", facts.base_ref);
        node.set("draft", facts.draft);
        node.set("labels", to_node(facts.labels));
        node.set("from_fork", facts.head_repository != project.repository_id);
    }
    if (record.approval)
        node.set(
            "approval",
            Node::Map{
                {"commit", record.approval->commit     },
                {"by",     record.approval->by         },
                {"at",     to_text(record.approval->at)}
        }
        );
    set_time(node, "read_at", record.read_at);
    return node;
}

}  // namespace diorama::api
