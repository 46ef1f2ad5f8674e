#include "main/doctor.hpp"

#include "base/byte_size.hpp"
#include "driver/firewall.hpp"

#include <sys/statvfs.h>

namespace diorama {

namespace {

Node check(std::string_view name, bool well, std::string found, std::string mend)
{
    Node node = Node::Map{
        {"name",  name            },
        {"well",  well            },
        {"found", std::move(found)}
    };
    if (!well) node.set("mend", std::move(mend));
    return node;
}

Node disk(std::string_view name, const std::string& folder)
{
    struct statvfs facts{};
    if (::statvfs(folder.c_str(), &facts) != 0)
        return check(name, false, "cannot look at " + folder, "Check that the folder is there.");
    const ByteSize free{static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize};
    return check(
        name,
        free.bytes > (2ULL << 30),
        fmt::format("{} free in {}", human_byte_size(free), folder),
        "Free some space: at least 2 GiB."
    );
}

}  // namespace

Task<Result<Node>> doctor_facts(Loop& loop, docker::Engine& engine, const Config& config)
{
    Node::List checks;
    const auto version = co_await engine.version();
    if (version)
        checks.push_back(check(
            "Docker Engine", true, fmt::format("{}, API {}", version->engine, version->api), ""
        ));
    else
        checks.push_back(
            check("Docker Engine", false, version.error().message, version.error().mend)
        );
    const auto info = co_await engine.info();
    if (info) checks.push_back(disk("disk of Docker", info->root_dir));
    checks.push_back(disk("disk of Diorama", config.data));
    Firewall firewall(
        loop,
        {.egress = config.network.egress,
         .allowed = config.network.allowed,
         .resolvers = machine_resolvers()}
    );
    const auto filtered = co_await firewall.check();
    checks.push_back(check(
        "packet filter",
        filtered.has_value() || config.network.filter == Filter::off,
        filtered ? "stands" : filtered.error().message,
        filtered ? "" : filtered.error().mend
    ));
    co_return Node(Node::Map{
        {"checks", std::move(checks)}
    });
}

}  // namespace diorama
