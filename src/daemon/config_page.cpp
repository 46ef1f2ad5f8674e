#include "daemon/config_page.hpp"

#include "base/described.hpp"
#include "base/json.hpp"
#include "daemon/read_config.hpp"

#include <stdexcept>

namespace diorama {

namespace {

struct Sentence {
    std::string_view key;
    std::string_view text;
};

/// What each key is for. One without a sentence, or a sentence without a key, fails the test of the
/// page.
constexpr Sentence sentences[] = {
    {"data",
     "Folder of everything the daemon keeps: its database, mirrors of repositories, the first "
     "token. Empty: `/var/lib/diorama` for root, else `~/.local/state/diorama`."                                      },
    {"manifest",
     "Path of the manifest in every repository. Empty: `diorama.yaml`, else `compose.yaml`, else a "
     "`Dockerfile`."                                                                                                  },
    {"api.listen",
     "Where API and page listen. Not public: put your own access control before it, or keep it on "
     "loopback."                                                                                                      },
    {"api.first_token",
     "A token with every right, for machines that are set up by programs: 32 characters or more "
     "(`openssl rand -hex 32`). Without it the first start makes one and writes it to "
     "`admin.token` in the data folder, readable by its owner only. Prefer the variable to the "
     "file."                                                                                                          },
    {"gateway.listen",
     "Where visitors of scenes arrive. Port 0: the kernel chooses, and the file `ports` in the "
     "data folder says what."                                                                                         },
    {"gateway.threads",                    "Threads of the gateway; 0: one for each core."                            },
    {"gateway.trusted_proxies",            "Networks of proxies in front whose `X-Forwarded-*` are believed."         },
    {"gateway.wake_hold",
     "How long a request to a scene that sleeps waits for it to wake, before it is answered 503."                     },
    {"gateway.wake_page",                  "How long a browser's does, before its person is shown what is happening."
    },
    {"url.domain",
     "Scenes appear under it; its wildcard name (`*.preview.example.com`) leads to the gateway, "
     "and so does itself for webhooks. `*.localhost` needs no DNS."                                                   },
    {"url.scheme",                         "How visitors reach the gateway; `https` where a proxy before it ends TLS."},
    {"url.port",                           "The port visitors use; without it the first of gateway.listen."           },
    {"url.shapes",
     "Forms of URL that are served; the first is shown: flat, preview_cloud, preview_deployer, "
     "prevant, ephemera, bare."                                                                                       },
    {"repositories.allowed",
     "Which repositories may be deployed: `owner/name` (on github.com), "
     "`git.example.com/owner/name`, a location or a path, `*` as the last part for all below. "
     "Empty: all."                                                                                                    },
    {"repositories.local",
     "Whether paths on this machine are repositories too. Whoever may deploy then reads every "
     "repository the daemon can read."                                                                                },
    {"repositories.plain_http",
     "Whether `http://` is allowed: neither secret, nor proof of who answers."                                        },
    {"docker.host",                        "The Docker Engine: `unix:///path`, or `tcp://host:port`."                 },
    {"network.subnets",
     "Private range that the networks of scenes are taken from, 64 addresses each."                                   },
    {"network.filter",
     "`require`: the packet filter around scenes must stand, or nothing starts. `off`: scenes "
     "reach this machine and its networks."                                                                           },
    {"network.egress",                     "Whether scenes reach the internet."                                       },
    {"network.allowed",                    "Private networks that scenes may reach all the same."                     },
    {"limits.memory",                      "Memory of a container that asks for nothing else."                        },
    {"limits.cpus",                        "Cores of a container that asks for nothing else."                         },
    {"limits.pids",                        "Processes of a container."                                                },
    {"limits.memory_most",                 "Memory a service may ask for at most."                                    },
    {"limits.cpus_most",                   "Cores a service may ask for at most."                                     },
    {"limits.services",                    "Containers of a scene."                                                   },
    {"limits.disk",
     "What the containers and volumes of a scene may have on disk besides their images; a "
     "stranger's "
     "at most 1 GB. Whoever has more is taken down; 0: no limit."                                                     },
    {"limits.environments",
     "Environments that are awake at once, those on their way up included; 0: any number."                            },
    {"limits.total_memory",
     "Memory that the containers of all environments that are awake or frozen may use together, by "
     "their limits; 0: any. Empty: 80 % of what the Docker Engine's host has."                                        },
    {"limits.total_cpus",
     "Cores that those that are awake may use together, by their limits; 0: any. Empty: 4 times "
     "what the Docker Engine's host has."                                                                             },
    {"limits.at_limit",
     "What happens when the next one finds no place: `sleep-oldest` puts the one to sleep that was "
     "not used for the longest time, `destroy-oldest` takes it down, `queue` waits until there is "
     "a place, `refuse` says no. Pinned ones stay, and a stranger's never displaces one of yours."                    },
    {"limits.workers",                     "Environments worked on at once."                                          },
    {"limits.starts",
     "Scenes whose containers are started at once, so that a machine is not overrun by many. "
     "Waking "
     "one takes no place."                                                                                            },
    {"limits.builds",                      "Images built at once."                                                    },
    {"limits.build_memory",                "Memory of each RUN step of a build; 0: all there is."                     },
    {"limits.build_cpus",                  "Cores of each RUN step of a build; 0: all there are."                     },
    {"limits.build_shares",
     "Weight of each RUN step where cores are short: a container of a scene has 1024, and so "
     "answers though somebody builds. From 2 on."                                                                     },
    {"limits.build_cgroup",
     "A cgroup that holds all RUN steps together, e.g. `builds.slice`, whose limits are yours to "
     "set. Empty: none."                                                                                              },
    {"security.non_root",                  "`require` refuses images that run as root."                               },
    {"security.capabilities",
     "Kernel capabilities that services may add besides the usual ones, e.g. `IPC_LOCK`. Some of "
     "them open the host: know what you allow."                                                                       },
    {"security.sysctls",
     "Kernel settings of their own network that services may change besides the usual ones."                          },
    {"strangers.egress",
     "Whether the containers of a stranger's pull request, once approved, reach the internet. Its "
     "build does, as every build."                                                                                    },
    {"deadlines.queue",                    "For a place to become free where limits are reached."                     },
    {"deadlines.fetch",                    "For fetching a commit."                                                   },
    {"deadlines.build",
     "For building or pulling an image; waiting for a place among the builds does not count."                         },
    {"deadlines.start",
     "For all services of a scene to be up, one after another where they depend on each other, "
     "jobs such as migrations included."                                                                              },
    {"deadlines.health",                   "For a started service to become healthy."                                 },
    {"deadlines.removal",                  "For taking one object down."                                              },
    {"sleep.frozen_after",
     "After so long without a visit a scene is frozen: it wakes in milliseconds. `0` here or below "
     "leaves that rung out."                                                                                          },
    {"sleep.stopped_after",                "So long after that its containers are stopped."                           },
    {"sleep.archived_after",
     "So long after that its containers are removed; images and volumes are kept."                                    },
    {"sleep.schedule",
     "Hours at which scenes sleep as soon as nobody used them for five minutes, e.g. "
     "`[\"Mon-Fri 20:00-07:00\", \"Sat-Sun\"]`. A visit wakes them all the same."                                     },
    {"sleep.time_zone",                    "Whose clocks the schedule means, e.g. `Europe/Berlin`."                   },
    {"sleep.pressure",
     "Percent of the time that some task waits for memory (the kernel's pressure stall "
     "information) from which on the scene that was not used for the longest time goes to sleep, "
     "one rung each ten seconds; 0: never."                                                                           },
    {"sleep.available",                    "The same, when less than so many percent of memory are left; 0: never."   },
    {"cleanup.every",                      "How often it is looked whether something is idle, old or outdated."       },
    {"cleanup.idle",
     "An environment that nobody visited, pushed to or woke for so long is taken down; 0: never. "
     "Time in which the daemon was down does not count."                                                              },
    {"cleanup.ttl",
     "An environment that stands for so long is taken down, though it is used; 0: never. What is "
     "pinned, or was extended, stays."                                                                                },
    {"ports.enabled",
     "Whether each environment is given a port for its app and one for its database until it is "
     "gone; `diorama show` tells them. Numbers only: the gateway needs none, so that nothing "
     "listens on them."                                                                                               },
    {"ports.app",
     "Where the ports of apps begin. Pull request 12 gets the one 12 further where that is free, "
     "else the first that is."                                                                                        },
    {"ports.database",                     "Likewise those of databases."                                             },
    {"ports.size",                         "How many environments get ports at once."                                 },
    {"cleanup.generations",
     "Of each environment the images of so many versions are kept, for a quick way back."                             },
    {"cleanup.images",
     "Size of all images that Diorama built, with which those that are only kept begin to go, the "
     "longest unused first; 0: no limit of their own."                                                                },
    {"cleanup.disk_high",                  "Percent of the Docker Engine's disk: fuller, and kept images go …"        },
    {"cleanup.disk_low",                   "… until it is no fuller than this."                                       },
    {"cleanup.logs",                       "How long lines of logs are kept, also of what is gone; 0: for ever."      },
    {"cleanup.history",
     "How long all events and deployments of what is gone are kept; then the last ones. 0: for "
     "ever."                                                                                                          },
    {"registries.HOST.user",
     "Who logs in at the image registry HOST, e.g. `[registries.\"ghcr.io\"]`."                                       },
    {"registries.HOST.password",
     "With which password or token. Keep the file readable by the daemon only."                                       },
    {"github.webhook_secret",
     "What GitHub signs its webhooks with: 16 characters or more (`openssl rand -hex 32`). "
     "Required as soon as anything of [github] is set; without it no webhook is taken. Prefer the "
     "variable to the file."                                                                                          },
    {"github.webhook_secret_old",          "A second one that is good too while you replace it."                      },
    {"github.token",
     "With which GitHub is asked for the facts, and told comments and statuses; private "
     "repositories are fetched with it. Without it webhooks are believed, and only branches of "
     "the same repository run unasked."                                                                               },
    {"github.api",
     "Where GitHub's REST API answers; `https://HOST/api/v3` for an Enterprise Server."                               },
    {"github.web",                         "Where repositories are fetched from: this, and `/owner/name.git`."        },
    {"github.comment",                     "Whether a comment on the pull request says how its preview is."           },
    {"github.status",                      "Whether the commit's status does."                                        },
    {"github.deployments",                 "Whether GitHub's list of deployments does."                               },
    {"github.poll",
     "How often open pull requests are listed: heals what a lost webhook would have told."                            },
    {"github.deliveries",                  "How long webhooks are kept for `diorama deliveries`."                     },
    {"projects.REPOSITORY.webhook_secret",
     "Signs for this repository and for no other, e.g. `[projects.\"acme/shop\"]`."                                   },
    {"projects.REPOSITORY.branches",
     "Only pull requests from these branches get a preview: `*` stands for anything but `/`, `**` "
     "for anything, `?` for one character, a `!` in front takes out again, and alone means all but "
     "those. Empty: all."                                                                                             },
    {"projects.REPOSITORY.base_branches",  "Only those that shall be merged into these. Empty: all."
    },
    {"projects.REPOSITORY.labels",         "Only those that have one of these labels. Empty: all."                    },
    {"projects.REPOSITORY.paths",          "Only pushes that change a file of these. Empty: all."                     },
    {"projects.REPOSITORY.skip_words",
     "A push whose newest commit says one of these is not deployed; `[\"[skip preview]\", "
     "\"[preview skip]\"]` unless set."                                                                               },
    {"projects.REPOSITORY.drafts",         "Whether drafts get a preview; `true` unless set."                         },
    {"log.level",                          "The least that the daemon's own log tells: debug, info, warn, error."     },
};

constexpr std::string_view opening = R"(# Configuration

`diorama serve --config diorama.toml`, else `/etc/diorama/diorama.toml`, else none: every key has a
default. Each value but the registries' and projects' is overridden by its environment variable;
lists are separated by commas there, and an empty text is an empty list. A key that is not known is
an error with line, column and the nearest name. Durations are written like `90s` or `2m`, sizes
like `512m` or `2g`.

This page is printed from the types that are read (src/daemon/config.hpp).
)";

std::string_view sentence(std::string_view key)
{
    for (const Sentence& one : sentences) {
        if (one.key == key) return one.text;
    }
    throw std::logic_error("no sentence says what " + std::string(key) + " is for");
}

std::string type_name(const Type& type)
{
    using Kind = Type::Kind;
    switch (type.kind) {
        case Kind::boolean: return "true or false";
        case Kind::integer: return "whole number";
        case Kind::number: return "number";
        case Kind::choice: return fmt::format("{}", fmt::join(type.names, " or "));
        case Kind::optional: return type_name(type.element());
        case Kind::list: return "list of " + type_name(type.element()) + "s";
        case Kind::any: return "size";
        default: break;
    }
    if (type.format == "duration") return "duration";
    return type.format == "password" ? "secret" : "text";
}

Node forge_defaults(const GithubConfig& github)
{
    return Node::Map{
        {"api",         github.api                },
        {"web",         github.web                },
        {"comment",     github.comment            },
        {"status",      github.status             },
        {"deployments", github.deployments        },
        {"poll",        to_node(github.poll)      },
        {"deliveries",  to_node(github.deliveries)}
    };
}

/// Defaults that can be shown: there is none of a secret.
Node defaults()
{
    const Config config;
    return Node::Map{
        {"data",         config.data                                   },
        {"manifest",     config.manifest                               },
        {"api",          Node(Node::Map{{"listen", config.api.listen}})},
        {"gateway",      to_node(config.gateway)                       },
        {"url",          to_node(config.url)                           },
        {"repositories", to_node(config.repositories)                  },
        {"docker",       to_node(config.docker)                        },
        {"network",      to_node(config.network)                       },
        {"limits",       to_node(config.limits)                        },
        {"security",     to_node(config.security)                      },
        {"strangers",    to_node(config.strangers)                     },
        {"deadlines",    to_node(config.deadlines)                     },
        {"sleep",        to_node(config.sleep)                         },
        {"cleanup",      to_node(config.cleanup)                       },
        {"ports",        to_node(config.ports)                         },
        {"github",       forge_defaults(config.github)                 },
        {"log",          to_node(config.log)                           }
    };
}

class Page {
public:
    std::string print()
    {
        const Type& whole = type_of<Config>();
        heading("Top level");
        for (const Field& field : whole.fields) {
            if (!field.type().fields.empty() || field.type().kind == Type::Kind::map) continue;
            row(field, "", "", defaults_.find(field.name));
        }
        for (const Field& field : whole.fields)
            section(field);
        if (rows_ != std::size(sentences))
            throw std::logic_error("a sentence stands for a key that is not there");
        return std::move(text_);
    }

private:
    void section(const Field& field)
    {
        const Type& type = field.type();
        if (type.kind == Type::Kind::map) {
            const bool hosts = field.name == "registries";
            const std::string name =
                fmt::format("{}.{}", field.name, hosts ? "HOST" : "REPOSITORY");
            heading(fmt::format("[{}]", name));
            for (const Field& inner : type.element().fields)
                row(inner, name, "", nullptr);
        } else if (type.kind == Type::Kind::record) {
            heading(fmt::format("[{}]", field.name));
            const Node* known = defaults_.find(field.name);
            for (const Field& inner : type.fields)
                row(inner, field.name, field.name, known ? known->find(inner.name) : nullptr);
        }
    }

    void heading(std::string_view name)
    {
        text_ += fmt::format(
            "\n## {}\n\n| key | type | default | variable | |\n|---|---|---|---|---|\n", name
        );
    }

    /// `of` is empty where no variable overrides it: the top level has `section` empty too.
    void
    row(const Field& field, std::string_view section, std::string_view of, const Node* otherwise)
    {
        const std::string key =
            section.empty() ? std::string(field.name) : fmt::format("{}.{}", section, field.name);
        const bool overridden = section.empty() || !of.empty();
        const std::string variable =
            overridden ? fmt::format("`{}`", variable_name(of, field.name)) : "";
        const std::string shown = otherwise ? fmt::format("`{}`", write_json(*otherwise)) : "";
        text_ += fmt::format(
            "| {} | {} | {} | {} | {} |\n",
            field.name,
            type_name(field.type()),
            shown,
            variable,
            sentence(key)
        );
        ++rows_;
    }

    Node defaults_ = defaults();
    std::string text_{opening};
    std::size_t rows_ = 0;
};

}  // namespace

std::string config_page()
{
    return Page().print();
}

}  // namespace diorama
