#include "manifest/reading_test.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using namespace diorama::testing;

namespace {

using Words = std::vector<std::string>;
using Pairs = std::map<std::string, std::string>;
using Ports = std::vector<std::uint16_t>;

}  // namespace

TEST_CASE("a command is a list of words, or a line that is split as a shell splits it")
{
    CHECK(service_of("command: [a, \"b c\", 3]").command == Words{"a", "b c", "3"});
    CHECK(service_of("command: a 'b c' \"d e\" f\\ g").command == Words{"a", "b c", "d e", "f g"});
    CHECK(
        service_of("command: sh -c \"date > /x && sleep 1\"").command->at(2) ==
        "date > /x && sleep 1"
    );
    CHECK(service_of("command: []").command == Words{});
    CHECK_FALSE(service_of("command:").command.has_value());
    CHECK(service_of("entrypoint: /run.sh --all").entrypoint == Words{"/run.sh", "--all"});
    CHECK(service_of("entrypoint: [\"\"]").entrypoint == Words{""});
}

TEST_CASE("ports are what a service listens on, whatever of the host is asked for; then expose")
{
    CHECK(service_of("ports: [80]").ports == Ports{80});
    CHECK(service_of("ports: ['8080:80', '127.0.0.1:8443:443']").ports == Ports{80, 443});
    CHECK(
        service_of("ports: ['[::1]:90:91', '3000-3002:4000-4002']").ports ==
        Ports{91, 4000, 4001, 4002}
    );
    CHECK(
        service_of("ports: [{target: 81, published: '9000', host_ip: 127.0.0.1, mode: host}]")
            .ports == Ports{81}
    );
    CHECK(service_of("expose: ['70-71/tcp', 72]\nports: ['80']").ports == Ports{80, 70, 71, 72});
    CHECK(service_of("ports: ['53:53/udp']").ports.empty());
    CHECK(service_of("ports: ['80']").published);
    CHECK_FALSE(service_of("expose: ['80']").published);
}

TEST_CASE("K13 variables come as a list or a map, and a name alone takes what .env says")
{
    const Pairs both{
        {"A", "1"  },
        {"B", ""   },
        {"C", "x=y"},
        {"D", "env"}
    };
    const Content others{
        {".env", "D=env\n"}
    };
    CHECK(service_of("environment: [A=1, B=, C=x=y, D, E]", others).environment == both);
    CHECK(service_of("environment: {A: 1, B: '', C: x=y, D: , E: }", others).environment == both);
    CHECK(
        service_of("environment: {A: true, B: 1.10, C: 0x50}").environment ==
        Pairs{
            {"A", "true"},
            {"B", "1.10"},
            {"C", "0x50"}
    }
    );
}

TEST_CASE("K13 K14 env files are read in their order, below what environment says")
{
    const Content others{
        {"one.env", "A=1\nB=\"two words\" # why\nexport C='$literal'\n# no\nD=${A}${X:-x}\n"},
        {"two.env", "A=2\n"                                                                 },
        {"raw.env", "A=\"$raw\" # all\n"                                                    },
    };
    const auto read = [&](std::string_view lines) { return service_of(lines, others).environment; };
    const Pairs one{
        {"A", "1"        },
        {"B", "two words"},
        {"C", "$literal" },
        {"D", "1x"       }
    };
    CHECK(read("env_file: one.env") == one);
    CHECK(read("env_file: [one.env, ./two.env]").at("A") == "2");
    CHECK(read("env_file: one.env\nenvironment: {A: 3}").at("A") == "3");
    CHECK(read("env_file: [{path: none.env, required: false}]").empty());
    CHECK(read("env_file: [{path: raw.env, format: raw}]").at("A") == "\"$raw\" # all");
    CHECK(
        read_compose(service_with("env_file: none.env")).error().message ==
        "compose.yaml:4:15: there is no file none.env in the repository. Commit one with values "
        "for previews, or write required: false."
    );
}

TEST_CASE("depends_on is a list, or a map with conditions; links are one, too")
{
    using enum Dependency::Condition;
    const auto depends = [](std::string_view lines) {
        const auto plan =
            read_compose(service_with(lines) + "  db: {image: a}\n  job: {image: b}\n");
        REQUIRE_MESSAGE(plan.has_value(), plan.error().text());
        return plan->services.front().depends_on;
    };
    using All = std::vector<Dependency>;
    CHECK(depends("depends_on: [db, job]") == All{{.service = "db"}, {.service = "job"}});
    CHECK(
        depends("depends_on: {db: {condition: service_healthy, restart: true}}") ==
        All{
            {.service = "db", .condition = healthy}
    }
    );
    CHECK(
        depends("depends_on: {job: {condition: service_completed_successfully}}") ==
        All{
            {.service = "job", .condition = completed}
    }
    );
    CHECK(depends("depends_on: {gone: {condition: service_started, required: false}}").empty());
    CHECK(depends("links: ['db:database']") == All{{.service = "db"}});
    const auto plan = read_compose(service_with("links: ['db:database']") + "  db: {image: a}\n");
    CHECK(plan->find("db")->networks.at(0).aliases == Words{"database"});
}

TEST_CASE("A20 a health check is for the image's shell or a list, and can be switched off")
{
    const auto check = [](std::string_view lines) {
        return *service_of(fmt::format("healthcheck: {{{}}}", lines)).healthcheck;
    };
    CHECK(check("test: curl -f x").test == Words{"CMD-SHELL", "curl -f x"});
    CHECK(check("test: [CMD, a, b]").test == Words{"CMD", "a", "b"});
    CHECK(check("test: [NONE]").disabled);
    CHECK(check("disable: true").disabled);
    const auto timed = check(
        "test: a, interval: 1m30s, timeout: 500ms, retries: 5, start_period: 2s, start_interval: 1s"
    );
    CHECK(timed.interval == milliseconds{90'000});
    CHECK(timed.timeout == milliseconds{500});
    CHECK(timed.start_period == milliseconds{2'000});
    CHECK(timed.start_interval == milliseconds{1'000});
    CHECK(timed.retries == 5);
    CHECK(service_of("x-diorama: {health: /ready}").health == HealthPath{"/ready"});
}

TEST_CASE("volumes of every form become volumes of the scene, content of the commit, or memory")
{
    const auto mounts = [](std::string_view lines) {
        const auto plan = read_compose(
            service_with(lines) + "volumes: {data: }\n",
            {
                {"nginx.conf", "x"},
                {"src/a",      "x"}
        }
        );
        REQUIRE_MESSAGE(plan.has_value(), plan.error().text());
        return plan->services.front().mounts;
    };
    const auto one = [&](std::string_view lines) {
        return mounts(fmt::format("volumes: [{}]", lines)).at(0);
    };
    CHECK(one("'data:/d'") == Mount(VolumeMount{.volume = "data", .target = "/d"}));
    CHECK(
        one("'data:/d:ro,nocopy'") ==
        Mount(VolumeMount{.volume = "data", .target = "/d", .read_only = true, .no_copy = true})
    );
    CHECK(
        one("{type: volume, source: data, target: /d/, read_only: true, volume: {nocopy: true}}") ==
        Mount(VolumeMount{.volume = "data", .target = "/d", .read_only = true, .no_copy = true})
    );
    CHECK(one("'/cache'") == Mount(VolumeMount{.volume = "web_cache", .target = "/cache"}));
    CHECK(
        one("'./nginx.conf:/etc/nginx.conf:ro,z'") ==
        Mount(ContentMount{.source = "nginx.conf", .target = "/etc/nginx.conf", .read_only = true})
    );
    CHECK(one("'./src:/app'") == Mount(ContentMount{.source = "src", .target = "/app"}));
    CHECK(
        one("{type: bind, source: ./src, target: /app, read_only: true}") ==
        Mount(ContentMount{.source = "src", .target = "/app", .read_only = true})
    );
    CHECK(
        one("{type: tmpfs, target: /t, tmpfs: {size: 1m, mode: 0700}}") ==
        Mount(TmpfsMount{.target = "/t", .size = 1 << 20, .mode = 0700})
    );
    CHECK(
        mounts("tmpfs: ['/run:size=2m,mode=755', /tmp]").at(0) ==
        Mount(TmpfsMount{.target = "/run", .size = 2 << 20, .mode = 0755})
    );
    CHECK(mounts("tmpfs: /tmp").size() == 1);
}

TEST_CASE("a bind of a path that is not in the commit gets an empty volume, and the log says so")
{
    const auto plan = read_compose(service_with("volumes: ['./pgdata:/var/lib/data']"));
    REQUIRE(plan.has_value());
    const auto& mount = std::get<VolumeMount>(plan->services.at(0).mounts.at(0));
    CHECK(plan->volumes.contains(mount.volume));
    REQUIRE(plan->notes.size() == 1);
    CHECK(
        plan->notes[0].text == "pgdata is not in the repository: /var/lib/data gets an empty volume"
    );
}

TEST_CASE("secrets and configs are files of the repository, or text in the manifest")
{
    const auto plan = read_compose(
        service_with("secrets: [token, {source: key, target: k.pem, uid: '1', mode: 0400}]\n"
                     "configs: [{source: conf, target: /etc/app.conf}, note]") +
            "secrets: {token: {file: ./t.txt}, key: {file: t.txt}}\n"
            "configs: {conf: {file: ops/app.conf}, note: {content: 'port ${P:-80}'}}\n",
        {
            {"t.txt",        "x"},
            {"ops/app.conf", "x"}
    }
    );
    REQUIRE_MESSAGE(plan.has_value(), plan.error().text());
    const auto mount = [&](std::size_t at) {
        return std::get<ContentMount>(plan->services.at(0).mounts.at(at));
    };
    CHECK(
        mount(0) ==
        ContentMount{.source = "t.txt", .target = "/run/secrets/token", .read_only = true}
    );
    CHECK(
        mount(1) ==
        ContentMount{
            .source = "t.txt",
            .target = "/run/secrets/k.pem",
            .read_only = true,
            .mode = 0400,
            .owner = "1:0"
        }
    );
    CHECK(mount(2).source == "ops/app.conf");
    CHECK(mount(2).target == "/etc/app.conf");
    CHECK(mount(3).inline_text == "port 80");
    CHECK(mount(3).target == "/note");
}

TEST_CASE("networks are the scene's own, with aliases, and default for those that name none")
{
    const auto plan =
        read_compose("services:\n"
                     "  a: {image: x, networks: [front, back]}\n"
                     "  b: {image: x, networks: {back: {aliases: [db, store]}, front: }}\n"
                     "  c: {image: x}\n"
                     "networks: {front: , back: {internal: true, labels: [k=v]}, unused: {}}\n");
    REQUIRE_MESSAGE(plan.has_value(), plan.error().text());
    using Joins = std::vector<NetworkJoin>;
    CHECK(plan->find("a")->networks == Joins{{.network = "front"}, {.network = "back"}});
    CHECK(plan->find("b")->networks.at(0).aliases == Words{"db", "store"});
    CHECK(plan->find("c")->networks == Joins{{.network = "default"}});
    CHECK(plan->networks.size() == 3);
    CHECK(
        plan->networks.at("back") ==
        Network{.name = "back", .internal = true, .labels = {{"k", "v"}}}
    );
}

TEST_CASE("E08 limits stand in three places, and two that disagree are an error")
{
    const auto limits = [](std::string_view lines) { return service_of(lines).limits; };
    CHECK(limits("tty: true") == Limits{.memory = 512 << 20, .cpus = 0.5, .pids = 512});
    CHECK(
        limits("mem_limit: 64m\ncpus: 0.25\npids_limit: 50") ==
        Limits{.memory = 64 << 20, .cpus = 0.25, .pids = 50}
    );
    CHECK(
        limits("deploy: {resources: {limits: {cpus: '1.5', memory: 1gb, pids: 9}}}") ==
        Limits{.memory = 1 << 30, .cpus = 1.5, .pids = 9}
    );
    CHECK(
        limits("mem_limit: 8m\ndeploy: {resources: {limits: {memory: 8192k}}}").memory == 8 << 20
    );
    CHECK(service_of("shm_size: 128m").shm_size == 128 << 20);
    CHECK(service_of("deploy: {replicas: 3}").replicas == 3);
    CHECK(service_of("scale: 2").replicas == 2);
    CHECK(read_compose(service_with("cpus: 1\ndeploy: {resources: {limits: {cpus: 2}}}"))
              .error()
              .message.contains("cpus says one thing and deploy another"));
}

TEST_CASE("restart is a word, or deploy.restart_policy in its words")
{
    const auto restart = [](std::string_view lines) { return service_of(lines).restart; };
    CHECK(restart("tty: true") == "no");
    CHECK(restart("restart: no") == "no");
    CHECK(restart("restart: unless-stopped") == "unless-stopped");
    CHECK(restart("restart: on-failure:3") == "on-failure:3");
    CHECK(
        restart("deploy: {restart_policy: {condition: on-failure, max_attempts: 2}}") ==
        "on-failure:2"
    );
    CHECK(restart("deploy: {restart_policy: {condition: none}}") == "no");
    CHECK(restart("deploy: {restart_policy: {condition: any}}") == "always");
}

TEST_CASE("a container's process is as its service says")
{
    const Service service = service_of(
        "user: 1000:1000\nworking_dir: /app/\nhostname: h\ncontainer_name: my_db\nstop_signal: "
        "SIGINT\n"
        "stop_grace_period: 1m\ninit: true\nread_only: 'yes'\ntty: true\nstdin_open: true\n"
        "platform: linux/amd64\ncap_add: [cap_chown]\ncap_drop: [ALL]\ngroup_add: [www]\n"
        "sysctls: [net.core.somaxconn=1024]\nulimits: {nofile: 1024, core: {soft: 0, hard: -1}}\n"
        "extra_hosts: ['a:10.0.0.1', 'b=::1', 'gone:host-gateway']\nlabels: [team=x, plain]"
    );
    CHECK(service.user == "1000:1000");
    CHECK(service.working_dir == "/app");
    CHECK(service.hostname == "h");
    CHECK(service.container_name == "my_db");
    CHECK(service.stop_signal == "SIGINT");
    CHECK(service.stop_grace_period == milliseconds{60'000});
    CHECK((service.init && service.read_only && service.tty && service.stdin_open));
    CHECK(service.platform == "linux/amd64");
    CHECK(service.cap_add == Words{"CHOWN"});
    CHECK(service.cap_drop == Words{"ALL"});
    CHECK(service.group_add == Words{"www"});
    CHECK(
        service.sysctls ==
        Pairs{
            {"net.core.somaxconn", "1024"}
    }
    );
    CHECK(
        service.ulimits ==
        std::vector<Ulimit>{
            {"nofile", 1024, 1024},
            {"core",   0,    -1  }
    }
    );
    CHECK(
        service.extra_hosts ==
        std::vector<std::pair<std::string, std::string>>{
            {"a", "10.0.0.1"},
            {"b", "::1"     }
    }
    );
    CHECK(
        service.labels ==
        Pairs{
            {"team",  "x"},
            {"plain", "" }
    }
    );
}

TEST_CASE("C01 a build is a folder, or says more: Dockerfile, arguments, stage, labels, cache")
{
    const auto build = [](std::string_view lines, Content others = {}) {
        others.emplace("api/Dockerfile", "FROM a AS dev\nEXPOSE 3000\nFROM a\nEXPOSE 80\n");
        const auto plan = read_compose(
            fmt::format("services:\n  web:\n    build: {}\n", lines), std::move(others)
        );
        REQUIRE_MESSAGE(plan.has_value(), plan.error().text());
        return plan->services.front();
    };
    const auto spec = [](const Service& service) { return std::get<BuildSpec>(service.source); };
    CHECK(spec(build("./api")) == BuildSpec{.context = "api"});
    CHECK(build("./api").ports == Ports{80});
    CHECK(spec(build("{context: api, dockerfile: '${NONE}'}")).dockerfile == "Dockerfile");
    CHECK(build("{context: api, target: dev}").ports == Ports{3000});
    const auto all = spec(build(
        "{context: ., dockerfile: api/Dockerfile, args: [V=1, W, X], labels: {a: b}, cache_from: "
        "[c:1]}",
        {
            {".env", "W=2\n"}
    }
    ));
    CHECK(all.context == ".");
    CHECK(all.dockerfile == "api/Dockerfile");
    CHECK(
        all.args ==
        Pairs{
            {"V", "1"},
            {"W", "2"}
    }
    );
    CHECK(
        all.labels ==
        Pairs{
            {"a", "b"}
    }
    );
    CHECK(all.cache_from == Words{"c:1"});
    CHECK(spec(build("{dockerfile_inline: 'FROM x'}")).dockerfile_inline == "FROM x");
    // A Dockerfile outside the context, as Compose allows.
    CHECK(spec(build(
                   "{context: src, dockerfile: ../api/Dockerfile}",
                   {
                       {"src/a", "x"}
    }
               ))
              .dockerfile_inline->starts_with("FROM a AS dev"));
}
