#include "api/answers.hpp"
#include "api/test_world.hpp"

using namespace diorama;
using namespace diorama::api;

TEST_CASE("an error is problem details with code, detail and mend (RFC 9457, I12)")
{
    ApiWorld world;
    const auto answer = world.get("/api/v1/environments/nowhere");
    CHECK(answer.status == 404);
    CHECK(answer.headers.get("Content-Type") == "application/problem+json");
    CHECK(answer.headers.get("Cache-Control") == "no-store");
    CHECK(answer.text("type") == "about:blank");
    CHECK(answer.text("title") == "Not Found");
    CHECK(answer.text("status") == "404");
    CHECK(answer.text("code") == "not_found");
    CHECK(answer.text("detail") == "there is no environment nowhere");
    CHECK(!answer.text("mend").empty());
}

TEST_CASE("without a token the answer says how to send one (RFC 6750)")
{
    ApiWorld world;
    world.token.clear();
    const auto answer = world.get("/api/v1/environments");
    CHECK(answer.status == 401);
    CHECK(answer.headers.get("WWW-Authenticate") == "Bearer");
    CHECK(answer.text("mend").find("Authorization: Bearer") != std::string::npos);
}

TEST_CASE("a method that a path does not know is answered with those it knows")
{
    ApiWorld world;
    const auto put = world.ask(world.request_of("PUT", "/api/v1/environments"));
    CHECK(put.status == 405);
    CHECK(put.headers.get("Allow") == "POST, GET, HEAD");
    CHECK(put.text("title") == "Method Not Allowed");
    CHECK(put.text("status") == "405");
    CHECK(world.ask(world.request_of("OPTIONS", "/health")).headers.get("Allow") == "GET, HEAD");
    CHECK(world.ask(world.request_of("TRACE", "/health")).status == 405);
    CHECK(world.ask(world.request_of("get", "/health")).status == 405);
    CHECK(world.ask(world.request_of("GET", "/api/v1/environments/x/redeploy")).status == 405);
}

TEST_CASE("a path that does not exist is not found, whoever asks")
{
    ApiWorld world;
    for (const std::string path :
         {"/",
          "/api",
          "/api/v1",
          "/api/v1/environments/x/nothing",
          "/api/v1//environments",
          "/API/v1/environments"}) {
        CAPTURE(path);
        CHECK(world.get(path).status == 404);
    }
    world.token.clear();
    CHECK(world.get("/api/v2/environments").status == 404);
}

TEST_CASE("HEAD is answered like GET")
{
    ApiWorld world;
    CHECK(world.ask(world.request_of("HEAD", "/health/live")).status == 200);
    CHECK(world.ask(world.request_of("HEAD", "/api/v1/environments/nowhere")).status == 404);
    world.token.clear();
    CHECK(world.ask(world.request_of("HEAD", "/api/v1/environments")).status == 401);
}

TEST_CASE("each code of an error has its status")
{
    const std::pair<Code, int> all[] = {
        {Code::invalid,      400},
        {Code::unauthorized, 401},
        {Code::forbidden,    403},
        {Code::not_found,    404},
        {Code::conflict,     409},
        {Code::superseded,   409},
        {Code::cancelled,    409},
        {Code::refused,      422},
        {Code::too_many,     429},
        {Code::unavailable,  503},
        {Code::timed_out,    504},
    };
    for (const auto& [code, status] : all) {
        const auto response = problem({code, "x"});
        CHECK(response.status == status);
        CHECK(response.headers.has("Retry-After") == (status == 429 || status == 503));
    }
}
