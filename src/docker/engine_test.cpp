// Against the real Docker Engine of this machine.
#include "base/concurrency.hpp"
#include "base/tar.hpp"
#include "docker/engine.hpp"
#include "net/server.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <unistd.h>

using namespace diorama;
using namespace diorama::docker;

namespace {

std::string busybox()
{
    std::ifstream file("/bin/busybox", std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

/// A build context of busybox and a Dockerfile that ends with `steps`.
std::string context(std::string_view steps)
{
    const auto binary = busybox();
    const auto dockerfile = fmt::format(
        "FROM scratch\nCOPY bin /bin\nRUN [\"/bin/busybox\", \"--install\", \"-s\", "
        "\"/bin\"]\n{}\n",
        steps
    );
    TarWriter tar;
    REQUIRE(tar.begin({.path = "Dockerfile", .size = dockerfile.size()}));
    REQUIRE(tar.content(dockerfile));
    REQUIRE(tar.begin({.path = "bin/busybox", .mode = 0755, .size = binary.size()}));
    REQUIRE(tar.content(binary));
    REQUIRE(tar.finish());
    return tar.take();
}

/// An Engine with an image of busybox, and a name for all that a test makes. What carries the name
/// is gone when the test is over.
struct World {
    World()
    {
        BuildOptions options{.tags = {image}, .labels = labels};
        const auto steps = "ENV GREETING=hello\nEXPOSE 8080\nHEALTHCHECK CMD true\nUSER 1000\nCMD "
                           "[\"sleep\", \"600\"]";
        const auto built = run(engine.build(options, one_piece(context(steps)), nullptr, {}));
        if (built.has_error()) FAIL(built.error().text());
        image_id = *built;
    }
    ~World()
    {
        // A build that failed leaves the layers it made as its cache, without our label.
        for (const auto& layer : layers)
            run(engine.remove_image(layer, false));
        for (const auto& each : *run(engine.list_containers(labels)))
            run(engine.remove_container(each.id, true, true));
        for (const auto& each : *run(engine.list_networks(labels)))
            run(engine.remove_network(each.id));
        for (const auto& each : *run(engine.list_volumes(labels)))
            run(engine.remove_volume(each.name, true));
        for (const auto& each : *run(engine.list_images(labels)))
            run(engine.remove_image(each.id, true));
        CHECK(run(engine.list_containers(labels))->empty());
        CHECK(run(engine.list_networks(labels))->empty());
        CHECK(run(engine.list_volumes(labels))->empty());
        CHECK(run(engine.list_images(labels))->empty());
    }

    template <class T>
    T run(Task<T> task)
    {
        return loop.run(std::move(task));
    }

    /// Notes the layers a build makes: " ---> 0123456789ab".
    void note(const Progress& progress)
    {
        const std::string_view said = progress.stream;
        if (said.starts_with(" ---> ") && said.size() >= 18 && said[6] != 'R')
            layers.insert(layers.begin(), std::string(said.substr(6, 12)));
    }

    ContainerConfig config(std::string suffix, std::vector<std::string> command)
    {
        return {
            .name = prefix + suffix, .image = image, .command = std::move(command), .labels = labels
        };
    }
    std::string create(ContainerConfig wanted)
    {
        const auto id = run(engine.create_container(std::move(wanted)));
        if (id.has_error()) FAIL(id.error().text());
        return *id;
    }
    std::string started(ContainerConfig wanted)
    {
        const auto id = create(std::move(wanted));
        const auto begun = run(engine.start(id));
        if (begun.has_error()) FAIL(begun.error().text());
        return id;
    }

    Loop loop;
    Engine engine{loop};
    std::string prefix = fmt::format("diorama-engine-test-{}-", ::getpid());
    std::string image = prefix + "image:1";
    std::string image_id;
    std::vector<std::string> layers;  // The youngest first.
    Labels labels{
        {"diorama-engine-test", std::to_string(::getpid())}
    };
};

/// The texts on one channel.
std::vector<std::string> on(Channel channel, const std::vector<OutputLine>& lines)
{
    std::vector<std::string> texts;
    for (const auto& line : lines)
        if (line.channel == channel) texts.push_back(line.text);
    return texts;
}

}  // namespace

TEST_CASE("the Engine says what it is")
{
    Loop loop;
    Engine engine(loop);
    CHECK(loop.run(engine.ping()).has_value());
    const auto version = loop.run(engine.version());
    REQUIRE(version.has_value());
    CHECK(version->api.starts_with("1."));
    CHECK(version->components.contains("runc"));
    const auto info = loop.run(engine.info());
    REQUIRE(info.has_value());
    CHECK(info->memory > 0);
    CHECK(info->cpus > 0);
    CHECK(loop.run(engine.disk_usage()).has_value());
}

TEST_CASE("an image is built from a tar, found, named, and unknown ones are not found")
{
    World world;
    const auto image = world.run(world.engine.inspect_image(world.image));
    REQUIRE(image.has_value());
    CHECK(image->id == world.image_id);
    CHECK(image->tags == Strings{world.image});
    CHECK(image->exposed_ports == std::vector<std::uint16_t>{8080});
    CHECK(image->user == "1000");
    CHECK(image->command == Strings{"sleep", "600"});
    CHECK(image->healthcheck);
    CHECK(image->labels == world.labels);
    CHECK(world.run(world.engine.history(world.image))->size() > 4);

    const auto second = world.prefix + "other/name:2";
    CHECK(world.run(world.engine.tag(world.image_id, second)).has_value());
    CHECK(world.run(world.engine.inspect_image(second))->id == world.image_id);
    CHECK(world.run(world.engine.remove_image(second, false)).has_value());

    const auto missing =
        world.run(world.engine.inspect_image("example.invalid/nothing:here")).error();
    CHECK(missing.code == Code::not_found);
    CHECK(missing.message.find("example.invalid/nothing:here") != std::string::npos);
}

TEST_CASE("a build tells its progress, and a step that fails is named")
{
    World world;
    std::string log;
    const auto keep = [&](Progress progress) {
        log += progress.stream;
        world.note(progress);
    };
    BuildOptions options{
        .args = {{"WORD", "plum"}}, .labels = world.labels, .network_mode = "none"
    };
    const auto tar = context("ARG WORD\nRUN echo said-$WORD; exit 3");
    const auto built = world.run(world.engine.build(options, one_piece(tar), keep, {}));
    REQUIRE(built.has_error());
    CHECK(built.error().code == Code::invalid);
    CHECK(built.error().message.find("returned a non-zero code: 3") != std::string::npos);
    CHECK(log.find("said-plum") != std::string::npos);
    const auto broken =
        world.run(world.engine.build({}, one_piece(context("NONSENSE")), nullptr, {}));
    CHECK(broken.error().code == Code::invalid);
    CHECK(broken.error().message.find("line") != std::string::npos);
}

TEST_CASE("cancelling a build stops its step in the Engine")
{
    World world;
    const auto all_containers = [&] { return world.run(world.engine.list_containers({})); };
    std::stop_source source;
    const auto marker = world.prefix + "endless";
    const auto watch = [&](Progress progress) {
        world.note(progress);
        if (progress.stream.find("begun") != std::string::npos) source.request_stop();
    };
    const auto tar = context(fmt::format("RUN echo begun; sleep 300; echo {}", marker));
    const auto built = world.run(
        world.engine.build({.labels = world.labels}, one_piece(tar), watch, source.get_token())
    );
    CHECK(built.error().code == Code::cancelled);
    const auto runs_here = [&] {
        return std::ranges::any_of(*all_containers(), [&](const ContainerSummary& each) {
            const auto seen = world.run(world.engine.inspect_container(each.id));
            return seen && std::ranges::any_of(seen->command, [&](const std::string& word) {
                       return word.find(marker) != std::string::npos;
                   });
        });
    };
    CHECK_FALSE(runs_here());
}

TEST_CASE("SEC-14 a build cannot make us remove a container by talking like the Engine")
{
    World world;
    const auto victim = world.started(world.config("victim", {"sleep", "600"}));
    std::stop_source source;
    const auto watch = [&](Progress progress) {
        world.note(progress);
        if (progress.stream.find("in " + victim) != std::string::npos) source.request_stop();
    };
    const auto tar = context(fmt::format("RUN echo ' ---> Running in {}'; sleep 300", victim));
    const auto built = world.run(
        world.engine.build({.labels = world.labels}, one_piece(tar), watch, source.get_token())
    );
    CHECK(built.error().code == Code::cancelled);
    CHECK(world.run(world.engine.inspect_container(victim))->state.status == Status::running);
}

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

TEST_CASE("a container's names in a network can be given, taken and given anew")
{
    World world;
    auto& engine = world.engine;
    const auto name = world.prefix + "net";
    REQUIRE(
        world.run(engine.create_network({.name = name, .internal = true, .labels = world.labels}))
            .has_value()
    );
    CHECK(
        world.run(engine.create_network({.name = name, .labels = world.labels})).error().code ==
        Code::conflict
    );
    const auto network = world.run(engine.inspect_network(name));
    REQUIRE(network.has_value());
    CHECK(network->internal);
    CHECK(network->labels == world.labels);
    REQUIRE(network->subnets.size() == 1);

    auto config = world.config("joined", {"sleep", "600"});
    config.network = Endpoint{.network = name};
    const auto joined = world.started(config);
    CHECK(world.run(engine.inspect_network(name))->containers.contains(joined));
    REQUIRE(world.run(engine.disconnect(joined, name, false)).has_value());
    REQUIRE(world.run(engine.connect(joined, {.network = name, .aliases = {"second"}})).has_value()
    );
    CHECK(
        std::ranges::count(
            world.run(engine.inspect_container(joined))->networks.at(name).aliases, "second"
        ) == 1
    );
    CHECK(world.run(engine.remove_network(name)).has_error());  // somebody is in it
}

TEST_CASE("the Engine's events are heard by label")
{
    World world;
    std::stop_source source;
    std::vector<std::string> actions;
    const auto keep = [&](Event event) {
        actions.push_back(event.action);
        if (event.action == "die") source.request_stop();
    };
    const auto before = world.loop.now() - seconds{1};
    const auto id = world.started(world.config("event", {"true"}));
    const auto ended =
        world.run(world.engine.events(world.labels, before, keep, source.get_token()));
    CHECK(ended.error().code == Code::cancelled);
    CHECK(std::ranges::count(actions, "start") == 1);
}

TEST_CASE("an image that no registry gives is not found or not reachable, and says which")
{
    World world;
    const auto error =
        world.run(world.engine.pull("127.0.0.1:9/nothing:here", std::nullopt, nullptr, {})).error();
    CHECK(error.message.starts_with("pull 127.0.0.1:9/nothing:here: "));
    CHECK(is_retryable(error.code));
}

TEST_CASE("an Engine that does not run, or is too old, says how to mend it")
{
    Loop loop;
    Engine nobody(loop, Address::local("/nowhere/docker.sock"));
    const auto down = loop.run(nobody.ping()).error();
    CHECK(down.code == Code::unavailable);
    CHECK(down.mend == "Start Docker: systemctl start docker.");

    const auto answer = [](Request) -> Task<Response> {
        co_return Response{.body = R"({"ApiVersion":"1.39","MinAPIVersion":"1.12"})"};
    };
    Server server(loop, answer);
    REQUIRE(server.listen(Address::tcp("127.0.0.1", 0)).has_value());
    Engine old(loop, Address::tcp("127.0.0.1", server.port()));
    const auto refused = loop.run(old.ping()).error();
    CHECK(refused.code == Code::refused);
    CHECK(refused.message.find("1.39") != std::string::npos);
    CHECK_FALSE(refused.mend.empty());
    loop.run(server.stop());
}
