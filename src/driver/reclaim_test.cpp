#include "driver/reclaim.hpp"
#include "tests/support/folder.hpp"

#include <doctest/doctest.h>

#include <fstream>

using namespace diorama;

namespace {

std::string text_of(const std::filesystem::path& file)
{
    std::ifstream opened(file);
    return {std::istreambuf_iterator<char>(opened), {}};
}

}  // namespace

TEST_CASE("a frozen container's memory is asked back from the kernel, with either cgroup driver")
{
    for (const char* where : {"system.slice/docker-c0ffee.scope", "docker/c0ffee"}) {
        const test::Folder root;
        const auto group = root.path() / where;
        std::filesystem::create_directories(group);
        std::ofstream(group / "memory.current") << "4096000\n";
        std::ofstream(group / "memory.reclaim") << "";
        // Nobody takes anything from this folder.
        CHECK(reclaim_memory(root.path(), "c0ffee") == 0);
        CHECK(text_of(group / "memory.reclaim") == "4096000");
        CHECK(reclaim_memory(root.path(), "decade") == 0);
    }
}

TEST_CASE("where the kernel cannot be asked, nothing is written")
{
    const test::Folder root;
    const auto group = root.path() / "docker" / "c0ffee";
    std::filesystem::create_directories(group);
    CHECK(reclaim_memory(root.path(), "c0ffee") == 0);
    CHECK(!std::filesystem::exists(group / "memory.reclaim"));
}
