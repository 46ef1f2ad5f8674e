#include "build/recipe.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

const std::map<std::string, std::string> labels{
    {"diorama.cache",   "shop/trusted"},
    {"diorama.project", "shop"        }
};
constexpr std::string_view woven =
    "LABEL diorama.cache=\"shop/trusted\" diorama.dockerfile=\"api/Dockerfile\" "
    "diorama.project=\"shop\"\n";

Result<Recipe> prepared(std::string_view text, std::string_view target = "")
{
    return prepare_recipe(text, "api/Dockerfile", {}, target, labels);
}

}  // namespace

TEST_CASE("SEC-45 every stage begins with a label that keeps trust scopes apart")
{
    const auto recipe = prepared("ARG V=1\nFROM base:$V \\\n  AS one\n# why\nRUN make\nFROM one\n");
    REQUIRE(recipe.has_value());
    CHECK(
        recipe->text ==
        fmt::format(
            "ARG V=1\nFROM base:$V \\\n  AS one\n# why\n{0}RUN make\nFROM one\n\n{0}", woven
        )
    );
}

TEST_CASE("the Engine's steps lead back to the lines and numbers people wrote")
{
    const auto recipe = prepared("FROM scratch\n\nCOPY a \\\n  b\nRUN make\n");
    REQUIRE(recipe.has_value());
    REQUIRE(recipe->steps.size() == 4);
    CHECK(recipe->written == 3);
    CHECK(recipe->steps[1].ours);
    CHECK(recipe->steps[2].line == 3);
    CHECK(recipe->number(2) == 2);
    CHECK(recipe->steps[3].line == 5);
    CHECK(recipe->steps[3].text == "RUN make");
    CHECK(recipe->number(3) == 3);
    CHECK(recipe->source_line(1) == 1);
    CHECK(recipe->source_line(4) == 3);  // The label stands in line 3.
    CHECK(recipe->where(5) == "api/Dockerfile:5");
}

TEST_CASE("SEC-13 what a Dockerfile may not do is refused with its line")
{
    const auto mount = prepared("FROM a\nRUN --mount=type=secret,id=x cat /run/secrets/x\n");
    REQUIRE(mount.has_error());
    CHECK(mount.error().code == Code::refused);
    CHECK(mount.error().message.starts_with("api/Dockerfile:2: "));
    CHECK(prepared("# syntax=evil/frontend\nFROM a\n").error().code == Code::refused);
    CHECK(prepared("FROM a\nADD http://169.254.169.254/ /x\n").error().code == Code::refused);
}

TEST_CASE("Docker's own syntax line is taken out, so that no front end is fetched")
{
    const auto recipe = prepared("# syntax=docker/dockerfile:1\nFROM a\n");
    REQUIRE(recipe.has_value());
    CHECK_FALSE(recipe->text.contains("syntax"));
    CHECK(recipe->steps.front().line == 2);
}

TEST_CASE("what only BuildKit understands says so before anything is sent")
{
    for (const char* line :
         {"RUN <<EOF\ntrue\nEOF",
          "RUN --mount=type=cache,target=/x make",
          "COPY --chmod=755 a b",
          "COPY --from=b --link a b"}) {
        CAPTURE(line);
        const auto recipe = prepared(fmt::format("FROM a\n{}\n", line));
        REQUIRE(recipe.has_error());
        CHECK(recipe.error().code == Code::invalid);
        CHECK(recipe.error().message.contains("api/Dockerfile:2: "));
        CHECK(recipe.error().message.contains("BuildKit"));
    }
    CHECK(prepared("FROM a\nCOPY --chown=1:1 a --chmod-notes b\n").has_value());
}

TEST_CASE("a stage that is not there is an error")
{
    CHECK(prepared("FROM a AS one\n", "one").has_value());
    CHECK(prepared("FROM a AS one\n", "two").error().message.contains("no stage two"));
}

TEST_CASE("all stages up to the target count, as the classic builder makes them all")
{
    const auto recipe =
        prepared("FROM a AS one\nFROM scratch AS two\nCOPY --from=one x x\nCOPY --from=b:1 x x\n"
                 "FROM one AS three\nFROM c\n");
    REQUIRE(recipe.has_value());
    using Names = std::vector<std::string>;
    CHECK(outside_images(recipe->scanned, "three") == Names{"a", "b:1"});
    CHECK(outside_images(recipe->scanned, "") == Names{"a", "b:1", "c"});
}
