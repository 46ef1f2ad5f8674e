#include "cli/demo/demo.hpp"

#include "base/descriptor.hpp"
#include "base/unicode.hpp"
#include "cli/demo/play.hpp"
#include "cli/exit_code.hpp"

#include <arpa/inet.h>
#include <cstdlib>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace diorama::cli {

namespace {

namespace fs = std::filesystem;

/// The usual range of scenes is 10.213.0.0/16; a check begins elsewhere, so that several of them
/// seldom meet.
constexpr int usual_range = 213;
constexpr int first_range = 64;
constexpr int range_count = 192;

/// A folder of our own that goes with us.
class TemporaryFolder {
public:
    TemporaryFolder()
    {
        std::string pattern = fs::temp_directory_path() / "diorama-demo.XXXXXX";
        if (!::mkdtemp(pattern.data()))
            throw std::system_error(errno, std::generic_category(), "make a temporary folder");
        path = pattern;
    }
    ~TemporaryFolder()
    {
        std::error_code ignored;  // What is left in /tmp is no reason to fail.
        fs::remove_all(path, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    fs::path path;
};

bool is_free(std::uint16_t port)
{
    const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    const int on = 1;
    ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
           0;
}

/// The usual port for people, if it is free; any for a check.
std::uint16_t free_port(std::uint16_t usual, bool check)
{
    return !check && is_free(usual) ? usual : 0;
}

std::map<std::string, std::string> settings(const CliWorld& world, bool check)
{
    std::map<std::string, std::string> found{
        {"DIORAMA_API_LISTEN",     fmt::format("127.0.0.1:{}", free_port(3000, check))},
        {"DIORAMA_GATEWAY_LISTEN", fmt::format("127.0.0.1:{}", free_port(8080, check))}
    };
    for (const char* name :
         {"DIORAMA_DOCKER_HOST", "DIORAMA_NETWORK_SUBNETS", "DIORAMA_NETWORK_FILTER"}) {
        if (const auto value = world.environment(name)) found[name] = *value;
    }
    return found;
}

Task<Result<>> choose_range(Loop& loop, DemoOptions& options)
{
    if (options.settings.contains("DIORAMA_NETWORK_SUBNETS")) co_return ok();
    DemoEngine engine(loop, options.engine);
    const int first = options.check ? first_range + ::getpid() % range_count : usual_range;
    const auto range = co_await engine.free_range(first);
    if (!range) co_return range.error();
    options.settings["DIORAMA_NETWORK_SUBNETS"] = *range;
    co_return ok();
}

Result<int> play(const CliWorld& world, Loop& loop, DemoOptions options)
{
    const auto chosen = loop.run(choose_range(loop, options));
    if (!chosen) return chosen.error();
    DemoPlay play(world, loop, std::move(options));
    loop.on_signal([&play](int) { play.interrupt(); });
    const auto played = loop.run(play.play());
    loop.run(play.clear());
    if (played) return exit_ok;
    if (played.error().code != Code::cancelled) world.err(play.last_lines());
    return played.error();
}

}  // namespace

Result<int> demo(const CliWorld& world, const Arguments& arguments)
{
    const bool check = arguments.has("check");
    const TemporaryFolder folder;
    DemoOptions options{
        .folder = folder.path,
        .settings = settings(world, check),
        .forge_port = free_port(3001, check),
        .check = check
    };
    const auto engine = Address::parse(
        world.environment("DIORAMA_DOCKER_HOST").value_or("unix:///var/run/docker.sock")
    );
    if (!engine) return engine.error().during("DIORAMA_DOCKER_HOST");
    options.engine = *engine;
    Loop loop;
    return play(world, loop, std::move(options));
}

}  // namespace diorama::cli
