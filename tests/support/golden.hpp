#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

/// Holds `text` against a file of the repository. DIORAMA_ACCEPT=1 writes the file instead; the
/// difference is then judged in review.
inline void check_golden(std::string_view path, const std::string& text)
{
    const auto file = std::filesystem::path(DIORAMA_SOURCE_DIR) / path;
    if (std::getenv("DIORAMA_ACCEPT")) {
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << text;
        return;
    }
    std::ifstream in(file, std::ios::binary);
    const std::string kept{std::istreambuf_iterator<char>(in), {}};
    INFO("renew " << std::string(path) << " with DIORAMA_ACCEPT=1 when the change is meant");
    CHECK(text == kept);
}
