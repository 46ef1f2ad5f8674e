#include "base/json.hpp"
#include "base/yaml.hpp"

#include <cstdlib>

using namespace diorama;

namespace {

std::size_t count(const Node& node)
{
    std::size_t nodes = 1;
    if (node.list()) {
        for (const Node& item : *node.list())
            nodes += count(item);
    }
    if (node.map()) {
        for (const auto& [key, value, at] : *node.map())
            nodes += count(value);
    }
    return nodes;
}

}  // namespace

/// Whatever the text, the tree keeps its limits and can be written and read as JSON.
extern "C" int LLVMFuzzerTestOneInput(const char* data, std::size_t size)
{
    const YamlLimits limits{.bytes = 1U << 16U, .nodes = 2'000, .aliases = 50};
    const auto node = parse_yaml({data, size}, "fuzz.yaml", limits);
    if (!node) {
        if (node.error().message.empty()) std::abort();
        return 0;
    }
    if (count(*node) > limits.nodes) std::abort();
    if (!parse_json(write_json(*node))) std::abort();
    return 0;
}
