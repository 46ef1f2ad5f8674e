// Against the real Docker Engine of this machine.
#include "docker/engine_world.hpp"
#include "net/server.hpp"

#include <algorithm>

using namespace diorama;
using namespace diorama::docker;

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
        world.run(world.engine.pull({.reference = "127.0.0.1:9/nothing:here"}, nullptr, {}))
            .error();
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
