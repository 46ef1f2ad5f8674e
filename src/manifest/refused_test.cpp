#include "manifest/reading_test.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using namespace diorama::testing;

namespace {

struct Case {
    std::string lines;     ///< Of the service, from line 4 on, indented by 4.
    std::string expected;  ///< All that is told.
};

/// What one service may not ask for.
const std::vector<Case> service_cases{
    {"privileged: true",                                                        "compose.yaml:4:5: privileged is not allowed. Remove it."      },
    {"privileged: \"yes\"",                                                     "compose.yaml:4:5: privileged is not allowed. Remove it."      },
    {"devices: [/dev/kvm]",
     "compose.yaml:4:5: devices is not allowed. Remove it: previews get no devices of the host."                                               },
    {"device_cgroup_rules: [\"c 1:3 mr\"]",
     "compose.yaml:4:5: device_cgroup_rules is not allowed. Remove it: previews get no devices of "
     "the host."                                                                                                                               },
    {"gpus: all",
     "compose.yaml:4:5: gpus is not allowed. Remove it: previews get no devices of the host."                                                  },
    {"pid: host",                                                               "compose.yaml:4:5: pid is not allowed. Remove it."             },
    {"pid: service:db",                                                         "compose.yaml:4:5: pid is not allowed. Remove it."             },
    {"ipc: host",                                                               "compose.yaml:4:5: ipc is not allowed. Remove it."             },
    {"ipc: shareable",                                                          "compose.yaml:4:5: ipc is not allowed. Remove it."             },
    {"uts: host",                                                               "compose.yaml:4:5: uts is not allowed. Remove it."             },
    {"userns_mode: host",                                                       "compose.yaml:4:5: userns_mode is not allowed. Remove it."     },
    {"cgroup: host",                                                            "compose.yaml:4:5: cgroup is not allowed. Remove it."          },
    {"cgroup_parent: /system.slice",
     "compose.yaml:4:5: cgroup_parent is not allowed. Remove it: a scene's limits are not its own "
     "to choose."                                                                                                                              },
    {"network_mode: host",
     "compose.yaml:4:5: network_mode is not allowed. Remove it: services of a scene reach each "
     "other by name on its own networks."                                                                                                      },
    {"network_mode: container:other",
     "compose.yaml:4:5: network_mode is not allowed. Remove it: services of a scene reach each "
     "other by name on its own networks."                                                                                                      },
    {"security_opt: [seccomp:unconfined]",
     "compose.yaml:4:5: security_opt is not allowed. Remove it: no-new-privileges is always on."                                               },
    {"security_opt: [no-new-privileges:true, apparmor=unconfined]",
     "compose.yaml:4:5: security_opt is not allowed. Remove it: no-new-privileges is always on."                                               },
    {"runtime: nvidia",                                                         "compose.yaml:4:5: runtime is not allowed. Remove it."         },
    {"use_api_socket: true",                                                    "compose.yaml:4:5: use_api_socket is not allowed. Remove it."  },
    {"oom_kill_disable: true",                                                  "compose.yaml:4:5: oom_kill_disable is not allowed. Remove it."},
    {"credential_spec: {file: x.json}",
     "compose.yaml:4:5: credential_spec is not allowed. Remove it."                                                                            },
    {"volumes_from: [container:other]",
     "compose.yaml:4:5: volumes_from is not allowed. Name the volume, and mount it in both "
     "services."                                                                                                                               },
    {"external_links: [other]",
     "compose.yaml:4:5: external_links is not allowed. Remove it: services of a scene reach each "
     "other by name on its own networks."                                                                                                      },
    {"provider: {type: awesomecloud}",
     "compose.yaml:4:5: provider is not allowed. Remove it: nothing is run on the host."                                                       },
    {"post_start: [{command: ./x, privileged: true}]",
     "compose.yaml:4:5: post_start is not allowed. Do it in the service's entrypoint, or in a "
     "service of its own that others wait for with condition: service_completed_successfully."                                                 },
    {"cap_add: [SYS_ADMIN]",
     "compose.yaml:4:5: the capability SYS_ADMIN is not allowed. Remove it, or allow it in "
     "security.capabilities."                                                                                                                  },
    {"cap_add: [all]",
     "compose.yaml:4:5: the capability ALL is not allowed. Remove it, or allow it in "
     "security.capabilities."                                                                                                                  },
    {"cap_add: [CAP_NET_RAW]",
     "compose.yaml:4:5: the capability NET_RAW is not allowed. Remove it, or allow it in "
     "security.capabilities."                                                                                                                  },
    {"sysctls: {kernel.core_pattern: \"|/x\"}",
     "compose.yaml:4:15: the sysctl kernel.core_pattern = |/x is not allowed. Remove it, or allow "
     "it in security.sysctls."                                                                                                                 },
    {"sysctls: [net.ipv4.ip_forward=1]",
     "compose.yaml:4:15: the sysctl net.ipv4.ip_forward = 1 is not allowed. Remove it, or allow it "
     "in security.sysctls."                                                                                                                    },
    {"ulimits: {rtprio: 99}",
     "compose.yaml:4:15: the ulimit rtprio = 99:99 is not allowed. Lower it or leave it out."                                                  },
    {"ulimits: {nofile: {soft: 1, hard: 9999999}}",
     "compose.yaml:4:15: the ulimit nofile = 1:9999999 is not allowed. Lower it or leave it out."                                              },
    {"deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}",
     "compose.yaml:4:41: devices is not allowed. Remove it: previews get no devices of the host."                                              },
    {"deploy: {replicas: 50}",
     "compose.yaml:1:1: 50 containers are more than the 20 that are allowed. Ask for fewer "
     "replicas."                                                                                                                               },
    {"extra_hosts: [\"metadata:169.254.169.254\"]",
     "compose.yaml:4:5: metadata → 169.254.169.254 leads out of the scene. Name a service of this "
     "file or an ordinary address."                                                                                                            },
    {"extra_hosts: [\"metadata=::ffff:169.254.169.254\"]",
     "compose.yaml:4:5: metadata → ::ffff:169.254.169.254 leads out of the scene. Name a service "
     "of this file or an ordinary address."                                                                                                    },
    {"networks: {default: {driver_opts: {a: b}}}",
     "compose.yaml:4:26: driver_opts is not allowed. Remove it."                                                                               },
    {"networks: {default: {link_local_ips: [169.254.1.1]}}",
     "compose.yaml:4:26: link_local_ips is not allowed. Remove it."                                                                            },
};

/// Every way out of the repository by a volume.
const std::vector<Case> volume_cases{
    {"volumes: [\"/etc:/host:ro\"]",
     "compose.yaml:4:15: /etc is a path of the host, and nothing of the host is mounted. Use a "
     "path inside the repository, or a named volume."                                                                                            },
    {"volumes: [\"/:/host\"]",
     "compose.yaml:4:15: / is a path of the host, and nothing of the host is mounted. Use a path "
     "inside the repository, or a named volume."                                                                                                 },
    {"volumes: [\"~/.ssh:/keys\"]",
     "compose.yaml:4:15: ~/.ssh is a path of the host, and nothing of the host is mounted. Use a "
     "path inside the repository, or a named volume."                                                                                            },
    {"volumes: [\"../other:/x\"]",
     "compose.yaml:4:15: '../other' leads out of the repository. Name a path inside the "
     "repository."                                                                                                                               },
    {"volumes: [\"./a/../../x:/x\"]",
     "compose.yaml:4:15: './a/../../x' leads out of the repository. Name a path inside the "
     "repository."                                                                                                                               },
    {"volumes: [\"./.git:/x\"]",
     "compose.yaml:4:15: './.git' leads out of the repository. Name a path inside the "
     "repository."                                                                                                                               },
    {"volumes: [\"/var/run/docker.sock:/var/run/docker.sock\"]",
     "compose.yaml:4:15: the Docker socket is not given to a scene: it is the host's root. Remove "
     "it; Diorama itself routes, restarts and shows logs."                                                                                       },
    {"volumes: [\"C:\\\\Users:/x\"]",
     "compose.yaml:4:15: 'C:\\Users:/x' is a path of the host. Use a path inside the repository, "
     "or a named volume."                                                                                                                        },
    {"volumes: [{type: bind, source: /etc, target: /x}]",
     "compose.yaml:4:36: /etc is a path of the host, and nothing of the host is mounted. Use a "
     "path inside the repository, or a named volume."                                                                                            },
    {"volumes: [{type: bind, source: /run/docker.sock, target: /x}]",
     "compose.yaml:4:36: the Docker socket is not given to a scene: it is the host's root. Remove "
     "it; Diorama itself routes, restarts and shows logs."                                                                                       },
    {"volumes: [{type: npipe, source: x, target: /x}]",
     "compose.yaml:4:22: mounts of type npipe are not allowed. Use volume, bind or tmpfs."                                                       },
    {"volumes: [{type: image, source: x, target: /x}]",
     "compose.yaml:4:22: mounts of type image are not allowed. Use volume, bind or tmpfs."                                                       },
    {"volumes: [\"./x:/x:rshared\"]",                                                 "compose.yaml:4:15: propagation is not allowed. Remove it."},
    {"volumes: [{type: bind, source: ./x, target: /x, bind: {propagation: shared}}]",
     "compose.yaml:4:60: propagation is not allowed. Remove it."                                                                                 },
    {"volumes: [\"/proc\"]",
     "compose.yaml:4:5: nothing may be mounted at /proc: it belongs to the kernel. Mount "
     "elsewhere."                                                                                                                                },
    {"volumes: [\"/x/../sys/fs\"]",
     "compose.yaml:4:5: '/x/../sys/fs' is no absolute path in a container. Mount at an absolute "
     "path without '..'."                                                                                                                        },
    {"tmpfs: /dev/mapper:size=1m",
     "compose.yaml:4:5: nothing may be mounted at /dev/mapper: it belongs to the kernel. Mount "
     "elsewhere."                                                                                                                                },
    {"env_file: /proc/self/environ",
     "compose.yaml:4:15: '/proc/self/environ' leads out of the repository. Name a path inside the "
     "repository."                                                                                                                               },
    {"env_file: [{path: ../../.env}]",
     "compose.yaml:4:23: '../../.env' leads out of the repository. Name a path inside the "
     "repository."                                                                                                                               },
};

const std::vector<Case> build_cases{
    {"build: {context: ., network: host}",                                      "compose.yaml:4:25: network is not allowed. Remove it."},
    {"build: {context: ., privileged: true}",
     "compose.yaml:4:25: privileged is not allowed. Remove it."                                                                        },
    {"build: {context: ., entitlements: [security.insecure]}",
     "compose.yaml:4:25: entitlements is not allowed. Remove it."                                                                      },
    {"build: {context: ., ssh: [default]}",
     "compose.yaml:4:25: ssh is not allowed. Remove it: builds get no secrets. Fetch what is "
     "private before, or vendor it."                                                                                                   },
    {"build: {context: ., secrets: [token]}",
     "compose.yaml:4:25: secrets is not allowed. Remove it: builds get no secrets. Fetch what is "
     "private before, or vendor it."                                                                                                   },
    {"build: {context: ., additional_contexts: {x: \"docker-image://evil\"}}",
     "compose.yaml:4:25: additional_contexts is not allowed. Copy what is needed from the one "
     "context."                                                                                                                        },
    {"build: https://evil.example/repo.git",
     "compose.yaml:4:12: 'https://evil.example/repo.git' is not in the repository. Build from a "
     "folder of the repository."                                                                                                       },
    {"build: git@evil.example:repo.git",
     "compose.yaml:4:12: 'git@evil.example:repo.git' is not in the repository. Build from a folder "
     "of the repository."                                                                                                              },
    {"build: /etc",
     "compose.yaml:4:12: '/etc' leads out of the repository. Name a path inside the repository."                                       },
    {"build: ../..",
     "compose.yaml:4:12: '../..' leads out of the repository. Name a path inside the repository."                                      },
    {"build: {context: ., dockerfile: /etc/passwd}",
     "compose.yaml:4:37: '/etc/passwd' leads out of the repository. Name a path inside the "
     "repository."                                                                                                                     },
    {"build: {dockerfile_inline: \"FROM x\\nADD http://169.254.169.254/ /x\"}",
     "compose.yaml:4:32: ADD http://169.254.169.254/ downloads from the builder's network. Commit "
     "the file, or fetch it with RUN curl, which the network rules of builds hold."                                                    },
};

const std::vector<Case> label_cases{
    {"labels: {diorama.managed: \"true\"}",
     "compose.yaml:4:14: the label diorama.managed is reserved: it would speak to a proxy or claim "
     "ownership. Remove it: Diorama routes by ports and x-diorama."                    },
    {"labels: [com.aixigo.preview.servant.app-name=x]",
     "compose.yaml:4:14: the label com.aixigo.preview.servant.app-name is reserved: it would speak "
     "to a proxy or claim ownership. Remove it: Diorama routes by ports and x-diorama."},
    {"labels: [previewcloud.managed=true]",
     "compose.yaml:4:14: the label previewcloud.managed is reserved: it would speak to a proxy or "
     "claim ownership. Remove it: Diorama routes by ports and x-diorama."              },
    {"labels: [\"Traefik.http.routers.x.rule=Host(`bank.example`)\"]",
     "compose.yaml:4:14: the label Traefik.http.routers.x.rule is reserved: it would speak to a "
     "proxy or claim ownership. Remove it: Diorama routes by ports and x-diorama."     },
    {"labels: [caddy=bank.example]",
     "compose.yaml:4:14: the label caddy is reserved: it would speak to a proxy or claim "
     "ownership. Remove it: Diorama routes by ports and x-diorama."                    },
    {"labels: {com.docker.compose.project: other}",
     "compose.yaml:4:14: the label com.docker.compose.project is reserved: it would speak to a "
     "proxy or claim ownership. Remove it: Diorama routes by ports and x-diorama."     },
    {"build: {context: ., labels: [traefik.enable=true]}",
     "compose.yaml:4:34: the label traefik.enable is reserved: it would speak to a proxy or claim "
     "ownership. Remove it: Diorama routes by ports and x-diorama."                    },
};

void expect(const Content& content, const std::string& expected, ManifestOptions options = {})
{
    const auto plan = read(content, std::move(options));
    REQUIRE(plan.has_error());
    CHECK(plan.error().message == expected);
    CHECK(plan.error().code == Code::refused);
}

void expect_all(const std::vector<Case>& cases)
{
    for (const Case& each : cases) {
        CAPTURE(each.lines);
        expect(
            {
                {"compose.yaml", service_with(each.lines)},
                {"x",            "1"                     },
                {"Dockerfile",   "FROM x"                }
        },
            each.expected
        );
    }
}

}  // namespace

TEST_CASE("SEC-10: a service gets nothing of the host and no privilege")
{
    expect_all(service_cases);
}

TEST_CASE("SEC-10: no volume, env file or tmpfs leads out of the repository")
{
    expect_all(volume_cases);
}

TEST_CASE("SEC-10: a build sees the repository only")
{
    expect_all(build_cases);
}

TEST_CASE("SEC-14: no label can define a route or fake ownership")
{
    expect_all(label_cases);
}

TEST_CASE("SEC-10: volumes, networks, secrets and configs of the top level are the scene's own")
{
    const auto with = [](std::string_view lines) {
        return Content{
            {"compose.yaml", fmt::format("services:\n  web:\n    image: nginx\n{}\n", lines)}
        };
    };
    expect(
        with("volumes:\n  v:\n    driver_opts: {type: none, o: bind, device: /etc}"),
        "compose.yaml:6:5: driver_opts is not allowed. Use a named volume: each scene has its own."
    );
    expect(
        with("volumes: {v: {driver: nfs}}"),
        "compose.yaml:4:15: driver is not allowed. Use a named volume: each scene has its own."
    );
    expect(
        with("volumes: {prod: {external: true}}"),
        "compose.yaml:4:18: external is not allowed. Use a named volume: each scene has its own."
    );
    expect(
        with("volumes: {prod: {external: {name: data}}}"),
        "compose.yaml:4:18: external is not allowed. Use a named volume: each scene has its own."
    );
    expect(
        with("networks: {proxy: {external: true}}"),
        "compose.yaml:4:20: external is not allowed. Remove it: services of a scene reach each "
        "other by name on its own networks."
    );
    expect(
        with("networks: {n: {driver: host}}"),
        "compose.yaml:4:16: driver is not allowed. Remove it: services of a scene reach each other "
        "by name on its own networks."
    );
    expect(
        with("networks: {n: {driver: macvlan, driver_opts: {parent: eth0}}}"),
        "compose.yaml:4:16: driver is not allowed. Remove it: services of a scene reach each other "
        "by name on its own networks.\n"
        "compose.yaml:4:33: driver_opts is not allowed. Remove it."
    );
    expect(
        with("    secrets: [s]\nsecrets: {s: {file: /etc/shadow}}"),
        "compose.yaml:5:21: /etc/shadow is a path of the host, and nothing of the host is mounted. "
        "Use a path inside the repository, or a named volume."
    );
    expect(
        with("    secrets: [s]\nsecrets: {s: {environment: AWS_SECRET}}"),
        "compose.yaml:5:15: environment is not allowed. Use a file of the repository with a value "
        "for previews."
    );
    expect(
        with("    configs: [c]\nconfigs: {c: {file: ../../etc/passwd}}"),
        "compose.yaml:5:21: '../../etc/passwd' leads out of the repository. Name a path inside the "
        "repository."
    );
    expect(
        with("    configs: [c]\nconfigs: {c: {external: true}}"),
        "compose.yaml:5:15: external is not allowed. Use a file of the repository."
    );
}

TEST_CASE("SEC-10: a refused value is found whichever way it came")
{
    SUBCASE("by an anchor and a merge key")
    {
        expect(
            {
                {"compose.yaml",
                 "x-all: &all\n  privileged: true\nservices:\n  web:\n    <<: *all\n    image: "
                 "nginx\n"}
        },
            "compose.yaml:2:3: privileged is not allowed. Remove it."
        );
    }
    SUBCASE("by an alias to a whole service")
    {
        expect(
            {
                {"compose.yaml", "x-s: &s {image: nginx, pid: host}\nservices:\n  web: *s\n"}
        },
            "compose.yaml:1:24: pid is not allowed. Remove it."
        );
    }
    SUBCASE("by extends in the same file")
    {
        expect(
            {
                {"compose.yaml",
                 "services:\n  web:\n    extends: base\n  base:\n    image: nginx\n    ipc: host\n"
                 ""}
        },
            "compose.yaml:6:5: ipc is not allowed. Remove it."
        );
    }
    SUBCASE("by extends of another file")
    {
        expect(
            {
                {"compose.yaml",
                 "services:\n  web:\n    extends: {file: ops/base.yaml, service: b}\n"           },
                {"ops/base.yaml", "services:\n  b:\n    image: nginx\n    volumes: ['/etc:/x']\n"}
        },
            "ops/base.yaml:4:15: /etc is a path of the host, and nothing of the host is mounted. "
            "Use a path inside the repository, or a named volume."
        );
    }
    SUBCASE("by include")
    {
        expect(
            {
                {"compose.yaml",  "include: [ops/more.yaml]\nservices:\n  web:\n    image: nginx\n"},
                {"ops/more.yaml", "services:\n  spy:\n    image: x\n    network_mode: host\n"      }
        },
            "ops/more.yaml:4:5: network_mode is not allowed. Remove it: services of a scene reach "
            "each other by name on its own networks."
        );
    }
    SUBCASE("by an include from elsewhere")
    {
        expect(
            {
                {"compose.yaml",
                 "include: ['https://evil.example/c.yaml']\nservices: {web: {image: nginx}}\n"}
        },
            "compose.yaml:1:11: 'https://evil.example/c.yaml' is not in the repository. Copy the "
            "file into the repository."
        );
        expect(
            {
                {"compose.yaml", "include: [oci:evil.example/c]\nservices: {web: {image: nginx}}\n"}
        },
            "compose.yaml:1:11: 'oci:evil.example/c' is not in the repository. Copy the file into "
            "the repository."
        );
        expect(
            {
                {"compose.yaml", "include: [/etc/compose.yaml]\nservices: {web: {image: nginx}}\n"}
        },
            "compose.yaml:1:11: '/etc/compose.yaml' leads out of the repository. Name a path "
            "inside the repository."
        );
    }
    SUBCASE("by extends from elsewhere")
    {
        expect(
            {
                {"compose.yaml",
                 "services:\n  web:\n    image: x\n    extends: {file: ../../x.yaml, service: b}\n"}
        },
            "compose.yaml:4:21: '../../x.yaml' leads out of the repository. Name a path inside the "
            "repository."
        );
    }
    SUBCASE("by a profile that is asked for")
    {
        ManifestOptions options;
        options.profiles = {"debug"};
        expect(
            {
                {"compose.yaml",
                 "services:\n  web:\n    image: nginx\n  spy:\n    image: x\n    profiles: "
                 "[debug]\n"
                 "    pid: host\n"}
        },
            "compose.yaml:7:5: pid is not allowed. Remove it.",
            options
        );
    }
    SUBCASE("by an override file")
    {
        expect(
            {
                {"docker-compose.yml",          "services:\n  web:\n    image: nginx\n"    },
                {"docker-compose.override.yml", "services:\n  web:\n    privileged: true\n"}
        },
            "docker-compose.override.yml:3:5: privileged is not allowed. Remove it."
        );
    }
    SUBCASE("by interpolation in a value")
    {
        expect(
            {
                {"compose.yaml", service_with("privileged: ${P}")},
                {".env",         "P=true\n"                      }
        },
            "compose.yaml:4:5: privileged is not allowed. Remove it."
        );
        expect(
            {
                {"compose.yaml", service_with("volumes: ['${D:-/etc}:/x']")}
        },
            "compose.yaml:4:15: /etc is a path of the host, and nothing of the host is mounted. "
            "Use a path inside the repository, or a named volume."
        );
        expect(
            {
                {"compose.yaml", service_with("volumes: ['${V}']")},
                {".env",         "V=/:/host\n"                    }
        },
            "compose.yaml:4:15: / is a path of the host, and nothing of the host is mounted. Use a "
            "path inside the repository, or a named volume."
        );
        expect(
            {
                {"compose.yaml", service_with("cap_add: ['${C:+SYS_ADMIN}']")},
                {".env",         "C=1\n"                                     }
        },
            "compose.yaml:4:5: the capability SYS_ADMIN is not allowed. Remove it, or allow it in "
            "security.capabilities."
        );
    }
    SUBCASE("by an x- key that a service merges in")
    {
        expect(
            {
                {"compose.yaml",
                 "services:\n  x-hidden: &h\n    devices: [/dev/sda]\n  web:\n    image: x\n    "
                 "<<: *h\n"}
        },
            "compose.yaml:2:13: x-hidden has neither an image nor a build. Write image: name:tag, "
            "or build: with a folder that holds a Dockerfile.\n"
            "compose.yaml:3:5: devices is not allowed. Remove it: previews get no devices of the "
            "host."
        );
    }
}

TEST_CASE("SEC-10: what is inside x- keys alone takes no effect and is no error")
{
    const auto plan = read_compose(
        "x-all: {privileged: true}\nservices:\n  web:\n    image: nginx\n    x-own: {pid: host}\n"
    );
    CHECK(plan.has_value());
}

TEST_CASE("SEC-10: values that ask for nothing are not refused")
{
    for (const std::string lines :
         {"privileged: false",
          "privileged: 'false'",
          "devices: []",
          "security_opt: [no-new-privileges:true]",
          "network_mode: bridge",
          "ipc: private",
          "runtime: runc",
          "cap_add: [NET_BIND_SERVICE]",
          "sysctls: {net.core.somaxconn: 1024}",
          "ulimits: {memlock: -1, nofile: 65536}",
          "pid: ''"}) {
        CAPTURE(lines);
        const auto plan = read_compose(service_with(lines));
        CHECK_MESSAGE(plan.has_value(), plan.error().text());
    }
}

TEST_CASE("SEC-11: bombs are errors, not work")
{
    const auto fails = [](std::string compose) {
        const auto plan = read_compose(std::move(compose));
        REQUIRE(plan.has_error());
        return plan.error().message;
    };
    std::string laughs = "x0: &x0 [a,a,a,a,a,a,a,a,a]\n";
    for (int each = 1; each < 9; ++each) {
        laughs += fmt::format("x-{0}: &x{0} [", each);
        for (int twice = 0; twice < 9; ++twice)
            laughs += fmt::format("*x{},", each - 1);
        laughs += "]\n";
    }
    CHECK(fails(laughs + "services: *x8\n").contains("compose.yaml:"));
    CHECK(fails(std::string(100'000, '[')).contains("compose.yaml:"));
    CHECK(fails("services:\n  web: {image: a}\n  web: {image: b}\n").starts_with("compose.yaml:3:3")
    );
    CHECK(fails("services: !!python/object:os.system {}\n").starts_with("compose.yaml:1:11"));
    CHECK(fails(std::string(600'000, '#')).contains("compose.yaml"));
    std::string wide = "services:\n";
    for (int each = 0; each < 3'000; ++each)
        wide += fmt::format("  s{}: {{image: x}}\n", each);
    CHECK(fails(wide) == "compose.yaml:1:1: a list or map is too long");
    CHECK(fails(
              "services: {web: {image: '${A:-${B:-${C:-${D:-${E:-x}}}}}'}}\n" +
              std::string("a: 1\n")
    )
              .contains("a is unknown here"));
}

TEST_CASE("SEC-11: variables cannot grow without end")
{
    std::string env = "A=0123456789\n";
    for (char each = 'B'; each <= 'Z'; ++each)
        env += fmt::format(
            "{0}=${{{1}}}${{{1}}}${{{1}}}${{{1}}}\n", each, static_cast<char>(each - 1)
        );
    const auto plan = read_compose(
        service_with("command: ${Z}"),
        {
            {".env", env}
    }
    );
    REQUIRE(plan.has_error());
    CHECK(plan.error().message.contains("grows too large by its variables"));
}
