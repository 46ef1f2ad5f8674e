#include "base/text.hpp"
#include "cli/daemon.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "cli/played_api.hpp"
#include "cli/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <fstream>

using namespace diorama;
using namespace diorama::cli;
using namespace diorama::cli::test;

namespace {

Response checks()
{
    return json_answer(
        200,
        Node::Map{
            {"checks",
             Node::List{
                 Node::Map{{"name", "Docker Engine"}, {"well", true}, {"found", "20.10.24"}},
                 Node::Map{
                     {"name", "runc"}, {"well", true}, {"found", "1.1.5"}, {"mend", "Take 1.3.3."}
                 },
                 Node::Map{
                     {"name", "packet filter"},
                     {"well", false},
                     {"found", "no rights"},
                     {"mend", "Run as root."}
                 }
             }}
    }
    );
}

Response made_token()
{
    return json_answer(
        201,
        Node::Map{
            {"id",     "tok-1"           },
            {"name",   "ci"              },
            {"scopes", Node::List{"read"}},
            {"token",  "dio_new"         }
    }
    );
}

Response listed_tokens()
{
    return json_answer(
        200,
        Node::Map{
            {"items",
             Node::List{Node::Map{
                 {"id", "tok-1"}, {"name", "ci"}, {"scopes", Node::List{"read", "deploy"}}
             }}}
    }
    );
}

void write(const std::filesystem::path& file, std::string_view text)
{
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
}

/// The token that `person` sends to `api`.
std::string sent_by(Person& person, const PlayedApi& api, std::vector<std::string> words = {"ls"})
{
    person.environment["DIORAMA_SERVER"] = api.url();
    const auto before = api.asked().size();
    const auto ended = person.run(std::move(words));
    return api.asked().size() > before ? api.asked().back().token : "nothing: " + ended.err;
}

}  // namespace

TEST_CASE("doctor marks what is well, what could be better and what is wrong, with the fix")
{
    PlayedApi api;
    api.odd["GET /api/v1/doctor"] = checks;
    Visitor visitor(api);
    const auto ended = visitor.run({"doctor"});
    CHECK(ended.code == exit_failed);
    CHECK(
        ended.out == "✓ daemon: answers at " + api.url() +
                         "\n✓ Docker Engine: 20.10.24\n! runc: 1.1.5\n    Take 1.3.3.\n"
                         "✗ packet filter: no rights\n    Run as root.\n"
    );
    const auto json = parse_json(visitor.run({"doctor", "-o", "json"}).out);
    REQUIRE(json->list()->size() == 4);
    CHECK(field(json->list()->back(), "mend") == "Run as root.");
}

TEST_CASE("doctor without a daemon says that first, and what to run")
{
    Person person;
    person.environment["DIORAMA_SERVER"] = PlayedApi().url();
    const auto ended = person.run({"doctor"});
    CHECK(ended.code == exit_failed);
    CHECK(ended.out.starts_with("✗ daemon: no Diorama answers at http://127.0.0.1:"));
    CHECK(ended.out.ends_with("    Start one: diorama serve\n"));
}

TEST_CASE("doctor without a daemon looks at this machine by itself, but at no other")
{
    Person person;
    person.checks = [] {
        return Node::List{
            Node::Map{{"name", "git"}, {"well", true}, {"found", "2.39.5"}}
        };
    };
    person.environment["DIORAMA_SERVER"] = PlayedApi().url();
    CHECK(person.run({"doctor"}).out.ends_with("\n✓ git: 2.39.5\n"));
    person.environment["DIORAMA_SERVER"] = "http://0.0.0.0:1";
    CHECK(person.run({"doctor"}).out.find("git") == std::string::npos);
}

TEST_CASE("doctor with a wrong token is not told that no daemon answers")
{
    const PlayedApi api;
    Visitor visitor(api);
    visitor.environment["DIORAMA_TOKEN"] = "wrong";
    const auto ended = visitor.run({"doctor"});
    CHECK(ended.code == exit_denied);
    CHECK(ended.out.empty());
}

TEST_CASE("token create prints the token alone, once")
{
    PlayedApi api;
    api.odd["POST /api/v1/tokens"] = made_token;
    Visitor visitor(api);
    const auto ended = visitor.run(
        {"token", "create", "ci", "--scope", "read,deploy", "--scope", "operate", "--expires", "30d"
        }
    );
    CHECK(ended.code == exit_ok);
    CHECK(ended.out == "dio_new\n");
    CHECK(ended.err.find("diorama token revoke tok-1") != std::string::npos);
    const auto body = *parse_json(api.asked().back().body);
    CHECK(field(body, "name") == "ci");
    CHECK(*body.find("scopes") == Node(Node::List{"read", "deploy", "operate"}));
    CHECK(parse_instant(field(body, "expires_at")).has_value());
    CHECK(visitor.run({"token", "create", "ci", "--expires", "never"}).code == exit_usage);
}

TEST_CASE("tokens are listed without their text, and revoked by their id")
{
    PlayedApi api;
    api.odd["GET /api/v1/tokens"] = listed_tokens;
    api.odd["DELETE /api/v1/tokens/tok-1"] = [] { return Response{.status = 204}; };
    Visitor visitor(api);
    CHECK(
        visitor.run({"token", "ls", "--columns", "id,name,scopes"}).out ==
        "ID     NAME  SCOPES\ntok-1  ci    read,deploy\n"
    );
    CHECK(visitor.run({"token", "revoke", "tok-1"}).code == exit_ok);
    CHECK(visitor.run({"token", "revoke", "a/b?c"}).code == exit_not_found);
    CHECK(api.asked().back().what == "DELETE /api/v1/tokens/a%2Fb%3Fc");
}

TEST_CASE("version tells this one, and the one that answers")
{
    PlayedApi api;
    api.odd["GET /api/v1/version"] = [] {
        return json_answer(
            200,
            Node::Map{
                {"version",      "0.2.0"},
                {"installation", "i-1"  }
        }
        );
    };
    CHECK(
        Visitor(api).run({"version"}).out ==
        "client        0.1.0\nserver        0.2.0\ninstallation  i-1\n"
    );
    Person alone;
    alone.environment["DIORAMA_SERVER"] = PlayedApi().url();
    const auto ended = alone.run({"version"});
    CHECK(ended.code == exit_ok);
    CHECK(ended.out == "client  0.1.0\n");
    CHECK(ended.err.find("no Diorama answers") != std::string::npos);
}

TEST_CASE("the token comes from a file that is named, the environment, or this machine's daemon")
{
    const TemporaryFolder folder;
    write(folder.path() / "mine", "  dio_mine\n");
    write(folder.path() / "data/admin.token", "dio_admin\n");
    write(folder.path() / "state/diorama/admin.token", "dio_state\n");
    const PlayedApi api;
    Person person;
    person.environment = {
        {"DIORAMA_TOKEN", "dio_env"                        },
        {"DIORAMA_DATA",  (folder.path() / "data").string()}
    };

    CHECK(
        sent_by(person, api, {"ls", "--token-file", (folder.path() / "mine").string()}) ==
        "Bearer dio_mine"
    );
    CHECK(sent_by(person, api) == "Bearer dio_env");
    person.environment.erase("DIORAMA_TOKEN");
    CHECK(sent_by(person, api) == "Bearer dio_admin");
    person.environment = {
        {"XDG_STATE_HOME", (folder.path() / "state").string()}
    };
    CHECK(sent_by(person, api) == "Bearer dio_state");
    person.environment = {
        {"HOME", folder.path().string()}
    };
    CHECK(sent_by(person, api).empty());
}

TEST_CASE("this machine's admin token is not sent to another machine")
{
    const TemporaryFolder folder;
    write(folder.path() / "admin.token", "dio_admin\n");
    std::map<std::string, std::string> environment{
        {"DIORAMA_DATA", folder.path().string()}
    };
    const CliWorld world{.environment = [&](const std::string& name) -> std::optional<std::string> {
        if (!environment.contains(name)) return std::nullopt;
        return environment.at(name);
    }};
    for (const auto* const here :
         {"http://127.0.0.1:3000",
          "http://localhost:3000",
          "http://[::1]:3000",
          "unix:///run/d.sock"}) {
        environment["DIORAMA_SERVER"] = here;
        CHECK(find_daemon(world, {})->token.reveal() == "dio_admin");
    }
    for (const auto* const elsewhere :
         {"https://diorama.example",
          "http://10.0.0.1:3000",
          "http://127.0.0.1.example:3000",
          "http://127.example:1"}) {
        environment["DIORAMA_SERVER"] = elsewhere;
        CHECK(find_daemon(world, {})->token.empty());
    }
}

TEST_CASE("a token that would break out of its header is refused before anything is sent")
{
    const PlayedApi api;
    Visitor visitor(api);
    for (const std::string_view token : {"a b", "a\r\nX-Admin: 1", "\xC3\xA9", "a\x01"}) {
        visitor.environment["DIORAMA_TOKEN"] = token;
        const auto ended = visitor.run({"ls"});
        CHECK(ended.code == exit_usage);
        CHECK(ended.err.find("DIORAMA_TOKEN holds no token") != std::string::npos);
    }
    visitor.environment["DIORAMA_TOKEN"] = std::string(5000, 'x');
    CHECK(visitor.run({"ls"}).code == exit_usage);
    CHECK(api.asked().empty());
}

TEST_CASE("who has no token is told where it was looked for")
{
    const PlayedApi api;
    Visitor visitor(api);
    visitor.environment.erase("DIORAMA_TOKEN");
    visitor.environment["DIORAMA_DATA"] = "/nowhere";
    const auto ended = visitor.run({"ls"});
    CHECK(ended.code == exit_denied);
    CHECK(ended.err.find("/nowhere/admin.token") != std::string::npos);
    CHECK(ended.err.find("Set DIORAMA_TOKEN") != std::string::npos);
}

TEST_CASE("why tells the reason, the last lines and the next step")
{
    PlayedApi api;
    api.state = "failed";
    api.cause = "web did not get healthy";
    api.lines = {PlayedApi::line(1, "web", "cannot bind")};
    Visitor visitor(api);
    CHECK(
        visitor.run({"why", "shop-main"}).out ==
        "shop-main has failed: web did not get healthy\n\n"
        "The last lines of its log:\n  web | cannot bind\n\nNext: diorama logs shop-main\n"
    );
    CHECK(
        visitor.run({"why", "shop-main", "-o", "yaml", "--columns", "verdict,state"}).out ==
        "verdict: failed\nstate: failed\n"
    );
}

TEST_CASE("YAML that is written can be told from numbers, booleans and structure")
{
    CHECK(
        format_yaml(Node::Map{
            {"text",   "yes"                                                                      },
            {"number", "12"                                                                       },
            {"colon",  "a: b"                                                                     },
            {"plain",  "refs/heads/main"                                                          },
            {"empty",  ""                                                                         },
            {"none",   nullptr                                                                    },
            {"list",   Node::List{1, Node::Map{{"a", true}, {"b", Node::List{}}}, Node::List{"x"}}},
            {"map",    Node::Map{}                                                                }
    }) ==
        "text: \"yes\"\nnumber: \"12\"\ncolon: \"a: b\"\nplain: refs/heads/main\nempty: \"\"\n"
        "none: null\nlist:\n  - 1\n  - a: true\n    b: []\n  - - x\nmap: {}\n"
    );
}
