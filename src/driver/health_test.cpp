#include "driver/docker_world.hpp"
#include "driver/stage.hpp"

using namespace diorama;

namespace {

/// A service of one shell script and how it is to be judged.
struct Patient {
    std::string script;
    Gate gate;
    std::optional<Healthcheck> check{};
    std::string restart = "no";
    std::uint64_t memory = 0;
};

Task<> examine(DockerWorld& world, Patient patient, Result<>& verdict)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    ContainerIntent intent = stage.container("api", Part::server);
    Service& service = intent.service;
    service.command = {"sh", "-c", patient.script};
    service.ports.clear();
    service.healthcheck = patient.check;
    service.restart = patient.restart;
    service.limits.memory = patient.memory;
    co_await stage.make(intent);
    verdict = co_await world.driver().wait_healthy(stage.entry("api"), patient.gate, {});
    co_await stage.strike({"api"});
}

/// What the gate says of `patient` on a real engine.
Result<> judged(Patient patient)
{
    DockerWorld world;
    Result<> verdict = ok();
    world.run(examine(world, std::move(patient), verdict));
    return verdict;
}

/// A script that listens on 8080 and answers every request with `status`.
std::string answering(int status)
{
    return fmt::format(
        R"(cat > /tmp/a <<'END'
#!/bin/sh
while read -r line; do
  case "$line" in
    ?|"") printf 'HTTP/1.1 {} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'; exit ;;
  esac
done
END
chmod +x /tmp/a; exec nc -ll -p 8080 -e /tmp/a)",
        status
    );
}

const Gate routed{.routed = true, .port = 8080, .limit = seconds{20}};
const Gate routed_briefly{.routed = true, .port = 8080, .limit = seconds{4}};

bool says(const Result<>& verdict, std::string_view words)
{
    return verdict.has_error() && verdict.error().message.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("a routed service is well when it answers below 500, whatever it answers (A20)")
{
    CHECK(judged({.script = answering(404), .gate = routed}).has_value());
    const auto verdict = judged({.script = answering(503), .gate = routed_briefly});
    CHECK_MESSAGE(says(verdict, "port 8080 answered 503"), problem(verdict));
}

TEST_CASE("a path chosen for health has to be found (A20)")
{
    Gate gate = routed_briefly;
    gate.path = "/healthz";
    CHECK(judged({.script = answering(204), .gate = gate}).has_value());
    const auto verdict = judged({.script = answering(404), .gate = gate});
    CHECK_MESSAGE(says(verdict, "port 8080 answered 404"), problem(verdict));
}

TEST_CASE("a health check of the manifest is asked before anything else (A20)")
{
    const Healthcheck check{
        .test = {"CMD-SHELL", "test -e /tmp/well || { echo not yet; exit 4; }"},
        .interval = milliseconds{200},
        .retries = 100
    };
    // Nothing listens on the port: only the check can say yes.
    const std::string late = "sleep 1; touch /tmp/well; sleep 1000";
    CHECK(judged({.script = late, .gate = routed, .check = check}).has_value());
    const auto verdict = judged({.script = answering(200), .gate = routed_briefly, .check = check});
    CHECK_MESSAGE(says(verdict, "exit code 4: not yet"), problem(verdict));
}

TEST_CASE("a service without a port is well after five seconds without an exit (A20)")
{
    CHECK(judged({.script = "sleep 1000", .gate = {}}).has_value());
    const auto verdict = judged({.script = "sleep 2; echo bye; exit 9", .gate = {}});
    CHECK_MESSAGE(says(verdict, "exited with code 9"), problem(verdict));
}

TEST_CASE("a service that used more memory than it may is told so, in words (A20, E08)")
{
    const auto verdict = judged(
        {.script = "exec dd if=/dev/zero of=/dev/null bs=256M count=1",
         .gate = routed,
         .memory = 16ULL << 20}
    );
    CHECK_MESSAGE(says(verdict, "because it used more memory than its limit"), problem(verdict));
}

TEST_CASE("a service that the engine restarts is waited for, and its crashes are told (A20)")
{
    const std::string second_time = "test -e /tmp/x || { touch /tmp/x; exit 1; }; ";
    CHECK(judged({.script = second_time + answering(200), .gate = routed, .restart = "always"})
              .has_value());
    const auto verdict =
        judged({.script = "echo no database; exit 5", .gate = routed_briefly, .restart = "always"});
    CHECK_MESSAGE(says(verdict, "it restarted"), problem(verdict));
    CHECK_MESSAGE(says(verdict, "exited with code 5"), problem(verdict));
    CHECK_MESSAGE(says(verdict, "no database"), problem(verdict));
}
