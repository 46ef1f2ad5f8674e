#include "cli/daemon.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace diorama::cli {

namespace {

constexpr std::string_view usual_server = "http://127.0.0.1:3000";
constexpr std::size_t longest_token = 4096;

std::string variable(const CliWorld& world, const std::string& name)
{
    return world.environment(name).value_or("");
}

/// A token goes into a header: whatever could break out of one is no token.
Result<Secret> as_token(std::string_view text, const std::string& from)
{
    const auto token = trim(text);
    const bool printable = std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7F; });
    if (printable && !token.empty() && token.size() <= longest_token)
        return Secret(std::string(token));
    return Error{
        Code::invalid,
        from + " holds no token: one word of printable characters is expected",
        "Make one with `diorama token create NAME`."
    };
}

Result<Secret> read_token(const std::string& file)
{
    std::ifstream in(file, std::ios::binary);
    if (!in)
        return Error{
            Code::unauthorized,
            fmt::format("cannot read the token in {}: {}", file, std::strerror(errno)),
            "Ask whoever runs Diorama for a token and set DIORAMA_TOKEN."
        };
    std::string text(longest_token + 2, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return as_token(text, file);
}

/// The daemon's own file is a convenience: that it cannot be read is told when a token is missed.
void take_daemons_token(const CliWorld& world, Daemon& daemon)
{
    const auto file = (data_folder(world) / "admin.token").string();
    auto token = read_token(file);
    daemon.token_from = token ? file : token.error().message;
    if (token) daemon.token = *std::move(token);
}

}  // namespace

bool Daemon::is_local() const
{
    if (address.kind == Address::Kind::local) return true;
    // A name may begin like an address: 127.0.0.1.example is somebody else's machine.
    in_addr number{};
    const bool v4 = ::inet_pton(AF_INET, address.host.c_str(), &number) == 1;
    return (v4 && address.host.starts_with("127.")) || address.host == "::1" ||
           address.host == "localhost";
}

std::filesystem::path data_folder(const CliWorld& world)
{
    if (const auto given = variable(world, "DIORAMA_DATA"); !given.empty()) return given;
    if (world.is_root) return "/var/lib/diorama";
    if (const auto state = variable(world, "XDG_STATE_HOME"); state.starts_with('/'))
        return std::filesystem::path(state) / "diorama";
    return std::filesystem::path(variable(world, "HOME")) / ".local/state/diorama";
}

Result<Daemon> find_daemon(const CliWorld& world, const Arguments& arguments)
{
    std::string shown = arguments.value("server").value_or(variable(world, "DIORAMA_SERVER"));
    if (shown.empty()) shown = usual_server;
    while (shown.ends_with('/'))
        shown.pop_back();
    const auto address = Address::parse(shown);
    if (!address) return address.error().during("the server");
    Daemon daemon{.address = *address, .shown = display(shown)};

    if (const auto file = arguments.value("token-file")) {
        auto token = read_token(*file);
        if (!token) return token.error();
        daemon.token = *std::move(token);
        daemon.token_from = *file;
    } else if (const auto given = variable(world, "DIORAMA_TOKEN"); !given.empty()) {
        auto token = as_token(given, "DIORAMA_TOKEN");
        if (!token) return token.error();
        daemon.token = *std::move(token);
        daemon.token_from = "DIORAMA_TOKEN";
    } else if (daemon.is_local()) {
        take_daemons_token(world, daemon);
    } else {
        daemon.token_from = "no token is set";
    }
    return daemon;
}

}  // namespace diorama::cli
