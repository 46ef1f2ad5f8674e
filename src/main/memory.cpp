#include "main/memory.hpp"

#include <fstream>
#include <iterator>

namespace diorama {

namespace {

/// Empty where the kernel does not have it.
std::string text_of(const char* path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

MemoryState ProcMemory::read()
{
    return read_memory(text_of("/proc/pressure/memory"), text_of("/proc/meminfo"));
}

}  // namespace diorama
