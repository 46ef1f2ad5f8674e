#include "base/json.hpp"
#include "base/toml.hpp"

#include <cstdlib>

using namespace diorama;

/// Whatever the text, the tree can be written.
extern "C" int LLVMFuzzerTestOneInput(const char* data, std::size_t size)
{
    if (size > 1U << 14U) return 0;
    const auto node = parse_toml({data, size}, "fuzz.toml");
    if (node && write_json(*node).empty()) std::abort();
    return 0;
}
