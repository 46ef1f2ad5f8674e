#include "base/json.hpp"

#include <cstdlib>

using namespace diorama;

/// What was read is written, and reads back as the same tree.
extern "C" int LLVMFuzzerTestOneInput(const char* data, std::size_t size)
{
    const auto node = parse_json({data, size}, {.bytes = 1U << 16U});
    if (!node) return 0;
    const auto again = parse_json(write_json(*node, size % 2 == 0));
    if (!again || *again != *node) std::abort();
    return 0;
}
