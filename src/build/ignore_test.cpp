#include "build/ignore.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

struct Row {
    const char* rules;
    const char* path;
    bool drops;
};

}  // namespace

TEST_CASE("a .dockerignore keeps out what Docker's own rules keep out")
{
    const std::vector<Row> rows{
        {"",                               "a",                       false},
        {"node_modules",                   "node_modules/x/y.js",     true },
        {"node_modules",                   "api/node_modules/x.js",   false},
        {"node_modules",                   "node_modules2",           false},
        {"**/node_modules",                "api/deep/node_modules/x", true },
        {"**/node_modules",                "node_modules/x",          true },
        {"**/node_modules",                "my_node_modules/x",       false},
        {"/dist",                          "dist/app.js",             true },
        {"dist/",                          "dist/app.js",             true },
        {"./dist//js/../css",              "dist/css/a.css",          true },
        {"*.md",                           "README.md",               true },
        {"*.md",                           "docs/README.md",          false},
        {"**/*.md",                        "docs/a/README.md",        true },
        {"*/temp*",                        "a/temporary.txt",         true },
        {"*/temp*",                        "temporary.txt",           false},
        {"*/*/temp*",                      "a/b/temp/x",              true },
        {"temp?",                          "tempa",                   true },
        {"temp?",                          "temp",                    false},
        {"a?b",                            "a/b",                     false},
        {"docs/**",                        "docs/a/b",                true },
        {"docs/**",                        "docs",                    false},
        {"**",                             "a/b",                     true },
        {"a/**/z",                         "a/z",                     true },
        {"a/**/z",                         "a/b/c/z",                 true },
        {"a/**/z",                         "a/bz",                    false},
        {"*\n!keep.txt",                   "keep.txt",                false},
        {"*\n!keep.txt",                   "other.txt",               true },
        {"*.md\n!README*.md\nREADME-x.md", "README-x.md",             true },
        {"*.md\n!README*.md\nREADME-x.md", "README.md",               false},
        {"!a\na",                          "a",                       true },
        {"node\n!node/keep",               "node/keep/x",             false},
        {"# a\n\n  b  ",                   "a",                       false},
        {"# a\n\n  b  \r\n",               "b",                       true },
        {" # a",                           "# a",                     true },
        {"\xef\xbb\xbf"
         "a",                     "a",
         true                                                              },
        {"[a-c].txt",                      "b.txt",                   true },
        {"[a-c].txt",                      "d.txt",                   false},
        {"[^a-c].txt",                     "d.txt",                   true },
        {"[^a-c].txt",                     "a.txt",                   false},
        {"\\*.txt",                        "*.txt",                   true },
        {"\\*.txt",                        "a.txt",                   false},
        {"a.b",                            "axb",                     false},
        {"a$",                             "a",                       false},
        {"../secret",                      "secret",                  false},
        {".",                              "a",                       false},
        {"!",                              "a",                       false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.rules);
        CAPTURE(row.path);
        const auto rules = IgnoreRules::parse(row.rules, ".dockerignore");
        REQUIRE(rules.has_value());
        CHECK(rules->drops(row.path) == row.drops);
    }
}

TEST_CASE("a pattern that does not end is an error with its line")
{
    const auto broken = IgnoreRules::parse("a\n[b", "api/.dockerignore");
    REQUIRE(broken.has_error());
    CHECK(broken.error().message.starts_with("api/.dockerignore:2: "));
    CHECK(IgnoreRules::parse("a\\", "x").has_error());
    CHECK(IgnoreRules::parse(std::string(2'000, 'a'), "x").has_error());
}

TEST_CASE("a pattern made to be slow is not")
{
    std::string slow;
    for (int i = 0; i < 100; ++i)
        slow += "*a";
    const auto rules = IgnoreRules::parse(slow + "\n**/" + slow + "/**/b", "x");
    REQUIRE(rules.has_value());
    // Backtracking would take longer than the universe has been there.
    CHECK_FALSE(rules->drops(std::string(200, 'a') + "c"));
}
