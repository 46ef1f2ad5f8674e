// What a reader expects of every file, held by a machine.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <string>

namespace {

namespace fs = std::filesystem;

const fs::path source = fs::path(DIORAMA_SOURCE_DIR) / "src";

/// A room includes itself and lower floors; rooms on one floor are strangers.
const std::map<std::string, int> floor_of{
    {"base",     0},
    {"model",    1},
    {"net",      1},
    {"docker",   2},
    {"git",      2},
    {"hub",      2},
    {"store",    3},
    {"forge",    3},
    {"source",   3},
    {"build",    3},
    {"manifest", 3},
    {"driver",   3},
    {"gateway",  3},
    {"access",   4},
    {"logs",     4},
    {"routing",  4},
    {"engine",   5},
    {"api",      6},
    {"daemon",   7},
    {"cli",      7},
    {"main",     8},
};

struct File {
    fs::path path;
    std::string room;
    std::vector<std::string> lines;
    bool is_test() const
    {
        const std::string name = path.filename().string();
        return name.ends_with("_test.cpp") || name.starts_with("test_") ||
               name.ends_with("_world.hpp") || name.starts_with("played_");
    }
};

const std::vector<File>& files()
{
    static const std::vector<File> all = [] {
        std::vector<File> found;
        for (const auto& entry : fs::recursive_directory_iterator(source)) {
            const auto extension = entry.path().extension();
            if (extension != ".cpp" && extension != ".hpp") continue;
            File file{entry.path(), fs::relative(entry.path(), source).begin()->string(), {}};
            std::ifstream in(entry.path());
            for (std::string line; std::getline(in, line);)
                file.lines.push_back(line);
            found.push_back(std::move(file));
        }
        return found;
    }();
    return all;
}

}  // namespace

TEST_CASE("every room has a floor")
{
    std::set<std::string> rooms;
    for (const File& file : files())
        rooms.insert(file.room);
    for (const std::string& room : rooms)
        CHECK_MESSAGE(floor_of.contains(room), room);
}

TEST_CASE("every include goes down a floor")
{
    const std::regex include(R"re(#include "(\w+)/.*")re");
    for (const File& file : files()) {
        if (file.is_test()) continue;
        for (const std::string& line : file.lines) {
            std::smatch found;
            if (!std::regex_search(line, found, include) || found[1] == file.room) continue;
            if (found[1] == "tests") continue;
            CHECK_MESSAGE(
                floor_of.at(found[1]) < floor_of.at(file.room), file.path.string() << ": " << line
            );
        }
    }
}

TEST_CASE("every await stands alone")
{
    // g++ before 14 loses awaits that stand inside conditions; the plain form reads best.
    for (const File& file : files()) {
        for (const std::string& line : file.lines) {
            const auto at = line.find("co_await ");
            if (at == std::string::npos || line.find("//") < at) continue;
            const std::string before = line.substr(0, at);
            const bool inside = std::ranges::count(before, '(') > std::ranges::count(before, ')');
            const bool chosen = before.find('?') != std::string::npos;
            CHECK_MESSAGE(!inside, file.path.string() << ": " << line);
            CHECK_MESSAGE(!chosen, file.path.string() << ": " << line);
        }
    }
}

TEST_CASE("no two headers name two types alike: the linker would take one for the other")
{
    const std::regex opens(R"re(^namespace ([\w:]+) \{)re");
    const std::regex type(R"re(^(?:class|struct|enum class) (\w+)[^;]*$)re");
    std::map<std::string, fs::path> known;
    for (const File& file : files()) {
        if (file.is_test() || file.path.extension() != ".hpp") continue;
        std::vector<std::string> spaces;
        for (const std::string& line : file.lines) {
            std::smatch found;
            if (std::regex_search(line, found, opens)) spaces.push_back(found[1]);
            if (line.starts_with("}  // namespace") && !spaces.empty()) spaces.pop_back();
            if (!std::regex_search(line, found, type) || found[1] == "alignas") continue;
            std::string name;
            for (const std::string& space : spaces)
                name += space + "::";
            name += found[1];
            const fs::path& first = known.emplace(name, file.path).first->second;
            CHECK_MESSAGE(
                first == file.path,
                name << " is in " << first.string() << " and " << file.path.string()
            );
        }
    }
    CHECK(known.size() > 200);
}

TEST_CASE("no file is too long to be read at once")
{
    for (const File& file : files()) {
        const std::size_t limit = file.is_test()                    ? 600
                                  : file.path.extension() == ".hpp" ? 250
                                                                    : 400;
        CHECK_MESSAGE(
            file.lines.size() <= limit,
            file.path.string() << " has " << file.lines.size() << " lines"
        );
    }
}

TEST_CASE("nothing is put off, and no room below the wiring asks a clock or sleeps by itself")
{
    const std::regex put_off(R"re(\b(TODO|FIXME|XXX)\b)re");
    const std::regex own_time(
        R"re(sleep_for|usleep\(|system_clock::now|steady_clock::now|random_device)re"
    );
    const std::set<std::string> has_a_clock{"net", "gateway", "main", "cli", "base"};
    for (const File& file : files()) {
        for (const std::string& line : file.lines) {
            CHECK_MESSAGE(!std::regex_search(line, put_off), file.path.string() << ": " << line);
            if (has_a_clock.contains(file.room) || file.is_test()) continue;
            CHECK_MESSAGE(!std::regex_search(line, own_time), file.path.string() << ": " << line);
        }
    }
}

TEST_CASE("files with secrets are never committed by accident (K14)")
{
    std::ifstream in(fs::path(DIORAMA_SOURCE_DIR) / ".gitignore");
    std::set<std::string> ignored;
    for (std::string line; std::getline(in, line);)
        ignored.insert(line);
    CHECK(ignored.contains(".env"));
    CHECK(ignored.contains(".env.*"));
    const fs::path root(DIORAMA_SOURCE_DIR);
    for (const char* folder : {".", "src", "tests", "examples", "script"})
        CHECK_FALSE(fs::exists(root / folder / ".env"));
}

TEST_CASE("no shell is asked anywhere, and processes start in one place (SEC-03)")
{
    const std::regex shell(
        R"re((^|[^\w.:>])(system|popen|wordexp|execl|execlp|execle|execvp|execvpe)\s*\()re"
    );
    const std::regex starts(R"re(\b(posix_spawnp?|fork|vfork|execve|clone3?)\s*\()re");
    for (const File& file : files()) {
        if (file.is_test() || file.path.filename() == "in_child.hpp") continue;
        const bool is_the_place =
            file.path.parent_path().filename() == "base" && file.path.stem() == "spawn";
        for (const std::string& line : file.lines) {
            if (line.find("//") != std::string::npos) continue;
            CHECK_MESSAGE(!std::regex_search(line, shell), file.path.string() << ": " << line);
            if (!is_the_place)
                CHECK_MESSAGE(!std::regex_search(line, starts), file.path.string() << ": " << line);
        }
    }
}
