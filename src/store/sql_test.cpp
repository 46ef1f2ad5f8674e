#include "store/sql.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <string_view>
#include <type_traits>

using namespace diorama;

// The rule itself is kept by the compiler: nothing but a constant becomes a statement.
static_assert(!std::is_convertible_v<std::string, Sql>);
static_assert(!std::is_convertible_v<std::string_view, Sql>);
static_assert(!std::is_constructible_v<Sql, std::string>);
static_assert(!std::is_constructible_v<ComposedSql, std::string>);

namespace {

std::string contents(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a list of parameters has a name for each, and is a list also when it is empty")
{
    ComposedSql some("x IN ");
    some.add_list("state", 3);
    CHECK(Sql(some).text() == "x IN (:state0, :state1, :state2)");
    ComposedSql none("x IN ");
    none.add_list("state", 0);
    CHECK(Sql(none).text() == "x IN (NULL)");
}

TEST_CASE("SEC-62 no statement is put together from values, in whatever room")
{
    // A word of SQL inside a text that is formatted, or joined to something with a plus.
    const std::string words = "(SELECT|INSERT|UPDATE|DELETE|WHERE|FROM|ORDER BY|VALUES) ";
    const std::regex formatted("format\\(\\s*(R\"sql\\()?\"?[^\"]*\\b" + words);
    const std::regex joined("\\b" + words + "[^\"\\n]*\"\\s*\\+[^=]");
    CHECK(std::regex_search(std::string(R"(fmt::format("SELECT x FROM {}", y))"), formatted));
    CHECK(std::regex_search(std::string(R"("DELETE FROM a WHERE b = " + c)"), joined));

    std::size_t read = 0;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(DIORAMA_SOURCE_DIR "/src")) {
        const auto extension = entry.path().extension();
        if ((extension != ".cpp" && extension != ".hpp") || entry.path().stem() == "sql_test")
            continue;
        CAPTURE(entry.path().string());
        const auto text = contents(entry.path());
        if (!text.contains("Tx&")) continue;  // Nobody without one can run a statement.
        CHECK_FALSE(std::regex_search(text, formatted));
        CHECK_FALSE(std::regex_search(text, joined));
        ++read;
    }
    CHECK(read > 20);
}

TEST_CASE("SEC-62 only the room of the store names the databases' libraries")
{
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(DIORAMA_SOURCE_DIR "/src")) {
        if (!entry.is_regular_file() || entry.path().parent_path().filename() == "store") continue;
        CAPTURE(entry.path().string());
        const auto text = contents(entry.path());
        CHECK_FALSE(text.contains("<soci"));
        CHECK_FALSE(text.contains("<sqlite3.h>"));
    }
}
