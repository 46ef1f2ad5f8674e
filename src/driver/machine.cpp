#include "driver/machine.hpp"

#include "base/spawn.hpp"
#include "driver/docker.hpp"
#include "model/addresses.hpp"
#include "net/socket.hpp"

#include <bit>
#include <charconv>
#include <fstream>
#include <sstream>

namespace diorama {

namespace {

std::string text_of(const char* path)
{
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

/// Eight hex digits as /proc/net/route has them: the address's bytes, last first.
std::optional<std::uint32_t> little_endian(std::string_view hex)
{
    std::uint32_t value = 0;
    const auto [end, failed] = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
    if (hex.size() != 8 || failed != std::errc{} || end != hex.data() + hex.size()) return {};
    return value >> 24 | (value >> 8 & 0xff00U) | (value << 8 & 0xff0000U) | value << 24;
}

/// Bit 12 of the effective capabilities, capability(7).
bool has_net_admin()
{
    const std::string status = text_of("/proc/self/status");
    const auto at = status.find("CapEff:\t");
    if (at == std::string::npos) return false;
    std::uint64_t held = 0;
    const char* const digits = status.data() + at + 8;
    std::from_chars(digits, status.data() + status.size(), held, 16);
    return (held >> 12U & 1U) != 0;
}

/// A folder that is still to be made lies on the disk of the nearest one above it that is there.
std::optional<Machine::Disk> disk_of(std::filesystem::path folder)
{
    std::error_code failed;
    while (!std::filesystem::exists(folder, failed) && folder.has_relative_path())
        folder = folder.parent_path();
    const auto space = std::filesystem::space(folder, failed);
    if (failed) return std::nullopt;
    return Machine::Disk{folder.string(), space.available, space.capacity};
}

std::vector<Machine::Disk> disks_of(const docker::Info& info, const std::filesystem::path& data)
{
    std::vector<Machine::Disk> disks;
    for (const std::filesystem::path& folder : {std::filesystem::path(info.root_dir), data}) {
        if (folder.empty()) continue;
        if (auto disk = disk_of(folder)) disks.push_back(*std::move(disk));
    }
    return disks;
}

/// Tried and let go at once. A socket file is nobody's but its folder's.
Machine::Port try_port(Loop& loop, const std::string& of, const Address& address)
{
    Machine::Port port{.of = of, .address = address.text()};
    if (address.kind == Address::Kind::local) return port;
    const auto listener = Listener::open(loop, address);
    if (!listener) port.trouble = listener.error().message;
    return port;
}

/// The first line that a program says of its version; empty when it is not there.
Task<std::string> version_line(Scheduler& scheduler, std::string program)
{
    Command command;
    command.argv = {std::move(program), "--version"};
    const auto said = co_await run_command(scheduler, command);
    if (!said || !said->succeeded()) co_return std::string{};
    co_return said->output.substr(0, said->output.find('\n'));
}

}  // namespace

std::vector<std::string> host_routes(std::string_view bridges)
{
    return routes_of(text_of("/proc/net/route"), bridges);
}

std::vector<std::string> routes_of(std::string_view proc_net_route, std::string_view bridges)
{
    std::vector<std::string> routes;
    std::istringstream lines{std::string(proc_net_route)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::vector<std::string> columns;
        for (std::string word; words >> word;)
            columns.push_back(word);
        if (columns.size() < 8 || columns[0].starts_with(bridges)) continue;
        const auto address = little_endian(columns[1]), mask = little_endian(columns[7]);
        if (!address || !mask || *mask == 0) continue;
        routes.push_back(Subnet{{*address}, std::popcount(*mask)}.text());
    }
    return routes;
}

Task<Machine> look_at_machine(Loop& loop, docker::Engine& engine, Site site)
{
    Machine machine{.range = std::move(site.range), .filter = std::move(site.filter)};
    const auto version = co_await engine.version();
    if (version) machine.version = *version;
    const auto info = co_await engine.info();
    if (info) machine.info = *info;
    if (!version) machine.silent = version.error();
    if (version && !info) machine.silent = info.error();

    machine.disks = disks_of(machine.info, site.data);
    for (const auto& [of, address] : site.ports)
        machine.ports.push_back(try_port(loop, of, address));
    machine.routes = host_routes(DriverOptions{}.bridges);
    machine.may_filter = has_net_admin();
    machine.nft = co_await version_line(loop, "nft");
    machine.git = co_await version_line(loop, "git");
    co_return machine;
}

}  // namespace diorama
