#include "base/described.hpp"
#include "daemon/check_config.hpp"
#include "daemon/config_page.hpp"
#include "daemon/read_config.hpp"
#include "engine/sleep/schedule.hpp"
#include "tests/support/golden.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <type_traits>

using namespace diorama;

namespace {

using Variables = std::map<std::string, std::string>;

Result<Config> read_text(std::string_view text, const Variables& variables = {})
{
    return read_config(text, "diorama.toml", [&](const std::string& name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
}

/// What is said about a configuration that is wrong.
std::string refusal(std::string_view text, const Variables& variables = {})
{
    const auto config = read_text(text, variables);
    REQUIRE(!config);
    CHECK(config.error().code == Code::invalid);
    return config.error().text();
}

bool says(const std::string& text, std::string_view part)
{
    INFO(text);
    return text.find(part) != std::string::npos;
}

constexpr std::string_view good_secret = "f3b1c77ce6d94a9b8f21ad09c4e5a7b3";

}  // namespace

TEST_CASE("docs/configuration.md says what is read")
{
    check_golden("docs/configuration.md", config_page());
}

TEST_CASE("without a file everything has a default, and the API is not public (I09)")
{
    const auto config = read_config("", "", [](const std::string&) { return std::nullopt; });
    REQUIRE(config.has_value());
    CHECK(config->api.listen == "127.0.0.1:3000");
    CHECK(!config->api.first_token);
    CHECK(config->network.filter == Filter::require);
    CHECK(!config->repositories.local);
    CHECK(config->limits.memory.bytes == 512ULL << 20U);
    const auto settings = engine_settings(*config, 8080);
    REQUIRE(settings.has_value());
    CHECK(settings->subnets == "10.213.0.0/16");
    CHECK(settings->entrance.port == 8080);
}

TEST_CASE(
    "a step that hangs is given up: fetch, build, start, health, removal have their time (A20, A21)"
)
{
    const auto config = read_config("", "", [](const std::string&) { return std::nullopt; });
    REQUIRE(config.has_value());
    const auto settings = engine_settings(*config, 8080);
    REQUIRE(settings.has_value());
    CHECK(settings->deadlines.fetch == minutes{2});
    CHECK(settings->deadlines.build == minutes{15});
    CHECK(settings->deadlines.start == minutes{10});
    CHECK(settings->deadlines.health == seconds{60});
    CHECK(settings->deadlines.removal == minutes{2});
}

TEST_CASE("scenes sleep after half an hour, unless the file says otherwise (H12)")
{
    const auto usual = engine_settings(read_text("").value(), 8080);
    REQUIRE(usual.has_value());
    CHECK(usual->sleep.frozen_after == minutes{30});
    CHECK(usual->sleep.stopped_after == minutes{30});
    CHECK(usual->sleep.archived_after == hours{24});
    CHECK(!usual->sleep.schedule);
    const auto config = read_text(R"(
        [sleep]
        frozen_after = "0"
        stopped_after = "2h"
        schedule = ["Mon-Fri 20:00-07:00", "Sat-Sun"]
        time_zone = "Europe/Berlin"
        pressure = 0.0
    )");
    REQUIRE(config.has_value());
    const auto settings = engine_settings(*config, 8080);
    REQUIRE(settings.has_value());
    CHECK(settings->sleep.frozen_after == milliseconds{0});
    CHECK(settings->sleep.stopped_after == hours{2});
    CHECK(settings->sleep.pressure == 0);
    REQUIRE(settings->sleep.schedule);
    // A Monday in summer, eight in the evening there.
    const Instant evening = std::chrono::sys_days{std::chrono::July / 6 / 2026} + hours{18};
    CHECK(settings->sleep.schedule->covers(evening));
    CHECK(!settings->sleep.schedule->covers(evening - minutes{1}));
}

TEST_CASE("a file sets what it names and leaves the rest")
{
    const auto config = read_text(R"(
        data = "/srv/diorama"
        [gateway]
        listen = ["127.0.0.1:80", "[::1]:80"]
        [url]
        domain = "Preview.Example.com"
        scheme = "https"
        port = 443
        shapes = ["flat", "bare"]
        [repositories]
        allowed = ["Acme/shop", "git.example.com/team/*"]
        [limits]
        memory = "1g"
        [security]
        non_root = "require"
        [deadlines]
        build = "30m"
        [registries."ghcr.io"]
        user = "bot"
        password = "hunter2"
    )");
    REQUIRE(config.has_value());
    const auto settings = engine_settings(*config, 8080);
    REQUIRE(settings.has_value());
    CHECK(settings->domain == "preview.example.com");
    CHECK(settings->entrance.scheme == "https");
    CHECK(settings->entrance.port == 443);
    CHECK(settings->shapes == std::vector{Shape::flat, Shape::bare});
    CHECK(
        settings->repositories ==
        std::vector<std::string>{"github.com/acme/shop", "git.example.com/team/*"}
    );
    CHECK(settings->policy.defaults.memory == 1ULL << 30U);
    CHECK(settings->policy.require_non_root);
    CHECK(settings->deadlines.build == minutes{30});
    CHECK(settings->deadlines.fetch == minutes{2});
    CHECK(config->registries.at("ghcr.io").password.equals("hunter2"));
    CHECK(config->gateway.listen.size() == 2);
}

TEST_CASE("an unknown key is an error with its place and the nearest name")
{
    CHECK(says(refusal("[gatway]\nlisten = []\n"), "diorama.toml:1:"));
    CHECK(says(refusal("[gatway]\nlisten = []\n"), "'gateway'"));
    const auto text = refusal("[limits]\n\nmemroy = \"1g\"\n");
    CHECK(says(text, "diorama.toml:3:"));
    CHECK(says(text, "limits.memroy"));
    CHECK(says(text, "'memory'"));
}

TEST_CASE("every key but the registries' and projects' is overridden by its variable (K14)")
{
    const Variables variables{
        {"DIORAMA_DATA",                      "/data"                         },
        {"DIORAMA_MANIFEST",                  "deploy/compose.yaml"           },
        {"DIORAMA_API_LISTEN",                "127.0.0.1:1"                   },
        {"DIORAMA_API_FIRST_TOKEN",           std::string(good_secret)        },
        {"DIORAMA_GATEWAY_LISTEN",            "0.0.0.0:80, [::]:80"           },
        {"DIORAMA_GATEWAY_THREADS",           "2"                             },
        {"DIORAMA_GATEWAY_TRUSTED_PROXIES",   "10.0.0.0/8"                    },
        {"DIORAMA_GATEWAY_WAKE_HOLD",         "40s"                           },
        {"DIORAMA_GATEWAY_WAKE_PAGE",         "5s"                            },
        {"DIORAMA_URL_DOMAIN",                "p.example.com"                 },
        {"DIORAMA_URL_SCHEME",                "https"                         },
        {"DIORAMA_URL_PORT",                  "443"                           },
        {"DIORAMA_URL_SHAPES",                "bare,flat"                     },
        {"DIORAMA_REPOSITORIES_ALLOWED",      "a/b,c/d"                       },
        {"DIORAMA_REPOSITORIES_LOCAL",        "true"                          },
        {"DIORAMA_REPOSITORIES_PLAIN_HTTP",   "1"                             },
        {"DIORAMA_DOCKER_HOST",               "unix:///run/other.sock"        },
        {"DIORAMA_NETWORK_SUBNETS",           "172.20.0.0/16"                 },
        {"DIORAMA_NETWORK_FILTER",            "off"                           },
        {"DIORAMA_NETWORK_EGRESS",            "false"                         },
        {"DIORAMA_NETWORK_ALLOWED",           "10.1.0.0/16,10.2.0.0/16"       },
        {"DIORAMA_LIMITS_MEMORY",             "256m"                          },
        {"DIORAMA_LIMITS_CPUS",               "0.25"                          },
        {"DIORAMA_LIMITS_PIDS",               "100"                           },
        {"DIORAMA_LIMITS_MEMORY_MOST",        "4g"                            },
        {"DIORAMA_LIMITS_CPUS_MOST",          "4"                             },
        {"DIORAMA_LIMITS_SERVICES",           "5"                             },
        {"DIORAMA_LIMITS_ENVIRONMENTS",       "4"                             },
        {"DIORAMA_LIMITS_TOTAL_MEMORY",       "6g"                            },
        {"DIORAMA_LIMITS_TOTAL_CPUS",         "2.5"                           },
        {"DIORAMA_LIMITS_AT_LIMIT",           "queue"                         },
        {"DIORAMA_LIMITS_WORKERS",            "3"                             },
        {"DIORAMA_LIMITS_STARTS",             "2"                             },
        {"DIORAMA_LIMITS_BUILDS",             "1"                             },
        {"DIORAMA_LIMITS_BUILD_MEMORY",       "1g"                            },
        {"DIORAMA_LIMITS_BUILD_CPUS",         "1.5"                           },
        {"DIORAMA_LIMITS_BUILD_SHARES",       "128"                           },
        {"DIORAMA_LIMITS_BUILD_CGROUP",       "builds.slice"                  },
        {"DIORAMA_SECURITY_NON_ROOT",         "require"                       },
        {"DIORAMA_SECURITY_CAPABILITIES",     "IPC_LOCK"                      },
        {"DIORAMA_SECURITY_SYSCTLS",          "kernel.msgmax"                 },
        {"DIORAMA_STRANGERS_EGRESS",          "true"                          },
        {"DIORAMA_LIMITS_DISK",               "10g"                           },
        {"DIORAMA_DEADLINES_QUEUE",           "2h"                            },
        {"DIORAMA_DEADLINES_FETCH",           "1m"                            },
        {"DIORAMA_DEADLINES_BUILD",           "1h"                            },
        {"DIORAMA_DEADLINES_START",           "20m"                           },
        {"DIORAMA_DEADLINES_HEALTH",          "90s"                           },
        {"DIORAMA_DEADLINES_REMOVAL",         "10s"                           },
        {"DIORAMA_SLEEP_FROZEN_AFTER",        "10m"                           },
        {"DIORAMA_SLEEP_STOPPED_AFTER",       "0"                             },
        {"DIORAMA_SLEEP_ARCHIVED_AFTER",      "7d"                            },
        {"DIORAMA_SLEEP_SCHEDULE",            "Sat-Sun"                       },
        {"DIORAMA_SLEEP_TIME_ZONE",           "Europe/Berlin"                 },
        {"DIORAMA_SLEEP_PRESSURE",            "50"                            },
        {"DIORAMA_SLEEP_AVAILABLE",           "10"                            },
        {"DIORAMA_CLEANUP_EVERY",             "10m"                           },
        {"DIORAMA_CLEANUP_IDLE",              "24h"                           },
        {"DIORAMA_CLEANUP_TTL",               "0"                             },
        {"DIORAMA_CLEANUP_GENERATIONS",       "2"                             },
        {"DIORAMA_CLEANUP_IMAGES",            "20g"                           },
        {"DIORAMA_CLEANUP_DISK_HIGH",         "90"                            },
        {"DIORAMA_CLEANUP_DISK_LOW",          "80"                            },
        {"DIORAMA_CLEANUP_LOGS",              "7d"                            },
        {"DIORAMA_CLEANUP_HISTORY",           "0"                             },
        {"DIORAMA_PORTS_ENABLED",             "true"                          },
        {"DIORAMA_PORTS_APP",                 "10000"                         },
        {"DIORAMA_PORTS_DATABASE",            "20000"                         },
        {"DIORAMA_PORTS_SIZE",                "500"                           },
        {"DIORAMA_GITHUB_WEBHOOK_SECRET",     std::string(good_secret)        },
        {"DIORAMA_GITHUB_WEBHOOK_SECRET_OLD", "9f8e7d6c5b4a3928"              },
        {"DIORAMA_GITHUB_TOKEN",              "ghp_1"                         },
        {"DIORAMA_GITHUB_API",                "https://git.example.com/api/v3"},
        {"DIORAMA_GITHUB_WEB",                "https://git.example.com"       },
        {"DIORAMA_GITHUB_COMMENT",            "false"                         },
        {"DIORAMA_GITHUB_STATUS",             "false"                         },
        {"DIORAMA_GITHUB_DEPLOYMENTS",        "false"                         },
        {"DIORAMA_GITHUB_POLL",               "2m"                            },
        {"DIORAMA_GITHUB_DELIVERIES",         "7d"                            },
        {"DIORAMA_LOG_LEVEL",                 "debug"                         },
    };
    const auto config = read_text("[limits]\nworkers = 9\n", variables);
    REQUIRE_MESSAGE(config.has_value(), config.error().text());
    CHECK(config->data == "/data");
    CHECK(config->manifest == "deploy/compose.yaml");
    CHECK(config->api.listen == "127.0.0.1:1");
    CHECK(config->api.first_token->equals(good_secret));
    CHECK(config->gateway.listen == std::vector<std::string>{"0.0.0.0:80", "[::]:80"});
    CHECK(config->gateway.threads == 2);
    CHECK(config->gateway.trusted_proxies.front() == "10.0.0.0/8");
    CHECK(config->gateway.wake_hold == seconds{40});
    CHECK(config->gateway.wake_page == seconds{5});
    CHECK(config->url.domain == "p.example.com");
    CHECK(config->url.scheme == UrlScheme::https);
    CHECK(config->url.port == 443);
    CHECK(config->url.shapes == std::vector{Shape::bare, Shape::flat});
    CHECK(config->repositories.allowed.size() == 2);
    CHECK(config->repositories.local);
    CHECK(config->repositories.plain_http);
    CHECK(config->docker.host == "unix:///run/other.sock");
    CHECK(config->network.subnets.text() == "172.20.0.0/16");
    CHECK(config->network.filter == Filter::off);
    CHECK(!config->network.egress);
    CHECK(config->network.allowed.size() == 2);
    CHECK(config->limits.memory.bytes == 256ULL << 20U);
    CHECK(config->limits.cpus == 0.25);
    CHECK(config->limits.pids == 100);
    CHECK(config->limits.memory_most.bytes == 4ULL << 30U);
    CHECK(config->limits.cpus_most == 4);
    CHECK(config->limits.services == 5);
    CHECK(config->limits.workers == 3);
    CHECK(config->limits.starts == 2);
    CHECK(config->limits.builds == 1);
    CHECK(config->limits.build_memory.bytes == 1ULL << 30U);
    CHECK(config->limits.build_cpus == 1.5);
    CHECK(config->limits.environments == 4);
    CHECK(config->limits.total_memory == ByteSize{6ULL << 30U});
    CHECK(config->limits.total_cpus == 2.5);
    CHECK(config->limits.at_limit == AtLimit::queue);
    CHECK(config->deadlines.queue == hours{2});
    CHECK(config->limits.build_shares == 128);
    CHECK(config->limits.build_cgroup == "builds.slice");
    CHECK(config->security.non_root == NonRoot::require);
    CHECK(config->security.capabilities == std::vector<std::string>{"IPC_LOCK"});
    CHECK(config->security.sysctls == std::vector<std::string>{"kernel.msgmax"});
    CHECK(config->strangers.egress);
    CHECK(config->limits.disk.bytes == 10ULL << 30U);
    CHECK(config->deadlines.fetch == minutes{1});
    CHECK(config->deadlines.build == hours{1});
    CHECK(config->deadlines.health == seconds{90});
    CHECK(config->deadlines.removal == seconds{10});
    CHECK(config->sleep.frozen_after == minutes{10});
    CHECK(config->sleep.stopped_after == milliseconds{0});
    CHECK(config->sleep.archived_after == std::chrono::days{7});
    CHECK(config->sleep.schedule == std::vector<std::string>{"Sat-Sun"});
    CHECK(config->sleep.time_zone == "Europe/Berlin");
    CHECK(config->sleep.pressure == 50);
    CHECK(config->sleep.available == 10);
    CHECK(config->cleanup.every == minutes{10});
    CHECK(config->cleanup.idle == hours{24});
    CHECK(config->cleanup.ttl == milliseconds{0});
    CHECK(config->cleanup.generations == 2);
    CHECK(config->cleanup.images.bytes == 20ULL << 30U);
    CHECK(config->cleanup.disk_high == 90);
    CHECK(config->cleanup.disk_low == 80);
    CHECK(config->cleanup.logs == std::chrono::days{7});
    CHECK(config->cleanup.history == milliseconds{0});
    CHECK(config->ports.enabled);
    CHECK(config->ports.app == 10000);
    CHECK(config->ports.database == 20000);
    CHECK(config->ports.size == 500);
    CHECK(config->github.webhook_secret->equals(good_secret));
    CHECK(config->github.webhook_secret_old->equals("9f8e7d6c5b4a3928"));
    CHECK(config->github.token->equals("ghp_1"));
    CHECK(config->github.api == "https://git.example.com/api/v3");
    CHECK(config->github.web == "https://git.example.com");
    CHECK(!config->github.comment);
    CHECK(!config->github.status);
    CHECK(!config->github.deployments);
    CHECK(config->github.poll == minutes{2});
    CHECK(config->github.deliveries == std::chrono::days{7});
    CHECK(config->log.level == Log::Level::debug);

    // The list above is whole: a new key is added to it, or this fails.
    std::size_t keys = 0;
    for (const Field& field : type_of<Config>().fields) {
        if (field.type().kind == Type::Kind::map) continue;
        keys += field.type().fields.empty() ? 1 : field.type().fields.size();
    }
    CHECK(variables.size() == keys);
}

TEST_CASE("an empty variable is an empty list")
{
    const auto config = read_text(
        "[network]\nallowed = [\"10.1.0.0/16\"]\n",
        {
            {"DIORAMA_NETWORK_ALLOWED", " "}
    }
    );
    REQUIRE(config.has_value());
    CHECK(config->network.allowed.empty());
}

TEST_CASE("a variable that is wrong is named, and so is the place of a value that is wrong")
{
    CHECK(says(
        refusal(
            "",
            {
                {"DIORAMA_LIMITS_CPUS", "much"}
    }
        ),
        "DIORAMA_LIMITS_CPUS"
    ));
    CHECK(says(
        refusal(
            "",
            {
                {"DIORAMA_GATEWAY_THREADS", "-1"}
    }
        ),
        "DIORAMA_GATEWAY_THREADS"
    ));
    CHECK(says(
        refusal(
            "",
            {
                {"DIORAMA_NETWORK_EGRESS", "maybe"}
    }
        ),
        "DIORAMA_NETWORK_EGRESS"
    ));
    CHECK(says(
        refusal(
            "",
            {
                {"DIORAMA_URL_PORT", ""}
    }
        ),
        "DIORAMA_URL_PORT"
    ));
    CHECK(says(
        refusal(
            "",
            {
                {"DIORAMA_URL_PORT", "70000"}
    }
        ),
        "DIORAMA_URL_PORT"
    ));
    CHECK(says(
        refusal(
            "",
            {
                {"DIORAMA_LIMITS_PIDS", "1\n[api]\nlisten = 2"}
    }
        ),
        "DIORAMA_LIMITS_PIDS"
    ));
    CHECK(says(refusal("\n[limits]\nworkers = 0\n"), "diorama.toml:3:11: limits.workers"));
}

TEST_CASE("each value that cannot be is told with what to write instead")
{
    struct Wrong {
        std::string_view text;
        std::string_view says;
    };
    const Wrong all[] = {
        {"[api]\nlisten = 3000",                 "expected string"         },
        {"[url]\ndomain = \"https://x\"",        "url.domain"              },
        {"[url]\nscheme = \"ftp\"",              "http, https"             },
        {"[url]\nport = 0",                      "url.port"                },
        {"[url]\nshapes = []",                   "url.shapes"              },
        {"[url]\nshapes = [\"round\"]",          "preview_cloud"           },
        {"[gateway]\nlisten = []",               "gateway.listen"          },
        {"[gateway]\nthreads = 5000",            "gateway.threads"         },
        {"[network]\nsubnets = \"8.8.0.0/16\"",  "not private"             },
        {"[network]\nsubnets = \"10.0.0.1/16\"", "network.subnets"         },
        {"[network]\nsubnets = \"10.0.0.0/30\"", "network.subnets"         },
        {"[network]\nfilter = \"on\"",           "require, off"            },
        {"[limits]\nmemory = \"lots\"",          "limits.memory"           },
        {"[limits]\nmemory = \"1k\"",            "below 6m"                },
        {"[limits]\nmemory = \"4g\"",            "above limits.memory_most"},
        {"[limits]\ncpus = 0.0",                 "limits.cpus"             },
        {"[limits]\ncpus = nan",                 "limits.cpus"             },
        {"[limits]\ncpus = 3.0",                 "above limits.cpus_most"  },
        {"[limits]\nbuilds = -1",                "limits.builds"           },
        {"[limits]\nstarts = 0",                 "limits.starts"           },
        {"[deadlines]\nbuild = \"0s\"",          "deadlines.build"         },
        {"[deadlines]\nbuild = \"soon\"",        "deadlines.build"         },
        {"[log]\nlevel = \"loud\"",              "log.level"               },
        {"[sleep]\nschedule = [\"Caturday\"]",   "sleep.schedule"          },
        {"[sleep]\npressure = 101.0",            "sleep.pressure"          },
        {"[sleep]\navailable = -1.0",            "sleep.available"         },
        {"[repositories]\nallowed = [\"shop\"]", "repositories.allowed"    },
        {"[security]\nnon_root = true",          "security.non_root"       },
    };
    for (const Wrong& wrong : all) {
        CAPTURE(wrong.text);
        const auto text = refusal(wrong.text);
        CHECK(says(text, wrong.says));
        CHECK(says(text, "diorama.toml:2:"));
    }
}

TEST_CASE("all that is wrong is told at once")
{
    const auto text = refusal(
        "[limits]\nworkers = 0\nmemroy = 1\n",
        {
            {"DIORAMA_LOG_LEVEL", "loud"}
    }
    );
    CHECK(says(text, "memroy"));
    CHECK(says(text, "DIORAMA_LOG_LEVEL"));
    CHECK(says(text, "limits.workers"));
}

TEST_CASE("a known, short or repeating secret is refused at the start (SEC-34)")
{
    for (const std::string& bad :
         {std::string(),
          std::string("hunter2"),
          std::string(good_secret.substr(1)),
          std::string(64, 'a'),
          std::string("changemechangemechangemechangeme"),
          std::string("Change-Me-9f8e7d6c5b4a39281706f5e4"),
          std::string("my-Secret-9f8e7d6c5b4a39281706f5e4"),
          std::string("0123456701234567012345670123456701"),
          std::string("f3b1c77ce6d94a9b8f21 ad09c4e5a7b3c"),
          std::string("f3b1c77ce6d94a9b8f21\nad09c4e5a7b3c"),
          std::string(300, 'x')}) {
        CAPTURE(bad);
        const auto checked = check_own_secret(Secret(bad));
        REQUIRE(!checked);
        CHECK(says(checked.error().mend, "openssl rand -hex 32"));
        const auto text = refusal(
            "",
            {
                {"DIORAMA_API_FIRST_TOKEN", bad}
        }
        );
        CHECK(says(text, "DIORAMA_API_FIRST_TOKEN"));
        if (bad.size() > 4) CHECK(!says(text, bad));
    }
    CHECK(check_own_secret(Secret(std::string(good_secret))));
    CHECK(says(refusal("[api]\nfirst_token = \"hunter2\"\n"), "diorama.toml:2:15: api.first_token")
    );
}

TEST_CASE("no message about a configuration holds a secret of it (G13)")
{
    const auto text = refusal(
        "[api]\nfirst_token = \"hunter2-hunter2\"\n[registries.\"x\"]\npasswrd = \"hunter2\"\n"
        "password = [\"hunter2\"]\n"
    );
    CHECK(!says(text, "hunter2"));
    CHECK(says(text, "password"));
}

namespace {

/// The words `section.key` in the texts of one source file, where `section` is one of diorama.toml.
std::set<std::string> keys_named(std::string source, const std::set<std::string>& sections)
{
    std::set<std::string> named;
    for (const std::string_view quote : {"\\\"", "'\"'"}) {  // These begin and end no text.
        for (auto at = source.find(quote); at != std::string::npos; at = source.find(quote, at))
            source.replace(at, quote.size(), " ");
    }
    const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || c == '_' || c == '.'; };
    for (auto at = source.find('"'); at != std::string::npos;) {
        const auto end = source.find_first_of("\"\n", at + 1);
        if (end == std::string::npos) break;
        std::string text = source.substr(at + 1, end - at - 1);
        at = source.find('"', end + 1);
        std::ranges::replace_if(text, [&](char c) { return !is_word(c) && c != '/'; }, ' ');
        std::istringstream words(text);
        for (std::string word; words >> word;) {
            while (word.ends_with('.'))
                word.pop_back();
            const auto dot = word.find('.');
            const bool one = dot != std::string::npos && word.find('.', dot + 1) == word.npos;
            if (one && sections.contains(word.substr(0, dot))) named.insert(word);
        }
    }
    return named;
}

}  // namespace

TEST_CASE("every key that a message names can be set, and stands on the page")
{
    const std::string page = config_page();
    const std::set<std::string> sections{
        "api",
        "gateway",
        "url",
        "repositories",
        "network",
        "limits",
        "security",
        "deadlines",
        "sleep"
    };
    std::set<std::string> named;
    const std::filesystem::path rooms = std::filesystem::path(DIORAMA_SOURCE_DIR) / "src";
    for (const auto& file : std::filesystem::recursive_directory_iterator(rooms)) {
        const std::string name = file.path().filename().string();
        if (!name.ends_with(".cpp") || name.ends_with("_test.cpp")) continue;
        std::ifstream in(file.path());
        const std::string source{std::istreambuf_iterator<char>(in), {}};
        named.merge(keys_named(source, sections));
    }
    CHECK(named.contains("deadlines.build"));
    CHECK(named.contains("limits.build_memory"));
    for (const std::string& key : named) {
        const auto dot = key.find('.');
        const auto section = page.find("## [" + key.substr(0, dot) + "]");
        const auto at = page.find("| " + key.substr(dot + 1) + " |", section);
        CHECK_MESSAGE(section != std::string::npos, key);
        CHECK_MESSAGE(at < page.find("\n## ", section + 1), key);
    }
}

TEST_CASE("what builds may use and services may ask for is the operator's to say")
{
    const auto config = read_config(
        "[limits]\nbuild_memory = \"3g\"\nbuild_cpus = 1.5\n"
        "[security]\ncapabilities = [\"IPC_LOCK\"]\nsysctls = [\"kernel.msgmax\"]\n",
        "diorama.toml",
        [](const std::string&) { return std::nullopt; }
    );
    REQUIRE(config.has_value());
    CHECK(config->limits.build_memory.bytes == 3ULL << 30U);
    CHECK(config->limits.build_cpus == 1.5);
    const auto settings = engine_settings(*config, 80);
    REQUIRE(settings.has_value());
    CHECK(settings->policy.capabilities.contains("IPC_LOCK"));
    CHECK(settings->policy.capabilities.contains("CHOWN"));
    CHECK(settings->policy.sysctls.contains("kernel.msgmax"));
    CHECK(says(refusal("[limits]\nbuild_memory = \"1m\"\n"), "limits.build_memory"));
    CHECK(says(refusal("[limits]\nbuild_cpus = -1\n"), "limits.build_cpus"));
}
