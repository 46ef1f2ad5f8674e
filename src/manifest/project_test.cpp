#include "manifest/reading_test.hpp"
#include "tests/support/hostile.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

using namespace diorama;
using namespace diorama::testing;

namespace {

using Words = std::vector<std::string>;

Plan good(Content content, ManifestOptions options = {})
{
    auto plan = read(std::move(content), std::move(options));
    REQUIRE_MESSAGE(plan.has_value(), plan.error().text());
    return *plan;
}

std::string wrong(Content content)
{
    const auto plan = read(std::move(content));
    REQUIRE(plan.has_error());
    return plan.error().message;
}

std::string wrong(std::string compose)
{
    return wrong(Content{
        {"compose.yaml", std::move(compose)}
    });
}

/// What `text` becomes with A=a, EMPTY= and no other variable.
std::string expanded(std::string_view text)
{
    const auto service = service_of(
        fmt::format("hostname: h\nlabels: {{k: '{}'}}", text),
        {
            {".env", "A=a\nEMPTY=\n"}
    }
    );
    return service.labels.at("k");
}

/// As a YAML string, whatever it holds; its dollar signs mean nothing.
std::string quoted(std::string_view text)
{
    std::string out = "\"";
    for (const char each : text) {
        if (each == '$')
            out += "$$";
        else if (each == '"' || each == '\\')
            out += {'\\', each};
        else if (static_cast<unsigned char>(each) < 0x20 || each == 0x7f)
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(each));
        else
            out += each;
    }
    return out + "\"";
}

/// Where a stranger's text may stand in a manifest; {} is it.
constexpr std::array<std::string_view, 16> spots{
    "{{image: {}}}",
    "{{build: {}}}",
    "{{build: {{context: ., dockerfile: {}}}}}",
    "{{build: {{dockerfile_inline: FROM x, target: {}}}}}",
    "{{build: {{dockerfile_inline: FROM x, args: {{{}: x}}}}}}",
    "{{image: x, env_file: {}}}",
    "{{image: x, environment: {{{}: x}}}}",
    "{{image: x, volumes: [{{type: volume, source: {}, target: /x}}]}}",
    "{{image: x, volumes: [{{type: bind, source: {}, target: /x}}]}}",
    "{{image: x, networks: [{}]}}",
    "{{image: x, networks: {{default: {{aliases: [{}]}}}}}}",
    "{{image: x, hostname: {}}}",
    "{{image: x, container_name: {}}}",
    "{{image: x, user: {}}}",
    "{{image: x, extends: {{file: {}, service: a}}}}",
    "{{image: x, depends_on: [{}]}}",
};

/// An answer to hostile text: a plan, or an error that a terminal can show.
bool is_answer(const Result<Plan>& plan)
{
    if (plan) return true;
    const std::string text = plan.error().text();
    return !text.empty() && std::ranges::none_of(text, [](char each) {
        return each != '\n' && (static_cast<unsigned char>(each) < 0x20 || each == 0x7f);
    }) && !text.contains("\u202e");
}

}  // namespace

TEST_CASE("variables are replaced with all operators, and dollar signs that begin none stay")
{
    const std::vector<std::pair<std::string, std::string>> cases{
        {"$A ${A}",               "a a"            },
        {"${NONE}",               ""               },
        {"${NONE-x} ${EMPTY-x}",  "x "             },
        {"${NONE:-x}${EMPTY:-x}", "xx"             },
        {"${A:+y}${NONE:+y}",     "y"              },
        {"${EMPTY+y}${EMPTY:+y}", "y"              },
        {"${A?no}${A:?no}",       "aa"             },
        {"${NONE:-${A}-${B:-b}}", "a-b"            },
        {"$$A $${A}",             "$A ${A}"        },
        {"$(date) $1 5$ $",       "$(date) $1 5$ $"},
    };
    for (const auto& [text, value] : cases) {
        CAPTURE(text);
        CHECK(expanded(text) == value);
    }
}

TEST_CASE("a variable that is required, or is none, is told where it stands, and nothing else is")
{
    CHECK(
        wrong("services:\n  web:\n    image: ${TAG:?which one}\n") ==
        "compose.yaml:3:12: the variable TAG is required and not set: which one. Set TAG in .env, "
        "or "
        "give it a default: ${TAG:-value}."
    );
    CHECK(
        wrong("services:\n  web:\n    image: ${1x}\n") ==
        "compose.yaml:3:12: '${1x}' is no variable. Write ${NAME}, or $$ for a dollar sign."
    );
}

TEST_CASE("what is wrong because a variable is not set names the variable")
{
    CHECK(
        wrong(service_with("ports: [\"${PORT}:${INNER}\"]")) ==
        "compose.yaml:4:13: ':' is no port (INNER, PORT are not set). Write it like \"8080:80\", "
        "\"80\" or \"9000-9002/udp\"."
    );
    const auto plan = good({
        {"compose.yaml", service_with("labels: {a: $NONE}")}
    });
    REQUIRE(plan.notes.size() == 1);
    CHECK(plan.notes[0].where == "compose.yaml:4:17");
    CHECK(plan.notes[0].text == "the variable NONE is not set and counts as empty");
}

TEST_CASE("anchors and merge keys count as if their content stood there")
{
    const auto plan = good({
        {"compose.yaml",
         "x-base: &base\n  image: nginx\n  environment: &env {A: '1', B: '1'}\nservices:\n  web:\n"
         "    <<: *base\n    environment:\n      <<: *env\n      B: '2'\n  more: *base\n"}
    });
    CHECK(
        plan.find("web")->environment ==
        std::map<std::string, std::string>{
            {"A", "1"},
            {"B", "2"}
    }
    );
    CHECK(std::get<ImageRef>(plan.find("more")->source).reference == "nginx");
}

TEST_CASE("an override file lies over the Compose file, as Compose merges them")
{
    const auto plan = good({
        {"compose.yaml",
         "services:\n  web:\n    image: a\n    command: one\n    ports: ['80']\n    environment: "
         "[A=1, B=1]\n    volumes: ['x:/x', 'y:/y']\nvolumes: {x: , y: , z: }\n"},
        {"compose.override.yaml",
         "services:\n  web:\n    command: two\n    ports: ['81']\n    environment: {B: 2}\n    "
         "volumes: ['z:/x']\n  more: {image: b}\n"                              },
    });
    const Service& web = *plan.find("web");
    CHECK(web.command == Words{"two"});
    CHECK(web.ports == std::vector<std::uint16_t>{80, 81});
    CHECK(
        web.environment ==
        std::map<std::string, std::string>{
            {"A", "1"},
            {"B", "2"}
    }
    );
    REQUIRE(web.mounts.size() == 2);
    CHECK(std::get<VolumeMount>(web.mounts[0]).volume == "z");
    CHECK(plan.find("more"));
}

TEST_CASE("extends takes from a service of this file or another, whose paths count from there")
{
    const auto plan = good({
        {"compose.yaml",
         "services:\n  web:\n    extends: {file: ops/base.yaml, service: app}\n    environment: "
         "[B=2]\n  job:\n    extends: web\n    command: work\n"                                     },
        {"ops/base.yaml",
         "services:\n  app:\n    build: ./app\n    environment: [A=1, B=1]\n    env_file: app.env\n"
        },
        {"ops/app.env",        "C=3\n"                                                              },
        {"ops/app/Dockerfile", "FROM x\n"                                                           },
    });
    const std::map<std::string, std::string> variables{
        {"A", "1"},
        {"B", "2"},
        {"C", "3"}
    };
    CHECK(plan.find("web")->environment == variables);
    CHECK(std::get<BuildSpec>(plan.find("web")->source).context == "ops/app");
    CHECK(plan.find("job")->environment == variables);
    CHECK(plan.find("job")->command == Words{"work"});
    CHECK(wrong("services:\n  a: {extends: b}\n  b: {extends: a}\n")
              .contains("compose.yaml:2:16: a extends itself. Remove one of the extends."));
    CHECK(
        wrong("services:\n  a: {image: x, extends: none}\n") ==
        "compose.yaml:2:26: there is no service none in compose.yaml to extend. Correct "
        "extends.service or extends.file."
    );
}

TEST_CASE("include adds the services of another file, with its own folder and variables")
{
    const auto plan = good({
        {"compose.yaml",
         "include:\n  - db/compose.yaml\nservices:\n  web: {image: x, depends_on: [db]}\n"},
        {"db/compose.yaml",
         "services:\n  db:\n    image: pg:${V}\n    volumes: ['./init.sql:/init.sql', "
         "'data:/d']\nvolumes: {data: }\n"                                                },
        {"db/.env",         "V=16\n"                                                      },
        {"db/init.sql",     "x"                                                           },
    });
    CHECK(std::get<ImageRef>(plan.find("db")->source).reference == "pg:16");
    CHECK(std::get<ContentMount>(plan.find("db")->mounts.at(0)).source == "db/init.sql");
    CHECK(plan.volumes.contains("data"));
    CHECK(wrong("include: [compose.yaml]\nservices: {a: {image: x}}\n")
              .contains("includes itself. Remove one of the includes."));
    CHECK(wrong("include: [none.yaml]\nservices: {a: {image: x}}\n")
              .contains("compose.yaml:1:11: there is no file none.yaml in the repository. Commit "
                        "it, or correct the path."));
}

TEST_CASE("services of a profile stay off, unless it is asked for or named in .env")
{
    const std::string compose =
        "services:\n  web: {image: x}\n  debug: {image: y, profiles: [debug, dev]}\n";
    CHECK(
        good({
                 {"compose.yaml", compose}
    }
        ).services.size() == 1
    );
    CHECK(
        good({
                 {"compose.yaml", compose                        },
                 {".env",         "COMPOSE_PROFILES=other, dev\n"}
    })
            .services.size() == 2
    );
    ManifestOptions options;
    options.profiles = {"*"};
    CHECK(
        good(
            {
                {"compose.yaml", compose}
    },
            options
        )
            .services.size() == 2
    );
    CHECK(
        wrong("services:\n  a: {image: x, profiles: [p]}\n") ==
        "compose.yaml:2:3: every service has a profile that is off. Set COMPOSE_PROFILES in .env, "
        "or "
        "give one service no profiles:."
    );
    CHECK(wrong("services: {}\n").ends_with("there is no service. Define one under services:."));
}

TEST_CASE("what is ignored is noted once, with its place and reason")
{
    const auto plan = good({
        {"compose.yaml",
         "version: '3.8'\nservices:\n  web:\n    image: x\n    logging: {driver: none}\n    "
         "develop: {watch: []}\n    pull_policy: always\n"}
    });
    Words places;
    for (const Note& each : plan.notes) {
        CHECK(each.text.contains(" is ignored: "));
        places.push_back(each.where);
    }
    CHECK(
        places ==
        Words{"compose.yaml:1:1", "compose.yaml:5:5", "compose.yaml:6:5", "compose.yaml:7:5"}
    );
}

TEST_CASE("an unknown key is an error with its place and the nearest name, at every depth")
{
    CHECK(wrong("servces: {}\nservices: {a: {image: x}}\n")
              .starts_with("compose.yaml:1:1: servces is unknown here. Did you mean services?"));
    struct Wrong {
        std::string key;
        std::string says;
    };
    const std::vector<Wrong> all{
        {"enviroment: {}",                            "4:5: enviroment is unknown here. Did you mean environment?"     },
        {"healthcheck: {tst: x}",                     "4:19: tst is unknown here. Did you mean test?"                  },
        {"deploy: {resources: {limits: {memry: 1}}}",
         "4:35: memry is unknown here. Did you mean memory?"                                                           },
        {"x-diorama: {helth: /}",                     "4:17: helth is unknown here. Did you mean health?"              },
        {"zzz: 1",                                    "4:5: zzz is unknown here. Remove it, or begin its name with x-."},
    };
    for (const auto& [key, says] : all)
        CHECK(wrong(service_with(key)) == "compose.yaml:" + says);
}

TEST_CASE("all that is wrong is told at once, in the order of the lines")
{
    CHECK(
        wrong("services:\n  web:\n    image: x\n    port: ['80']\n    privileged: true\n    "
              "mem_limit: much\n    depends_on: [db]\n") ==
        "compose.yaml:4:5: port is unknown here. Did you mean ports?\n"
        "compose.yaml:5:5: privileged is not allowed. Remove it.\n"
        "compose.yaml:6:16: mem_limit: 'much' is no size. Write it like 512m.\n"
        "compose.yaml:7:5: web depends on db, which is not there or has a profile that is off. "
        "Define it, or write required: false."
    );
}

TEST_CASE("diorama.yaml goes before compose.yaml, that before docker-compose.yml, that before a "
          "Dockerfile")
{
    Content content{
        {"diorama.yaml",       "services: {d: {image: x}}\n"},
        {"compose.yaml",       "services: {c: {image: x}}\n"},
        {"docker-compose.yml", "services: {o: {image: x}}\n"},
        {"Dockerfile",         "FROM x\nEXPOSE 8000\n"      },
    };
    Words chosen;
    for (const char* gone : {"diorama.yaml", "compose.yaml", "docker-compose.yml"}) {
        chosen.push_back(good(content).services.at(0).name);
        content.erase(gone);
    }
    CHECK(chosen == Words{"d", "c", "o"});

    ManifestOptions options;
    options.name = "Acme/Shop_1";
    const auto lone = good(content, options);
    CHECK(lone.services.at(0).name == "acmeshop1");
    CHECK(lone.main == "acmeshop1");
    CHECK(lone.services.at(0).ports == std::vector<std::uint16_t>{8000});
    CHECK(std::get<BuildSpec>(lone.services.at(0).source) == BuildSpec{});

    const auto none = read({
        {"README.md", "x"}
    });
    CHECK(none.error().code == Code::not_found);
    CHECK(none.error().message.starts_with(
        "there is no manifest: looked for diorama.yaml, compose.yaml"
    ));
}

TEST_CASE("the main service may be named at the top or on a service, and only once")
{
    const auto with = [&](std::string_view on_b, std::string_view top) {
        return Content{
            {"compose.yaml",
             fmt::format(
                 "services:\n  a: {{image: x, ports: ['80']}}\n  b: {{image: x, ports: "
                 "['81']{}}}\n{}", on_b,
             top
             )}
        };
    };
    CHECK(good(with("", "")).main == "a");
    CHECK(good(with("", "x-diorama: {main: b}\n")).main == "b");
    CHECK(good(with(", x-diorama: {main: true}", "")).main == "b");
    CHECK(wrong(with(", x-diorama: {main: true}", "x-diorama: {main: a}\n"))
              .contains("there is another main service. Choose one of them."));
    CHECK(
        wrong(with("", "x-diorama: {main: c}\n")) ==
        "compose.yaml:4:19: there is no service c. Name one of the services."
    );
}

TEST_CASE("x-diorama.sleep says after how long a scene sleeps, or that it never does")
{
    const auto sleeps = [](std::string_view value) -> Content {
        return {
            {"compose.yaml",
             fmt::format("services:\n  a: {{image: x}}\nx-diorama: {{sleep: {}}}\n", value)}
        };
    };
    CHECK(good(sleeps("never")).sleep_after == milliseconds{0});
    CHECK(good(sleeps("2h")).sleep_after == hours{2});
    for (const char* value : {"0", "30s", "always", "''"}) {
        CAPTURE(value);
        CHECK(wrong(sleeps(value)).contains("compose.yaml:3:20: "));
        CHECK(wrong(sleeps(value)).contains("is no time to sleep after"));
    }
}

TEST_CASE("SEC-05 a manifest, Dockerfile, .env or env file that is a link is refused")
{
    const auto linked = [](const std::string& link, Content content) {
        content.emplace(link, "/etc/passwd");
        FakeFiles files(
            std::move(content),
            {
                {link, FileEntry::Type::link}
        }
        );
        FakeScheduler scheduler;
        const auto plan = scheduler.run(read_manifest(files, {}));
        REQUIRE(plan.has_error());
        CHECK(plan.error().code == Code::refused);
        return plan.error().message;
    };
    const std::string web = "services:\n  web:\n    image: x\n";
    CHECK(linked("compose.yaml", {}).contains("compose.yaml is a link"));
    CHECK(linked("Dockerfile", {}).contains("is a link"));
    CHECK(linked(
              "app",
              {
                  {"compose.yaml", "services: {web: {build: ./app}}\n"}
    }
    )
              .contains("app is a link, and links are not followed. Build from the folder itself.")
    );
    CHECK(linked(
              ".env",
              {
                  {"compose.yaml", web}
    }
    ).contains(".env is a link"));
    CHECK(linked(
              "a.env",
              {
                  {"compose.yaml", web + "    env_file: a.env\n"}
    }
    )
              .contains("a.env is a link"));
    CHECK(linked(
              "src",
              {
                  {"compose.yaml", web + "    volumes: ['./src:/x']\n"}
    }
    )
              .contains("src is a link"));
    CHECK(linked(
              "app/Dockerfile",
              {
                  {"compose.yaml", "services: {web: {build: app}}\n"}
    }
    )
              .contains("app/Dockerfile is a link"));
    CHECK(linked(
              "s",
              {
                  {"compose.yaml", web + "    secrets: [s]\nsecrets: {s: {file: ./s}}\n"}
    }
    )
              .contains("s is a link"));
    CHECK(linked(
              "b.yaml",
              {
                  {"compose.yaml", web + "    extends: {file: b.yaml, service: a}\n"}
    }
    )
              .contains("b.yaml is a link"));
}

TEST_CASE("SEC-02 hostile text anywhere in a manifest is its value, or an error that can be shown")
{
    const Content others{
        {"Dockerfile", "FROM x\n"}
    };
    for (const std::string& text : hostile_texts()) {
        CAPTURE(text);
        const std::string value = quoted(text);
        for (const std::string_view spot : spots) {
            CAPTURE(spot);
            const auto service = fmt::format(fmt::runtime(spot), value);
            CHECK(is_answer(read_compose(fmt::format("services:\n  web: {}\n", service), others)));
        }
        CHECK(is_answer(read_compose(fmt::format("services: {{{}: {{image: x}}}}\n", value))));
        CHECK(is_answer(read_compose(fmt::format(
            "services: {{a: {{image: x, volumes: [{0}:/x]}}}}\nvolumes: {{{0}: }}\n", value
        ))));
        CHECK(is_answer(
            read_compose(fmt::format("include: [{}]\nservices: {{a: {{image: x}}}}\n", value))
        ));
        ManifestOptions options;
        options.path = text;
        options.name = text;
        CHECK(is_answer(read(others, options)));

        const auto plan = read_compose(
            fmt::format("services: {{a: {{image: x, environment: {{K: {}}}}}}}\n", value)
        );
        if (plan) CHECK(plan->services.at(0).environment.at("K") == text);
    }
}
