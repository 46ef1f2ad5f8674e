#pragma once

#include "build/docker_builder.hpp"
#include "docker/engine.hpp"
#include "model/files_fake.hpp"
#include "net/loop.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace diorama {

inline const std::string& busybox()
{
    static const std::string bytes = [] {
        std::ifstream file("/bin/busybox", std::ios::binary);
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }();
    return bytes;
}

/// A commit with busybox in /bin and these files.
inline FakeFiles commit(std::map<std::string, std::string> texts, std::string folder = "")
{
    const std::string path = folder + "bin/busybox";
    texts[path] = busybox();
    return FakeFiles(
        std::move(texts),
        {
            {path, FileEntry::Type::executable}
    }
    );
}

/// A Dockerfile with busybox, ended by `steps`.
inline std::string dockerfile(std::string_view steps)
{
    return fmt::format("FROM scratch\nCOPY bin /bin\n{}\n", steps);
}

/// A builder on the real Docker Engine of this machine. What it made is gone when the test is over.
struct BuilderWorld {
    explicit BuilderWorld(BuildSettings wanted = {}) : builder(loop, engine, std::move(wanted)) {}

    ~BuilderWorld()
    {
        for (const std::string& reference : made)
            CHECK(loop.run(builder.remove(reference)));
        for (const char* scope : {"trusted", "fork"}) {
            const docker::Labels mine{
                {std::string(cache_label), project + "/" + scope}
            };
            CHECK(loop.run(engine.list_containers(mine))->empty());
            CHECK(loop.run(engine.list_images(mine))->empty());
        }
    }

    BuildOrder order(BuildSpec spec = {})
    {
        return {
            .project = project,
            .service = "api",
            .spec = std::move(spec),
            .scope = "trusted",
            .labels = {{"diorama.managed", "true"}, {"diorama.project", project}}
        };
    }

    LineSink sink()
    {
        return [this](std::string line) { lines.push_back(std::move(line)); };
    }

    Result<Image> build(BuildOrder wanted, Files& files, std::stop_token stop = {})
    {
        lines.clear();
        auto image = loop.run(builder.build(std::move(wanted), files, sink(), stop));
        if (image) made.push_back(image->reference);
        return image;
    }
    Result<Image> build(Files& files) { return build(order(), files); }

    bool logged(std::string_view text) const
    {
        return std::ranges::any_of(lines, [&](const std::string& line) {
            return line.contains(text);
        });
    }

    /// What a container of `image` prints when it runs `command`.
    std::string output(const Image& image, std::vector<std::string> command)
    {
        docker::ContainerConfig config{.image = image.id, .command = std::move(command)};
        config.name = project + "-run";
        const auto id = loop.run(engine.create_container(std::move(config)));
        if (!id) FAIL(id.error().text());
        CHECK(loop.run(engine.start(*id)));
        CHECK(loop.run(engine.wait(*id, {})));
        std::string text;
        const auto keep = [&](const docker::OutputLine& line) { text += line.text + "\n"; };
        CHECK(loop.run(engine.logs(*id, {}, keep, {})));
        CHECK(loop.run(engine.remove_container(*id, true, true)));
        return text;
    }

    static inline int number = 0;

    Loop loop;
    docker::Engine engine{loop};
    DockerBuilder builder;
    std::string project = fmt::format("build-test-{}-{}", ::getpid(), ++number);
    std::vector<std::string> lines;
    std::vector<std::string> made;
};

}  // namespace diorama
