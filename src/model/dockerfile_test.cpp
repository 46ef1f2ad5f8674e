#include "model/dockerfile.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

Dockerfile scan(std::string_view text, std::map<std::string, std::string> args = {})
{
    return scan_dockerfile(text, args);
}

/// All that is told about a Dockerfile, as "line code what".
std::vector<std::string> told(std::string_view text)
{
    std::vector<std::string> lines;
    for (const DockerfileProblem& each : scan(text).problems) {
        CHECK_FALSE(each.mend.empty());
        lines.push_back(fmt::format("{} {} {}", each.line, name(each.code), each.what));
    }
    return lines;
}

using Lines = std::vector<std::string>;

struct Case {
    std::string text;
    std::string told;
};

std::vector<Case> refused()
{
    std::vector<Case> all;
    const auto add = [&](const char* text, const char* told) { all.push_back({text, told}); };
    add("# syntax=evil/frontend:1\nFROM x",
        "1 refused the front end 'evil/frontend:1' would run in the builder");
    add("#SYNTAX = evil/frontend\nFROM x",
        "1 refused the front end 'evil/frontend' would run in the builder");
    add("# a comment\n\n# syntax=evil/f\nFROM x",
        "3 refused the front end 'evil/f' would run in the builder");
    add("#!/usr/bin/env x\n# syntax=evil/f\nFROM x",
        "2 refused the front end 'evil/f' would run in the builder");
    add("# syntax=docker/dockerfile:1-labs\nFROM x",
        "1 refused the front end 'docker/dockerfile:1-labs' would run in the builder");
    add("# syntax=docker/dockerfile@sha256:0\nFROM x",
        "1 refused the front end 'docker/dockerfile@sha256:0' would run in the builder");
    add("# syntax=docker/dockerfilevil\nFROM x",
        "1 refused the front end 'docker/dockerfilevil' would run in the builder");
    add("FROM x\nRUN --mount=type=ssh git clone",
        "2 refused RUN --mount of type ssh is not allowed: builds get no secrets");
    add("FROM x\nRUN --mount=target=/x,type=secret cat",
        "2 refused RUN --mount of type secret is not allowed: builds get no secrets");
    add("FROM x\nRUN --mount=type=secret,id=a \\\n  --mount=type=cache,target=/c cat",
        "2 refused RUN --mount of type secret is not allowed: builds get no secrets");
    add("FROM x\nRUN --mount=type=$T,id=a cat",
        "2 refused RUN --mount of type $T is not allowed: builds get no secrets");
    add("FROM x\nRUN --mount=type=s\"sh\" cat", "2 refused quotes or escapes in a flag");
    add("FROM x\nrun --security=insecure x", "2 refused RUN --security=insecure is not allowed");
    add("FROM x\nRUN --network=host x", "2 refused RUN --network=host is not allowed");
    add("FROM x\nRUN --device=vendor/gpu x", "2 refused RUN --device is not allowed");
    add("FROM x\nADD http://169.254.169.254/ /x",
        "2 refused ADD http://169.254.169.254/ downloads from the builder's network");
    add("FROM x\nADD --chown=1:1 https://a.example/x /x",
        "2 refused ADD https://a.example/x downloads from the builder's network");
    add("FROM x\nADD [\"HTTPS://a.example/x\", \"/x\"]",
        "2 refused ADD HTTPS://a.example/x downloads from the builder's network");
    add("FROM x\nADD h\"ttp\"://a.example/x /x",
        "2 refused ADD http://a.example/x downloads from the builder's network");
    add("FROM x\nADD git@github.com:o/r.git /x",
        "2 refused ADD git@github.com:o/r.git downloads from the builder's network");
    add("FROM x\nADD github.com/o/r /x",
        "2 refused ADD github.com/o/r downloads from the builder's network");
    add("FROM x\nARG U\nADD $U /x",
        "3 refused ADD with a variable or an escape may download from anywhere");
    add("FROM x\nADD [\"\\u0068ttp://a.example/x\", \"/x\"]",
        "2 refused ADD with a variable or an escape may download from anywhere");
    add("FROM x\nAD\\\nD http://a.example/ /x",
        "2 refused ADD http://a.example/ downloads from the builder's network");
    add("FROM x\nONBUILD ADD http://a.example/ /x",
        "2 refused ADD http://a.example/ downloads from the builder's network");
    add("# escape=`\nFROM x\nRUN a ` \n --network=host\nADD http://a.example/ /x",
        "5 refused ADD http://a.example/ downloads from the builder's network");
    add("FROM x\nRUN cat <<EOF\nADD http://a.example/ /x\nEOF",
        "2 refused ADD http://a.example/ downloads from the builder's network");
    add("FROM x\nLABEL a=b \"traefik.enable\"=true",
        "2 refused the label traefik.enable is reserved: it would speak to a proxy or claim "
        "ownership");
    add("FROM x\nLABEL caddy a b c",
        "2 refused the label caddy is reserved: it would speak to a proxy or claim ownership");
    add("FROM x\nLABEL $K=v",
        "2 refused the label $K is reserved: it would speak to a proxy or claim ownership");
    return all;
}

std::vector<Case> wrong()
{
    std::vector<Case> all;
    const auto add = [&](const char* text, const char* told) { all.push_back({text, told}); };
    add("", "1 invalid it has no FROM");
    add("# only a comment", "1 invalid it has no FROM");
    add("RUN x\nFROM y", "1 invalid RUN stands before FROM");
    add("FROM", "1 invalid FROM  names no image");
    add("FROM $BASE", "1 invalid FROM $BASE names no image");
    add("FROM a b c", "1 invalid FROM a b c names no image");
    add("FORM x\nFROM y", "1 invalid FORM is no instruction");
    add("FROM x\nRUN <<EOF\necho", "3 invalid the heredoc EOF does not end");
    add("# escape=x\nFROM y", "1 invalid the escape character is neither \\ nor `");
    return all;
}

}  // namespace

TEST_CASE("SEC-13: a Dockerfile gets no front end, secret, privilege or download")
{
    for (const Case& each : refused()) {
        CAPTURE(each.text);
        CHECK(told(each.text) == Lines{each.told});
    }
}

TEST_CASE("a Dockerfile that no builder could read says which line")
{
    for (const Case& each : wrong()) {
        CAPTURE(each.text);
        CHECK(told(each.text) == Lines{each.told});
    }
}

TEST_CASE("Dockerfiles that people write are left alone")
{
    const std::string text = R"(# syntax=docker/dockerfile:1.7
# a comment
ARG NODE=22
FROM --platform=$BUILDPLATFORM node:${NODE}-alpine AS build
WORKDIR /app
COPY package*.json ./
RUN --mount=type=cache,target=/root/.npm npm ci
# between
RUN apk add --no-cache \
    # what git needs
    git \

    curl && \
    curl -fsSL https://deb.example/key | apt-key add -
COPY . .
RUN <<EOF
npm run build
echo "ADD is a word"
EOF
ADD vendor.tar.gz /opt
LABEL org.opencontainers.image.version=$VERSION maintainer="a b"

from nginx:1.27
COPY --from=build /app/dist /usr/share/nginx/html
COPY --from=ghcr.io/o/tool:1 /tool /tool
ENV PORT=8080
EXPOSE ${PORT} 9000/udp 81/tcp
USER nginx
CMD ["nginx", "-g", "daemon off;"]
)";
    const auto file = scan(text);
    CHECK(told(text).empty());
    REQUIRE(file.stages.size() == 2);
    CHECK(file.stages[0].name == "build");
    CHECK(file.stages[0].base == "node:22-alpine");
    CHECK(file.images("") == Lines{"nginx:1.27", "ghcr.io/o/tool:1", "node:22-alpine"});
    CHECK(file.images("BUILD") == Lines{"node:22-alpine"});
    CHECK(file.ports("") == std::vector<std::uint16_t>{8080, 81});
    CHECK(file.user("") == "nginx");
    CHECK(file.user("build").empty());
    CHECK(file.syntax_lines == std::vector{1});
}

TEST_CASE("Docker's own syntax line is taken out, line for line, so that nothing is fetched")
{
    const std::string text = "# syntax=docker/dockerfile:1\nFROM x\n";
    CHECK(without_syntax(text, scan(text)) == "#\nFROM x\n");
}

TEST_CASE("build arguments win over defaults, above and below FROM")
{
    const auto file = scan(
        "ARG V=1\nFROM a:$V\nARG P=80\nEXPOSE $P\nFROM a:${V:-9}${X:+no}\nARG V\nEXPOSE $V\n",
        {
            {"V", "2"}
    }
    );
    CHECK(file.stages[0].base == "a:2");
    CHECK(file.stages[1].base == "a:2");
    CHECK(file.stages[0].exposed == std::vector<std::uint16_t>{80});
    CHECK(file.stages[1].exposed == std::vector<std::uint16_t>{2});
}

TEST_CASE("a stage is found by name, number or as the last, and inherits what earlier stages say")
{
    const auto file = scan(
        "FROM a AS base\nEXPOSE 80\nUSER me\nFROM base AS final\nFROM scratch\nCOPY --from=0 / /\n"
    );
    CHECK(file.stage("1")->name == "final");
    CHECK(file.stage("") == &file.stages[2]);
    CHECK(file.stage("none") == nullptr);
    CHECK(file.stage("7") == nullptr);
    CHECK(file.ports("final") == std::vector<std::uint16_t>{80});
    CHECK(file.user("final") == "me");
    CHECK(file.images("") == Lines{"a"});
    CHECK(scan("FROM scratch").images("").empty());
}

TEST_CASE("a name that no earlier stage has is an image, so stages cannot form a circle")
{
    const auto file = scan("FROM b AS a\nFROM a AS b\n");
    CHECK(file.images("") == Lines{"b"});
    CHECK(scan("FROM x AS x\n").images("") == Lines{"x"});
}
