#include "build/build_log.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

using Lines = std::vector<std::string>;

/// A log of a Dockerfile, fed as the Engine feeds it.
struct Log {
    explicit Log(std::string_view text)
        : recipe(*prepare_recipe(
              text,
              "api/Dockerfile",
              {
    },
              "",
              {{"diorama.cache", "x"}}
          ))
    {}

    void say(std::string stream) { log.take({.stream = std::move(stream)}); }
    Error fail(std::string reason, Error error = {Code::invalid, "build image", ""})
    {
        log.take({.error = std::move(reason)});
        log.finish();
        return log.failure(error);
    }

    Recipe recipe;
    Lines lines;
    BuildLog log{recipe, [this](std::string line) { lines.push_back(std::move(line)); }};
};

Lines lines_of(const Lines& pieces)
{
    Lines found;
    TextLines lines([&](std::string line) { found.push_back(std::move(line)); });
    for (const std::string& piece : pieces)
        lines.feed(piece);
    lines.finish();
    return found;
}

}  // namespace

TEST_CASE("pieces become lines; of a line that is rewritten the last form stays")
{
    CHECK(lines_of({"a", "b\nc", "\n", "\nd"}) == Lines{"ab", "c", "", "d"});
    CHECK(lines_of({"10%\r", "20%\r100%\n"}) == Lines{"100%"});
    CHECK(lines_of({"windows\r", "\nline\r\n"}) == Lines{"windows", "line"});
    CHECK(lines_of({"\x1b[31mred\x1b[0m\n"}) == Lines{"\x1b[31mred\x1b[0m"});
    CHECK(lines_of({std::string(100'000, 'x'), "\n"}).front().size() == 65'536);
}

TEST_CASE("our own step is not in the log, and the numbers are the Dockerfile's")
{
    Log log("FROM scratch\nCOPY a /\n");
    log.say("Step 1/4 : FROM scratch\n");
    log.say(" ---> \n");
    log.say("Step 2/4 : LABEL diorama.cache=\"x\"\n ---> Running in 0123456789ab\n");
    log.say("Removing intermediate container 0123456789ab\n ---> 222222222222\n");
    log.say("Step 3/4 : COPY a /\n ---> 333333333333\n");
    log.say("Step 4/4 : LABEL diorama.managed=true\n ---> 444444444444\n");
    log.say("Successfully built 444444444444\n");
    CHECK(
        log.lines ==
        Lines{
            "Step 1/2 : FROM scratch",
            " ---> ",
            "Step 2/2 : COPY a /",
            " ---> 333333333333",
            "Successfully built 444444444444"
        }
    );
}

TEST_CASE("the container of a step is known while it runs")
{
    Log log("FROM scratch\nRUN a\n");
    log.say("Step 1/3 : FROM scratch\nStep 2/3 : LABEL\nStep 3/3 : RUN a\n");
    CHECK(log.log.container().empty());
    log.say(" ---> Running in 0123456789ab\n");
    CHECK(log.log.container() == "0123456789ab");
    log.say("Removing intermediate container 0123456789ab\n");
    CHECK(log.log.container().empty());
}

TEST_CASE("the last layer of each stage but the last is known")
{
    Log log("FROM a AS one\nRUN x\nFROM b\nRUN y\n");
    log.say("Step 1/6 : FROM a\n ---> 111111111111\nStep 2/6 : LABEL\n ---> 222222222222\n");
    log.say("Step 3/6 : RUN x\n ---> Using cache\n ---> 333333333333\n");
    log.say("Step 4/6 : FROM b\n ---> 444444444444\nStep 5/6 : LABEL\n ---> 555555555555\n");
    log.say("Step 6/6 : RUN y\n ---> 666666666666\n");
    CHECK(log.log.stages() == Lines{"333333333333"});
}

TEST_CASE("output that looks like a step does not move the line of a failure")
{
    Log log("FROM scratch\nRUN a\nRUN b\nRUN c\n");
    log.say("Step 1/5 : FROM scratch\nStep 2/5 : LABEL\nStep 3/5 : RUN a\n");
    log.say("Step 5/5 : RUN c\nStep 1/5 : FROM scratch\n");
    const Error error = log.fail("The command '/bin/sh -c a' returned a non-zero code: 2");
    CHECK(error.message == "api/Dockerfile:2: Step 2/4 : RUN a ended with exit code 2");
    CHECK(error.code == Code::invalid);
    CHECK_FALSE(error.mend.empty());
    CHECK(log.lines.back() == "Step 1/5 : FROM scratch");
}

TEST_CASE("failures say what to do")
{
    struct Row {
        const char* reason;
        const char* message;
        const char* mend;
    };
    const std::vector<Row> rows{
        {"COPY failed: file not found in build context or excluded by .dockerignore: stat a: x",
         "Step 1/1 : FROM scratch: COPY failed: file not found in build context",                                 ".dockerignore"},
        {"x returned a non-zero code: 137",                                                      "exit code 137", "memory"       },
        {"write /a: no space left on device",                                                    "no space left", "disk"         },
    };
    for (const Row& row : rows) {
        CAPTURE(row.reason);
        Log log("FROM scratch\n");
        log.say("Step 1/2 : FROM scratch\n");
        const Error error = log.fail(row.reason);
        CHECK(error.message.starts_with("api/Dockerfile:1: "));
        CHECK(error.message.contains(row.message));
        CHECK(error.mend.contains(row.mend));
    }
}

TEST_CASE("a line the Engine could not read is the line as it was written")
{
    Log log("FROM scratch\nCOPY a\n");
    const Error told{
        Code::invalid, "build image 'x': dockerfile parse error line 3: COPY requires two", ""
    };
    CHECK(log.log.failure(told).message == "api/Dockerfile:2: COPY requires two");
}

TEST_CASE("a cached layer that another image took along is no failure of the Dockerfile")
{
    for (const char* reason :
         {"failed to export image: failed to set parent sha256:36: unknown parent image ID "
          "sha256:36",
          "failed to get layer sha256:36: layer does not exist",
          "No such image: sha256:364adee866052f3e"}) {
        Log log("FROM scratch\n");
        log.say("Step 1/2 : FROM scratch\n");
        const Error error = log.fail(reason);
        CHECK(error.code == Code::unavailable);
        CHECK(error.message.starts_with("api/Dockerfile:1: "));
    }
}

TEST_CASE("an Engine that went away is no failure of the Dockerfile")
{
    Log log("FROM scratch\n");
    log.say("Step 1/2 : FROM scratch\n");
    const Error gone{Code::unavailable, "the connection was reset", ""};
    CHECK(log.log.failure(gone) == gone);
}
