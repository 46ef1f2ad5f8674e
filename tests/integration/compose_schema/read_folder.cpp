// read_folder ROOT MANIFEST…: reads each manifest as if ROOT were a commit. Prints a line for each:
// `ok services=N`, or `problem` and the error with its newlines escaped. Never fails by itself.

#include "base/fake_scheduler.hpp"
#include "manifest/manifest.hpp"
#include "model/files_fake.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

using namespace diorama;

namespace {

namespace fs = std::filesystem;

std::map<std::string, std::string> content_of(const fs::path& root)
{
    std::map<std::string, std::string> content;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        if (!entry.is_regular_file() || entry.is_symlink()) continue;
        std::ifstream file(entry.path(), std::ios::binary);
        content[entry.path().lexically_relative(root).generic_string()] =
            std::string(std::istreambuf_iterator<char>(file), {});
    }
    return content;
}

std::string one_line(std::string text)
{
    for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at))
        text.replace(at, 1, "\\n");
    return text;
}

}  // namespace

int main(int argc, char** argv)
{
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.empty()) return 2;
    FakeFiles files(content_of(words.front()));
    FakeScheduler scheduler;
    for (std::size_t at = 1; at < words.size(); ++at) {
        const auto plan = scheduler.run(read_manifest(files, {.path = words[at]}));
        std::cout << words[at] << '\t'
                  << (plan ? fmt::format("ok services={}", plan->services.size())
                           : "problem " + one_line(plan.error().text()))
                  << '\n';
    }
}
