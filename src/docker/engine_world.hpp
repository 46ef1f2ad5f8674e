#pragma once

#include "base/tar.hpp"
#include "docker/engine.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <unistd.h>

/// What the tests against the real Docker Engine of this machine share.
namespace diorama::docker {

inline std::string busybox()
{
    std::ifstream file("/bin/busybox", std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

/// A build context of busybox and a Dockerfile that ends with `steps`.
inline std::string context(std::string_view steps)
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
inline std::vector<std::string> on(Channel channel, const std::vector<OutputLine>& lines)
{
    std::vector<std::string> texts;
    for (const auto& line : lines)
        if (line.channel == channel) texts.push_back(line.text);
    return texts;
}

}  // namespace diorama::docker
