#include "base/unicode.hpp"
#include "cli/arguments.hpp"
#include "cli/exit_code.hpp"
#include "cli/test_world.hpp"
#include "cli/verb.hpp"
#include "tests/support/golden.hpp"

using namespace diorama;
using namespace diorama::cli;
using namespace diorama::cli::test;

namespace {

std::string spoken(const std::vector<std::string>& words, const Ended& ended)
{
    std::string text = "$ diorama";
    for (const std::string& word : words)
        text += " " + display(word);
    return fmt::format("{}\n{}{}exit {}\n\n", text, ended.out, ended.err, ended.code);
}

}  // namespace

TEST_CASE("the help of the command line and of each verb is as agreed")
{
    Person person;
    std::string page;
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"--help"},
             {"token", "--help"}
    })
        page += spoken(words, person.run(words));
    for (const Verb& verb : verbs()) {
        std::vector<std::string> words{std::string(verb.name.substr(0, verb.name.find(' ')))};
        if (verb.name.find(' ') != std::string_view::npos)
            words.emplace_back(verb.name.substr(verb.name.find(' ') + 1));
        words.emplace_back("--help");
        page += spoken(words, person.run(words));
    }
    check_golden("tests/data/cli/help.txt", page);
}

TEST_CASE("what is asked for wrongly is answered with what was likely meant")
{
    Person person;
    person.environment.erase("DIORAMA_TOKEN");
    std::string page;
    for (const auto& words : std::vector<std::vector<std::string>>{
             {},
             {"token"},
             {"pu"},
             {"tokne", "ls"},
             {"token", "creat", "ci"},
             {"frobnicate"},
             {"\x1b[2Jls"},
             {"--server"},
             {"--verbose"},
             {"up", "--brnach", "main"},
             {"up", "--branch"},
             {"up", "--branch", "a", "--branch", "b"},
             {"up", "one", "two"},
             {"up", "https://git.example/shop.git"},
             {"up", "https://git.example/shop.git", "--pr", "seven"},
             {"up", "https://git.example/shop.git", "--pr", "7", "--timeout", "soon"},
             {"up", "--wait", "--no-wait"},
             {"show"},
             {"down", "shop-main"},
             {"ls", "-o", "xml"},
             {"ls", "--server", "ftp://example"},
             {"ls", "--token-file", "/nowhere/token"},
             {"logs", "shop-main", "--tail", "many"},
             {"logs", "shop-main", "--since", "yesterday"},
             {"logs", "shop-main", "--follow", "-o", "yaml"},
    })
        page += spoken(words, person.run(words));
    check_golden("tests/data/cli/errors.txt", page);
}

TEST_CASE("usage errors leave stdout empty and exit with 2")
{
    Person person;
    for (const auto& words : std::vector<std::vector<std::string>>{
             {},
             {"pu"},
             {"ls", "--al"},
             {"show"},
             {"ls", "-o", "xml"},
             {"up", "a", "b"}
    }) {
        const auto ended = person.run(words);
        CHECK(ended.code == exit_usage);
        CHECK(ended.out.empty());
        CHECK_FALSE(ended.err.empty());
    }
}

TEST_CASE("help is found however it is asked for")
{
    Person person;
    const auto expected = person.run({"up", "--help"}).out;
    CHECK(expected.starts_with("Usage: diorama up"));
    CHECK(person.run({"help", "up"}).out == expected);
    CHECK(person.run({"up", "-h"}).out == expected);
    CHECK(person.run({"--server", "http://x:1", "up", "-h"}).out == expected);
    CHECK(person.run({"help", "token", "ls"}).out == person.run({"token", "ls", "--help"}).out);
    CHECK(person.run({"help"}).out == person.run({"--help"}).out);
    CHECK(person.run({"up", "--help"}).code == exit_ok);
}

TEST_CASE("serve is handed its file and folder, and answers with its own exit code")
{
    Person person;
    ServeArguments seen;
    person.serve = [&seen](ServeArguments given) {
        seen = std::move(given);
        return 42;
    };
    CHECK(person.run({"serve", "--config", "a.toml", "--data=/srv"}).code == 42);
    CHECK(seen.config == "a.toml");
    CHECK(seen.data == "/srv");
    CHECK(person.run({"serve"}).code == 42);
    CHECK_FALSE(seen.config.has_value());
    CHECK(person.run({"serve", "now"}).code == exit_usage);
}

TEST_CASE("flags are read in any place, lists with commas, and words behind -- as they stand")
{
    const std::vector<Flag> flags{
        {"-f,--follow", "", ""},
        {"--type", "TYPE", "", true},
        {"-n,--tail", "COUNT", ""}
    };
    const auto read = parse_arguments(
        {"a", "--type", "build,deploy", "-f", "b", "--type=system", "-n", "5", "--", "-c"}, flags
    );
    REQUIRE(read.has_value());
    CHECK(read->words == std::vector<std::string>{"a", "b", "-c"});
    CHECK(read->has("follow"));
    CHECK(read->list("type") == std::vector<std::string>{"build", "deploy", "system"});
    CHECK(read->value("tail") == "5");
    CHECK_FALSE(read->has("all"));
    CHECK(parse_arguments({"-x"}, flags).error().code == Code::invalid);
    CHECK(parse_arguments({"-"}, flags)->words == std::vector<std::string>{"-"});
}

TEST_CASE("every kind of failure has the exit code that scripts know")
{
    CHECK(exit_code(Code::not_found) == 3);
    CHECK(exit_code(Code::unauthorized) == 4);
    CHECK(exit_code(Code::forbidden) == 4);
    CHECK(exit_code(Code::timed_out) == 5);
    CHECK(exit_code(Code::refused) == 6);
    CHECK(exit_code(Code::superseded) == 7);
    CHECK(exit_code(Code::invalid) == 2);
    CHECK(exit_code(Code::unavailable) == 1);
    CHECK(exit_code(Code::conflict) == 1);
}
