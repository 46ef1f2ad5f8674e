// Against the real Docker Engine and Debian's docker-registry.
#include "base/spawn.hpp"
#include "build/builder_world_test.hpp"

#include <arpa/inet.h>
#include <filesystem>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace diorama;

namespace {

namespace fs = std::filesystem;

sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/// A port nobody listens on.
std::uint16_t free_port()
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    ::close(socket);
    return ntohs(address.sin_port);
}

bool answers(std::uint16_t port)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    const int done = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::close(socket);
    return done == 0;
}

void write(const fs::path& path, std::string_view text)
{
    std::ofstream(path) << text;
}

/// A registry of our own on the loopback, which lets in one user only.
class Registry {
public:
    Registry()
    {
        fs::create_directories(folder_ / "data");
        // "open sesame"; bcrypt is the only form the registry reads.
        write(
            folder_ / "users", "ali:$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW\n"
        );
        write(
            folder_ / "config.yml",
            fmt::format(
                "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n"
                "storage: {{filesystem: {{rootdirectory: {0}/data}}}}\n"
                "http: {{addr: '{1}'}}\nauth: {{htpasswd: {{realm: test, path: {0}/users}}}}\n",
                folder_.string(),
                host
            )
        );
        // {"auth": base64 of "ali:open sesame"}, for pushing.
        write(
            folder_ / "config.json",
            fmt::format(R"({{"auths": {{"{}": {{"auth": "YWxpOm9wZW4gc2VzYW1l"}}}}}})", host)
        );
        Command command{
            .argv = {"docker-registry", "serve", (folder_ / "config.yml").string()}
        };
        command.limits.time = minutes{10};
        auto started = Process::start(std::move(command));
        if (!started) FAIL(started.error().text());
        process_ = *std::move(started);
    }
    ~Registry()
    {
        process_.reset();
        fs::remove_all(folder_);
    }

    void await(Loop& loop) const
    {
        for (int i = 0; i < 200 && !answers(port); ++i)
            loop.run(sleep(loop, milliseconds{50}));
        REQUIRE(answers(port));
    }

    void push(Loop& loop, const std::string& reference) const
    {
        Command command{
            .argv = {"docker", "--config", folder_.string(), "push", reference}
        };
        const auto pushed = loop.run(run_command(loop, std::move(command)));
        REQUIRE(pushed.has_value());
        INFO(pushed->errors);
        REQUIRE(pushed->succeeded());
    }

    std::uint16_t port = free_port();
    std::string host = fmt::format("127.0.0.1:{}", port);

private:
    fs::path folder_ =
        fs::temp_directory_path() / fmt::format("diorama-registry-test-{}", ::getpid());
    std::unique_ptr<Process> process_;
};

BuildSettings login(const Registry& registry, std::string password)
{
    BuildSettings settings;
    settings.registries[registry.host] = {"ali", Secret(std::move(password))};
    return settings;
}

/// Pushes an image with busybox as `reference` and forgets it here; its id.
std::string publish(BuilderWorld& world, const Registry& registry, const std::string& reference)
{
    auto files = commit({
        {"Dockerfile", dockerfile("EXPOSE 90 80\nUSER 7")}
    });
    const auto image = world.build(files);
    if (!image) FAIL(image.error().text());
    CHECK(world.loop.run(world.engine.tag(image->id, reference)));
    registry.push(world.loop, reference);
    CHECK(world.loop.run(world.engine.remove_image(reference, false)));
    CHECK(world.loop.run(world.builder.remove(image->reference)));
    const auto gone = world.loop.run(world.engine.inspect_image(image->id));
    CHECK(gone.has_error());
    return image->id;
}

}  // namespace

TEST_CASE("C08 an image of a registry is pulled once, with the credentials of the settings")
{
    const Registry registry;
    BuilderWorld world(login(registry, "open sesame"));
    registry.await(world.loop);
    const std::string reference = fmt::format("{}/{}/app:1", registry.host, world.project);
    const std::string id = publish(world, registry, reference);

    const auto obtain = [&](Builder& builder, std::string name, std::string platform) {
        world.lines.clear();
        return world.loop.run(builder.obtain({std::move(name), platform}, world.sink(), {}));
    };

    SUBCASE("pulled, then found")
    {
        const auto pulled = obtain(world.builder, reference, "");
        if (!pulled) FAIL(pulled.error().text());
        CHECK(pulled->id == id);
        CHECK(pulled->reference == reference);
        CHECK(pulled->ports == std::vector<std::uint16_t>{80, 90});
        CHECK(pulled->user == "7");
        CHECK(pulled->fresh);
        CHECK(world.logged("Pulling from " + world.project + "/app"));
        CHECK(world.logged("layers"));

        const auto found = obtain(world.builder, reference, "");
        REQUIRE(found.has_value());
        CHECK(found->id == id);
        CHECK_FALSE(found->fresh);
        CHECK(world.lines.empty());
        CHECK(world.loop.run(world.builder.remove(reference)));
        CHECK(world.loop.run(world.engine.remove_image(reference, false)));
    }
    SUBCASE("a base image is pulled before the build")
    {
        auto files = commit({
            {"Dockerfile", fmt::format("FROM {}\nCOPY note /\n", reference)},
            {"note", "note"}
        });
        const auto image = world.build(files);
        if (!image) FAIL(image.error().text());
        CHECK(world.logged("Pulling from"));
        CHECK(image->ports == std::vector<std::uint16_t>{80, 90});
        CHECK(world.loop.run(world.builder.remove(image->reference)));
        CHECK(world.loop.run(world.engine.remove_image(reference, false)));
    }
    SUBCASE("without credentials, or with wrong ones, it says how to log in")
    {
        for (const auto& settings : {BuildSettings{}, login(registry, "wrong password")}) {
            DockerBuilder stranger(world.loop, world.engine, settings);
            const auto refused = obtain(stranger, reference, "");
            REQUIRE(refused.has_error());
            CHECK(refused.error().message.contains("could not be had from " + registry.host));
            CHECK(refused.error().mend.contains("registries.\"" + registry.host + "\""));
            CHECK_FALSE(refused.error().text().contains("wrong password"));
        }
    }
    SUBCASE("a stranger gets nothing that a login of ours brought, pulled or to be pulled (SEC-26)")
    {
        REQUIRE(obtain(world.builder, reference, "").has_value());
        ImageOrder order{.reference = reference, .untrusted = true};
        const auto refused = world.loop.run(world.builder.obtain(order, world.sink(), {}));
        REQUIRE(refused.has_error());
        CHECK(refused.error().code == Code::refused);
        auto files = commit({
            {"Dockerfile", fmt::format("FROM {}\n", reference)}
        });
        BuildOrder build = world.order();
        build.untrusted = true;
        const auto unbuilt = world.loop.run(world.builder.build(build, files, world.sink(), {}));
        REQUIRE(unbuilt.has_error());
        CHECK(unbuilt.error().code == Code::refused);
        CHECK(world.loop.run(world.engine.remove_image(reference, false)));
    }
    SUBCASE("a tag that is not there is not found")
    {
        const auto missing = obtain(world.builder, reference + "-other", "");
        REQUIRE(missing.has_error());
        CHECK(missing.error().code == Code::not_found);
        CHECK(missing.error().mend.contains("name and tag"));
    }
}
