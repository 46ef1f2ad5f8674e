// Against the real Docker Engine of this machine.
#include "docker/engine_world.hpp"

#include <algorithm>

using namespace diorama;
using namespace diorama::docker;

TEST_CASE("SEC-12 a container gets what its configuration says and nothing beyond")
{
    World world;
    NetworkConfig network{.name = world.prefix + "net", .labels = world.labels};
    REQUIRE(world.run(world.engine.create_network(network)).has_value());
    auto config = world.config("full", {"sleep", "600"});
    config.environment = {
        {"A", "b=c"}
    };
    config.hostname = "web";
    config.working_dir = "/tmp";
    config.user = "1000:1000";
    config.exposed_ports = {3000};
    config.healthcheck = Healthcheck{
        .test = {"CMD", "true"},
          .interval = milliseconds{500},
          .retries = 2
    };
    config.stop_signal = "SIGINT";
    config.stop_timeout = seconds{1};
    config.init = true;
    config.memory = 64U << 20U;
    config.nano_cpus = 500'000'000;
    config.pids_limit = 50;
    config.cap_drop = {"ALL"};
    config.cap_add = {"CHOWN"};
    config.security_opt = {"no-new-privileges"};
    config.read_only = true;
    config.shm_size = 1U << 20U;
    config.ulimits = {
        {"nofile", 100, 200}
    };
    config.mounts = {
        {.volume = world.prefix + "data", .target = "/data"},
        {.kind = Mount::Kind::tmpfs, .target = "/scratch", .size = 1U << 20U, .mode = 01777},
    };
    config.extra_hosts = {"db.test:10.0.0.1"};
    config.network = Endpoint{
        .network = network.name, .aliases = {"web", "www"}
    };
    REQUIRE(world.run(world.engine.create_volume(world.prefix + "data", world.labels)).has_value());
    const auto id = world.started(config);

    const auto seen = world.run(world.engine.inspect_container(id));
    REQUIRE(seen.has_value());
    CHECK(seen->name == config.name);
    CHECK(seen->image_id == world.image_id);
    CHECK(seen->labels.at("diorama-engine-test") == world.labels.at("diorama-engine-test"));
    CHECK(seen->state.status == Status::running);
    CHECK(seen->user == "1000:1000");
    CHECK(seen->stop_signal == "SIGINT");
    CHECK(std::ranges::count(seen->environment, "A=b=c") == 1);
    const auto& at = seen->networks.at(network.name);
    CHECK_FALSE(at.address.empty());
    CHECK(std::ranges::count(at.aliases, "www") == 1);

    const HostConfig& host = seen->host;
    CHECK_FALSE(host.privileged);
    CHECK_FALSE(host.publish_all_ports);
    CHECK(host.network_mode == network.name);
    CHECK(host.pid_mode.empty());
    CHECK(host.ipc_mode == "private");
    CHECK(host.uts_mode.empty());
    CHECK(host.userns_mode.empty());
    CHECK(host.binds.empty());
    CHECK(host.devices.empty());
    CHECK(host.published_ports.empty());
    CHECK(host.volumes_from.empty());
    CHECK(host.restart_policy == "no");
    CHECK(host.memory == 64U << 20U);
    CHECK(host.memory_swap == 64 << 20);
    CHECK(host.nano_cpus == 500'000'000);
    CHECK(host.pids_limit == 50);
    CHECK(host.cap_drop == Strings{"ALL"});
    CHECK(host.cap_add.size() == 1);
    CHECK(host.security_opt == Strings{"no-new-privileges"});
    CHECK(host.read_only);
    CHECK(host.ulimits.size() == 1);
    CHECK(host.log.driver == "json-file");
    REQUIRE(seen->mounts.size() >= 1);
    for (const auto& mount : seen->mounts)
        CHECK(mount.type != "bind");

    const auto until_healthy = [](World& w, std::string container) -> Task<Health> {
        for (;;) {
            const auto now = co_await w.engine.inspect_container(container);
            if (!now || now->state.health != Health::starting)
                co_return now ? now->state.health : Health::none;
            co_await sleep(w.loop, milliseconds{50});
        }
    };
    CHECK(world.run(until_healthy(world, id)) == Health::healthy);
}

TEST_CASE("a container lives: started, paused, renamed, stopped, waited for, removed")
{
    World world;
    const auto id = world.started(
        world.config("life", {"sh", "-c", "trap 'exit 7' TERM; while :; do sleep 0.05; done"})
    );
    auto& engine = world.engine;
    CHECK(world.run(engine.start(id)).has_value());  // again
    CHECK(world.run(engine.pause(id)).has_value());
    CHECK(world.run(engine.inspect_container(id))->state.status == Status::paused);
    CHECK(world.run(engine.pause(id)).error().code == Code::conflict);
    CHECK(world.run(engine.unpause(id)).has_value());
    CHECK(world.run(engine.rename(id, world.prefix + "renamed")).has_value());
    const auto stats = world.run(engine.stats(id));
    REQUIRE(stats.has_value());
    CHECK(stats->memory > 0);
    CHECK(stats->pids > 0);
    CHECK(stats->cpu_nanoseconds > 0);
    CHECK(world.run(engine.stop(world.prefix + "renamed", seconds{20})).has_value());
    CHECK(world.run(engine.wait(id, {})) == Result<std::int64_t>(7));
    const auto state = world.run(engine.inspect_container(id))->state;
    CHECK(state.status == Status::exited);
    CHECK(state.exit_code == 7);
    CHECK(state.finished_at.has_value());
    const auto listed = world.run(engine.list_containers(world.labels));
    REQUIRE(listed->size() == 1);
    CHECK(listed->front().name == world.prefix + "renamed");
    CHECK(world.run(engine.remove_container(id, false, false)).has_value());
    CHECK(world.run(engine.remove_container(id, true, true)).error().code == Code::not_found);

    auto twice = world.config("twice", {"true"});
    world.create(twice);
    CHECK(world.run(engine.create_container(twice)).error().code == Code::conflict);
    twice.image = "example.invalid/nothing:here";
    twice.name += "x";
    CHECK(world.run(engine.create_container(twice)).error().code == Code::not_found);
}

TEST_CASE("waiting for a container ends at once when nobody wants the answer")
{
    World world;
    const auto id = world.started(world.config("waits", {"sleep", "600"}));
    std::stop_source source;
    const auto timer = world.loop.after(milliseconds{20}, [&] { source.request_stop(); });
    CHECK(world.run(world.engine.wait(id, source.get_token())).error().code == Code::cancelled);
}

TEST_CASE("what a container says is read by channel, with its time, and followed to its end")
{
    World world;
    auto& engine = world.engine;
    const auto id = world.started(
        world.config("talks", {"sh", "-c", "echo out; echo err >&2; sleep 0.2; printf end"})
    );
    std::vector<OutputLine> lines;
    const auto keep = [&](OutputLine line) { lines.push_back(std::move(line)); };
    REQUIRE(world.run(engine.logs(id, {.follow = true}, keep, {})).has_value());
    CHECK(on(Channel::standard_output, lines) == Strings{"out", "end"});
    CHECK(on(Channel::standard_error, lines) == Strings{"err"});
    for (const auto& line : lines)
        CHECK(line.at.has_value());

    const auto last = *std::ranges::max(lines, {}, &OutputLine::at).at;
    lines.clear();
    REQUIRE(world.run(engine.logs(id, {.since = last}, keep, {})).has_value());
    CHECK(on(Channel::standard_output, lines) == Strings{"end"});

    auto config = world.config("terminal", {"sh", "-c", "echo one; echo two >&2"});
    config.tty = true;
    const auto terminal = world.started(config);
    lines.clear();
    REQUIRE(world.run(engine.logs(terminal, {.follow = true}, keep, {})).has_value());
    CHECK(on(Channel::standard_output, lines) == Strings{"one", "two"});
}

TEST_CASE("a command runs in a container: its output and its exit code come back")
{
    World world;
    const auto id = world.started(world.config("works", {"sleep", "600"}));
    std::vector<OutputLine> lines;
    const auto keep = [&](OutputLine line) { lines.push_back(std::move(line)); };
    ExecConfig command{
        .command = {"sh", "-c", "echo $GREETING $NAME; pwd; echo bad >&2; exit 5"}
    };
    command.environment = {
        {"NAME", "world"}
    };
    command.working_dir = "/bin";
    CHECK(world.run(world.engine.exec(id, command, keep, {})) == Result<std::int64_t>(5));
    CHECK(on(Channel::standard_output, lines) == Strings{"hello world", "/bin"});
    CHECK(on(Channel::standard_error, lines) == Strings{"bad"});
    const auto missing =
        world.run(world.engine.exec(id, {.command = {"no-such-command"}}, keep, {}));
    CHECK((missing.has_error() || *missing == 127 || *missing == 126));
}

TEST_CASE("files travel into a container that does not run yet, and out of it")
{
    World world;
    const auto id = world.create(world.config("files", {"cat", "/etc/app/greeting"}));
    TarWriter tar;
    REQUIRE(tar.begin({.path = "etc/app", .kind = TarEntry::Kind::directory, .mode = 0755}));
    REQUIRE(tar.begin({.path = "etc/app/greeting", .size = 6}));
    REQUIRE(tar.content("hello\n"));
    REQUIRE(tar.finish());
    REQUIRE(world.run(world.engine.put_archive(id, "/", one_piece(tar.take()), {})).has_value());
    const auto back = world.run(world.engine.get_archive(id, "/etc/app/greeting", 1U << 20U));
    REQUIRE(back.has_value());
    CHECK(read_tar(*back, 1000)->front().content == "hello\n");
    REQUIRE(world.run(world.engine.start(id)).has_value());
    CHECK(world.run(world.engine.wait(id, {})) == Result<std::int64_t>(0));
    const auto nowhere =
        world.run(world.engine.put_archive(id, "/nowhere", one_piece(std::string(1024, '\0')), {}));
    CHECK(nowhere.error().code == Code::not_found);
}
