// Against the real Docker Engine of this machine.
#include "base/tar.hpp"
#include "build/builder_world_test.hpp"

using namespace diorama;

TEST_CASE("C01 C09 a commit's Dockerfile becomes a named image with its ports and user")
{
    BuilderWorld world;
    auto files = commit({
        {"Dockerfile", dockerfile("EXPOSE 8080 80\nUSER 1000\nCMD [\"/bin/busybox\", \"true\"]")}
    });
    const auto image = world.build(files);
    if (!image) FAIL(image.error().text());
    CHECK(image->reference.starts_with("diorama/" + world.project + "/api:"));
    CHECK(image->id.starts_with("sha256:"));
    CHECK(image->fresh);
    CHECK(image->ports == std::vector<std::uint16_t>{80, 8080});
    CHECK(image->user == "1000");
    const auto seen = world.loop.run(world.engine.inspect_image(image->reference));
    REQUIRE(seen.has_value());
    CHECK(seen->labels.at("diorama.project") == world.project);
}

TEST_CASE("all labels of an image cost one step")
{
    BuilderWorld world;
    auto files = commit({
        {"Dockerfile", dockerfile("EXPOSE 8080")}
    });
    const auto image = world.build(files);
    if (!image) FAIL(image.error().text());
    const auto layers = world.loop.run(world.engine.history(image->id));
    REQUIRE(layers.has_value());
    CHECK(layers->size() == 3);
}

TEST_CASE("what a build that was cut off left is found by its label, and goes by its id")
{
    BuilderWorld world;
    const std::string text = "FROM scratch\nEXPOSE 8080\n";
    TarWriter tar;
    REQUIRE(tar.begin({.path = "Dockerfile", .size = text.size()}));
    REQUIRE(tar.content(text));
    REQUIRE(tar.finish());
    const std::map<std::string, std::string> label{
        {std::string(cache_label), world.project + "/trusted"}
    };
    docker::BuildOptions wanted{.dockerfile = "Dockerfile", .labels = label};
    REQUIRE(world.loop.run(world.engine.build(wanted, docker::one_piece(tar.take()), {}, {})));
    const auto left = world.loop.run(world.builder.made(label));
    REQUIRE(left.has_value());
    REQUIRE(left->size() == 1);
    CHECK(world.loop.run(world.builder.remove(left->front())));
}

TEST_CASE("C03 the log comes as people wrote their Dockerfile")
{
    BuilderWorld world;
    auto files = commit({
        {"Dockerfile", dockerfile(R"(RUN ["/bin/busybox", "echo", "hello from the build"])")}
    });
    REQUIRE(world.build(files).has_value());
    CHECK(world.logged("Step 1/3 : FROM scratch"));
    CHECK(world.logged("Step 2/3 : COPY bin /bin"));
    CHECK(world.logged("Step 3/3 : RUN "));
    CHECK(world.logged("hello from the build"));
    CHECK_FALSE(world.logged("LABEL"));
}

TEST_CASE("what was built is found again, and a changed file is another image")
{
    BuilderWorld world;
    const std::map<std::string, std::string> texts{
        {"Dockerfile", dockerfile("COPY greeting /")},
        {"greeting",   "hello"                      }
    };
    auto files = commit(texts);
    const auto first = world.build(files);
    REQUIRE(first.has_value());
    const auto again = world.build(files);
    REQUIRE(again.has_value());
    CHECK(again->reference == first->reference);
    CHECK(again->id == first->id);
    CHECK_FALSE(again->fresh);
    CHECK(world.lines.empty());

    auto changed = texts;
    changed["greeting"] = "good bye";
    auto next = commit(changed);
    const auto second = world.build(next);
    REQUIRE(second.has_value());
    CHECK(second->fresh);
    CHECK(second->reference != first->reference);
    CHECK(world.output(*second, {"/bin/busybox", "cat", "/greeting"}) == "good bye\n");

    auto order = world.order();
    order.rebuild = true;
    const auto rebuilt = world.build(order, files);
    REQUIRE(rebuilt.has_value());
    CHECK(rebuilt->fresh);
    CHECK(rebuilt->reference == first->reference);
}

TEST_CASE(".dockerignore keeps files out of the image and out of the key")
{
    BuilderWorld world;
    std::map<std::string, std::string> texts{
        {"Dockerfile",    dockerfile("COPY . /app")},
        {".dockerignore", "*.md\nbin\n!bin/busybox"},
        {"README.md",     "one"                    },
        {"app.txt",       "app"                    }
    };
    auto files = commit(texts);
    const auto image = world.build(files);
    if (!image) FAIL(image.error().text());
    CHECK(
        world.output(*image, {"/bin/busybox", "ls", "-A", "/app"}) ==
        ".dockerignore\nDockerfile\napp.txt\nbin\n"
    );
    texts["README.md"] = "two";
    auto changed = commit(texts);
    CHECK_FALSE(world.build(changed)->fresh);
}

TEST_CASE("an image holds what the commit holds and nothing of ours")
{
    BuilderWorld world;
    FakeFiles files(
        {
            {"api/bin/busybox", busybox()                },
            {"api/Dockerfile",  dockerfile("COPY . /app")},
            {"api/link",        "Dockerfile"             },
            {"api/vendor",      ""                       },
            {"other",           "not in the context"     }
    },
        {{"api/bin/busybox", FileEntry::Type::executable},
         {"api/link", FileEntry::Type::link},
         {"api/vendor", FileEntry::Type::submodule}}
    );
    const auto image = world.build(world.order({.context = "api"}), files);
    if (!image) FAIL(image.error().text());
    CHECK(world.output(*image, {"/bin/busybox", "ls", "-A", "/app"}) == "Dockerfile\nbin\nlink\n");
    CHECK(world.output(*image, {"/bin/busybox", "readlink", "/app/link"}) == "Dockerfile\n");
    CHECK(world.logged("vendor is a submodule"));
}

TEST_CASE("a COPY of a missing file names the line and says how to mend it")
{
    BuilderWorld world;
    auto files = commit(
        {
            {"api/Dockerfile", dockerfile("COPY nothing /")}
    },
        "api/"
    );
    const auto image = world.build(world.order({.context = "api"}), files);
    REQUIRE(image.has_error());
    CHECK(image.error().code == Code::invalid);
    CHECK(image.error().message.starts_with("api/Dockerfile:3: Step 3/3 : COPY nothing /: "));
    CHECK(image.error().mend.contains(".dockerignore"));
}

TEST_CASE("a RUN that fails names step, line and exit code, and leaves nothing behind")
{
    BuilderWorld world;
    auto files = commit({
        {"Dockerfile", dockerfile(R"(RUN ["/bin/busybox", "sh", "-c", "echo oh no; exit 3"])")}
    });
    const auto image = world.build(files);
    REQUIRE(image.has_error());
    CHECK(image.error().code == Code::invalid);
    CHECK(image.error().message.starts_with("Dockerfile:3: Step 3/3 : RUN "));
    CHECK(image.error().message.ends_with(" ended with exit code 3"));
    CHECK(world.logged("oh no"));
}

TEST_CASE("an instruction the Engine cannot read is named by its line")
{
    BuilderWorld world;
    auto files = commit({
        {"Dockerfile", dockerfile("COPY onlyone")}
    });
    const auto image = world.build(files);
    REQUIRE(image.has_error());
    CHECK(image.error().message.starts_with("Dockerfile:3: "));
}

TEST_CASE("an inline Dockerfile, a target and arguments are built as asked")
{
    BuilderWorld world;
    auto files = commit({});
    BuildSpec spec{
        .dockerfile_inline = "FROM scratch AS base\nCOPY bin /bin\nARG WHO\nENV WHO=$WHO\n"
                             "FROM base AS one\nENV STAGE=one\nFROM base AS two\nENV STAGE=two\n"
    };
    spec.target = "one";
    spec.args = {
        {"WHO", "me"}
    };
    const auto one = world.build(world.order(spec), files);
    if (!one) FAIL(one.error().text());
    const auto text = world.output(*one, {"/bin/busybox", "env"});
    CHECK(text.contains("WHO=me\n"));
    CHECK(text.contains("STAGE=one\n"));

    spec.args["WHO"] = "you";
    const auto other = world.build(world.order(spec), files);
    REQUIRE(other.has_value());
    CHECK(other->reference != one->reference);
}

TEST_CASE("C04 earlier stages stay for the next build, and go with the image")
{
    BuilderWorld world;
    const std::string steps =
        "FROM scratch AS build\nCOPY bin /bin\nRUN [\"/bin/busybox\", \"sh\", "
        "\"-c\", \"echo built > /out\"]\nFROM scratch\nCOPY --from=build "
        "/out /out\nCOPY bin /bin\nCOPY note /\n";
    auto first = commit({
        {"Dockerfile", steps},
        {"note",       "one"}
    });
    const auto one = world.build(first);
    if (!one) FAIL(one.error().text());
    // They are the image's, and nothing to be found as left over.
    const std::map<std::string, std::string> label{
        {std::string(cache_label), world.project + "/trusted"}
    };
    CHECK(world.loop.run(world.builder.made(label)).value() == std::vector{one->reference});
    const auto stock = world.loop.run(world.builder.stock(label)).value();
    REQUIRE(stock.sizes.size() == 1);
    CHECK(stock.sizes.at(one->reference) > 2 * busybox().size());
    REQUIRE(stock.disk);
    CHECK(stock.disk->free < stock.disk->size);
    auto second = commit({
        {"Dockerfile", steps},
        {"note",       "two"}
    });
    CHECK(world.build(second)->fresh);
    // The first stage takes the note's folder no further than /bin, so it need not run again.
    CHECK(world.logged("Using cache"));
    CHECK_FALSE(world.logged("Running in"));
}

TEST_CASE("SEC-45 untrusted work shares neither images nor layers with trusted work")
{
    BuilderWorld world;
    auto files = commit({
        {"Dockerfile", dockerfile(R"(RUN ["/bin/busybox", "true"])")}
    });
    auto forked = world.order();
    forked.scope = "fork";
    const auto theirs = world.build(forked, files);
    REQUIRE(theirs.has_value());
    const auto own = world.build(files);
    REQUIRE(own.has_value());
    CHECK(own->fresh);
    CHECK(own->reference != theirs->reference);
    CHECK_FALSE(world.logged("Using cache"));

    auto proxied = world.order({.args = {{"http_proxy", "http://evil.example"}}});
    CHECK(world.build(proxied, files).error().code == Code::refused);
}

TEST_CASE("an image that a container uses stays, and goes when nothing uses it")
{
    BuilderWorld world;
    auto files = commit({
        {"Dockerfile", dockerfile("CMD [\"/bin/busybox\", \"true\"]")}
    });
    const auto image = world.build(files);
    REQUIRE(image.has_value());
    docker::ContainerConfig config{.name = world.project, .image = image->reference};
    const auto container = world.loop.run(world.engine.create_container(std::move(config)));
    REQUIRE(container.has_value());
    CHECK(world.loop.run(world.builder.remove(image->reference)));
    CHECK(world.loop.run(world.engine.inspect_image(image->reference)).has_value());
    CHECK(world.loop.run(world.engine.remove_container(*container, true, true)));
    CHECK(world.loop.run(world.builder.remove(image->reference)));
    CHECK(
        world.loop.run(world.engine.inspect_image(image->reference)).error().code == Code::not_found
    );
    CHECK(world.loop.run(world.builder.remove(image->reference)));
    CHECK(world.loop.run(world.builder.remove("nginx:not-ours")));
}

TEST_CASE("a step's container that its Engine did not live to end goes, a scene's stays")
{
    BuilderWorld world;
    auto files = commit({
        {"Dockerfile", dockerfile("CMD [\"/bin/busybox\"]")}
    });
    const auto image = world.build(files);
    REQUIRE(image.has_value());
    const auto place = [&](docker::Labels labels) {
        docker::ContainerConfig config{.image = image->id};
        config.labels = std::move(labels);
        return world.loop.run(world.engine.create_container(config)).value();
    };
    const auto orphan = place({});
    const auto scene = place({
        {"diorama.environment", "e"}
    });
    const auto stands = [&](const std::string& container) {
        return world.loop.run(world.engine.inspect_container(container)).has_value();
    };
    const auto looked = world.loop.run(world.builder.made({
        {"diorama.project", world.project}
    }));
    CHECK(looked.has_value());
    CHECK_FALSE(stands(orphan));
    CHECK(stands(scene));
    CHECK(world.loop.run(world.engine.remove_container(scene, true, true)));
}

TEST_CASE("a base image that is nowhere says which and where it was looked for")
{
    BuilderWorld world;
    auto files = commit({
        {"Dockerfile", "ARG A\nFROM localhost:1/nothing:1\n"}
    });
    const auto image = world.build(files);
    REQUIRE(image.has_error());
    CHECK(image.error().message.starts_with("Dockerfile:2: the image localhost:1/nothing:1 "));
    CHECK(image.error().message.contains("could not be had from localhost:1: "));
    CHECK(image.error().mend.contains("locally"));
}

TEST_CASE("a commit without the Dockerfile or the context says so")
{
    BuilderWorld world;
    auto files = commit({});
    const auto missing = world.build(files);
    REQUIRE(missing.has_error());
    CHECK(missing.error().message.contains("Dockerfile is not in this commit"));
    const auto nowhere =
        world.build(world.order({.context = "web", .dockerfile_inline = "FROM scratch\n"}), files);
    REQUIRE(nowhere.has_error());
    CHECK(nowhere.error().message.contains("context web is no folder"));
}

TEST_CASE("a context beyond the limits is refused before it is sent")
{
    BuildSettings settings;
    settings.context.bytes = 1024;
    BuilderWorld world(settings);
    auto files = commit({
        {"Dockerfile", dockerfile("")}
    });
    const auto image = world.build(files);
    REQUIRE(image.has_error());
    CHECK(image.error().code == Code::refused);
    CHECK(image.error().message.contains("larger than 1 KiB"));
}

TEST_CASE("SEC-45 no repository gets an image that was built for another, by name or by id")
{
    BuilderWorld world;
    auto files = commit({
        {"Dockerfile", dockerfile("")}
    });
    const auto image = world.build(files);
    REQUIRE(image.has_value());
    const std::string id = image->id.substr(7);
    for (const std::string& name :
         {image->reference, "docker.io/" + image->reference, id, id.substr(0, 12), image->id}) {
        CAPTURE(name);
        const auto got = world.loop.run(world.builder.obtain({name}, world.sink(), {}));
        REQUIRE(got.has_error());
        CHECK(got.error().code == Code::refused);
    }
    auto thief = commit({
        {"Dockerfile",
         fmt::format("FROM {} AS unused\nFROM scratch\nCOPY bin /\n", id.substr(0, 12))}
    });
    const auto got = world.build(thief);
    REQUIRE(got.has_error());
    CHECK(got.error().code == Code::refused);
    CHECK(got.error().message.starts_with("Dockerfile:1: "));
}

namespace {

Task<Result<std::string>> no_network()
{
    co_return "none";
}

}  // namespace

TEST_CASE("SEC-40 a build gets the network and the memory of the settings")
{
    BuildSettings settings{.network = no_network, .memory = 64U << 20U};
    BuilderWorld world(std::move(settings));
    auto files = commit({
        {"Dockerfile",
         dockerfile(
             R"(RUN ["/bin/busybox", "sh", "-c", "busybox ip -o link; cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; true"])"
         )}
    });
    const auto image = world.build(files);
    if (!image) FAIL(image.error().text());
    CHECK(world.logged("67108864"));
    CHECK(world.logged("lo:"));
    CHECK_FALSE(world.logged("eth0"));
}

TEST_CASE(
    "a build gives way to the scenes that run, and stays within its slice of the machine (O01)"
)
{
    BuilderWorld world(
        {.memory = 64U << 20U, .cpus = 0.5, .cpu_shares = 64, .cgroup_parent = "/diorama-build-test"
        }
    );
    auto files = commit({
        {"Dockerfile",
         dockerfile(
             R"(RUN ["/bin/busybox", "sh", "-c", "cd /sys/fs/cgroup; for f in cpu.weight cpu.max cpu/cpu.shares cpu/cpu.cfs_quota_us; do [ -f $f ] && busybox echo $f $(busybox cat $f); done; busybox cat /proc/self/cgroup; true"])"
         )}
    });
    REQUIRE(world.build(files).has_value());
    CHECK((world.logged("cpu/cpu.shares 64") || world.logged("cpu.weight 3")));
    CHECK((world.logged("cfs_quota_us 50000") || world.logged("cpu.max 50000 100000")));
    // Version 2 shows a container only what is below its own group.
    CHECK((world.logged("/diorama-build-test/") || world.logged("cpu.weight")));
}

TEST_CASE("a build that is killed for its memory says so")
{
    BuilderWorld world({.memory = 16U << 20U});
    auto files = commit({
        {"Dockerfile", dockerfile(R"(RUN ["/bin/busybox", "tail", "-c", "100000000", "/dev/zero"])")
        }
    });
    const auto image = world.build(files);
    REQUIRE(image.has_error());
    CHECK(image.error().message.ends_with(" ended with exit code 137"));
    CHECK(image.error().mend.contains("limits.build_memory"));
}
