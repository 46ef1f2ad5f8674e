#include "docker/api.hpp"
#include "docker/container_read.hpp"

#include <algorithm>

// The structs are spelled as the Engine spells its answer (API 1.41, ContainerStats).
namespace diorama::docker {

namespace {

struct CpuUsage {
    std::uint64_t total_usage = 0;
};
BOOST_DESCRIBE_STRUCT(CpuUsage, (), (total_usage))
struct Cpu {
    CpuUsage cpu_usage;
    std::uint64_t system_cpu_usage = 0;
    std::uint32_t online_cpus = 0;
};
BOOST_DESCRIBE_STRUCT(Cpu, (), (cpu_usage, system_cpu_usage, online_cpus))
struct Memory {
    std::uint64_t usage = 0, limit = 0;
    std::map<std::string, double> stats;
};
BOOST_DESCRIBE_STRUCT(Memory, (), (usage, limit, stats))
struct Pids {
    std::uint64_t current = 0;
};
BOOST_DESCRIBE_STRUCT(Pids, (), (current))
struct Traffic {
    std::uint64_t rx_bytes = 0, tx_bytes = 0;
};
BOOST_DESCRIBE_STRUCT(Traffic, (), (rx_bytes, tx_bytes))
struct BlockEntry {
    std::string op;
    std::uint64_t value = 0;
};
BOOST_DESCRIBE_STRUCT(BlockEntry, (), (op, value))
struct Blocks {
    std::vector<BlockEntry> io_service_bytes_recursive;
};
BOOST_DESCRIBE_STRUCT(Blocks, (), (io_service_bytes_recursive))
struct StatsAnswer {
    Cpu cpu_stats, precpu_stats;
    Memory memory_stats;
    Pids pids_stats;
    Blocks blkio_stats;
    std::map<std::string, Traffic> networks;
};
BOOST_DESCRIBE_STRUCT(
    StatsAnswer, (), (cpu_stats, precpu_stats, memory_stats, pids_stats, blkio_stats, networks)
)

/// Memory that the kernel could take back at once does not count (cgroup v2, then v1).
std::uint64_t in_use(const Memory& memory)
{
    for (const auto* name : {"inactive_file", "total_inactive_file"}) {
        const auto found = memory.stats.find(name);
        if (found == memory.stats.end()) continue;
        const auto cache = static_cast<std::uint64_t>(std::max(found->second, 0.0));
        return cache < memory.usage ? memory.usage - cache : 0;
    }
    return memory.usage;
}

double cores(const Cpu& now, const Cpu& before)
{
    const auto used = static_cast<double>(now.cpu_usage.total_usage) -
                      static_cast<double>(before.cpu_usage.total_usage);
    const auto passed =
        static_cast<double>(now.system_cpu_usage) - static_cast<double>(before.system_cpu_usage);
    return used > 0 && passed > 0 ? used / passed * std::max(now.online_cpus, 1U) : 0;
}

}  // namespace

Result<Stats> read_stats(std::string_view body, std::string_view tried)
{
    const auto answer = read_answer<StatsAnswer>(body, tried);
    if (!answer) return answer.error();
    Stats stats{
        .cpu_nanoseconds = answer->cpu_stats.cpu_usage.total_usage,
        .cores = cores(answer->cpu_stats, answer->precpu_stats),
        .memory = in_use(answer->memory_stats),
        .memory_limit = answer->memory_stats.limit,
        .pids = answer->pids_stats.current,
    };
    for (const auto& [name, traffic] : answer->networks) {
        stats.received += traffic.rx_bytes;
        stats.sent += traffic.tx_bytes;
    }
    for (const auto& entry : answer->blkio_stats.io_service_bytes_recursive) {
        if (entry.op == "read" || entry.op == "Read") stats.read += entry.value;
        if (entry.op == "write" || entry.op == "Write") stats.written += entry.value;
    }
    return stats;
}

}  // namespace diorama::docker
