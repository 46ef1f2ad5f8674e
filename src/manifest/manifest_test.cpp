#include "base/fake_scheduler.hpp"
#include "manifest/manifest.hpp"
#include "model/files_fake.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

Result<Plan> read(std::map<std::string, std::string> content, ManifestOptions options = {})
{
    FakeFiles files(std::move(content));
    FakeScheduler scheduler;
    return scheduler.run(read_manifest(files, std::move(options)));
}

}  // namespace

TEST_CASE("a Compose file of two services becomes a plan")
{
    const auto plan = read({
        {"compose.yaml",   R"(
services:
  web:
    build: ./web
    ports: ["8080:80"]
    depends_on: [db]
    environment:
      - DB_HOST=db
      - GREETING=${GREETING:-hello}
    volumes:
      - ./nginx.conf:/etc/nginx/nginx.conf:ro
  db:
    image: postgres:16
    command: postgres -c "max_connections=20"
    volumes: ["data:/var/lib/postgresql/data"]
volumes:
  data:
)"                                              },
        {"nginx.conf",     "x"                                              },
        {"web/Dockerfile", "FROM nginx:1.27\nCOPY . /usr/share/nginx/html\n"},
    });
    REQUIRE_MESSAGE(plan.has_value(), plan.error().text());
    CHECK(plan->main == "web");
    CHECK(plan->services.size() == 2);
    const Service& web = plan->services[0];
    CHECK(web.ports == std::vector<std::uint16_t>{80});
    CHECK(web.environment.at("GREETING") == "hello");
    CHECK(std::get<BuildSpec>(web.source).context == "web");
    CHECK(std::get<ContentMount>(web.mounts.at(0)).source == "nginx.conf");
    CHECK(web.limits == Policy().defaults);
    const Service& db = plan->services[1];
    CHECK(*db.command == std::vector<std::string>{"postgres", "-c", "max_connections=20"});
    CHECK(std::get<VolumeMount>(db.mounts.at(0)).volume == "data");
    CHECK(plan->volumes.contains("data"));
}

TEST_CASE("a refused key says file, line, column and how to mend it")
{
    const auto plan = read({
        {"compose.yaml", "services:\n  web:\n    image: nginx\n    privileged: true\n"}
    });
    REQUIRE(plan.has_error());
    CHECK(plan.error().code == Code::refused);
    CHECK(plan.error().message == "compose.yaml:4:5: privileged is not allowed. Remove it.");
}
