#include "engine/content.hpp"
#include "engine/fingerprint.hpp"
#include "engine/scene.hpp"
#include "model/files_fake.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace diorama;

namespace {

Service service(std::string name, std::vector<std::string> after = {})
{
    Service made{.name = std::move(name), .source = ImageRef{"image:1"}};
    for (const std::string& other : after)
        made.depends_on.push_back({.service = other});
    return made;
}

struct Stage {
    EngineSettings settings;
    Project project{.slug = "shop"};
    Environment environment{
        .identity = {.kind = Kind::branch, .key = "main"},
          .slug = "shop-branch-main"
    };
    FakeFiles files{
        {{"nginx.conf", "listen"}, {"site/index.html", "hello"}, {"site/a/b.css", "red"}}
    };
    std::map<std::string, PublicAddress> addresses;

    Result<Scene> compose(const Plan& plan)
    {
        std::map<std::string, Image> images;
        for (const Service& each : plan.services)
            images[each.name] = {.reference = "image:1", .id = "sha256:1"};
        return diorama::compose(plan, images, files, {settings, project, environment, addresses});
    }
    SceneService one(Service each)
    {
        auto scene = compose({.services = {std::move(each)}, .volumes = {{"data", {}}}});
        return scene.value().services.at(0);
    }
};

}  // namespace

TEST_CASE("services come after what they wait for, and a circle is said with its service")
{
    Stage stage;
    const auto scene = stage.compose({
        .services = {service("web", {"api"}), service("api", {"db"}), service("db")}
    });
    REQUIRE(scene.has_value());
    std::vector<std::string> names;
    for (const SceneService& each : scene->services)
        names.push_back(each.name);
    CHECK(names == std::vector<std::string>{"db", "api", "web"});

    const auto circle = stage.compose({
        .manifest = "compose.yaml", .services = {service("a", {"b"}), service("b", {"a"})}
    });
    REQUIRE(circle.has_error());
    CHECK(circle.error().code == Code::invalid);
    CHECK(circle.error().message.find("'a'") != std::string::npos);
}

TEST_CASE("a new version starts beside the old one, unless it has no port or writes to a volume")
{
    Stage stage;
    Service web = service("web");
    CHECK_FALSE(stage.one(web).beside);
    web.ports = {8080};
    CHECK(stage.one(web).beside);
    web.mounts = {
        VolumeMount{.volume = "data", .target = "/data", .read_only = true}
    };
    CHECK(stage.one(web).beside);
    web.mounts = {
        VolumeMount{.volume = "data", .target = "/data"}
    };
    CHECK_FALSE(stage.one(web).beside);
}

TEST_CASE("a service somebody waits for to complete is a job")
{
    Stage stage;
    Service web = service("web");
    web.depends_on = {
        {.service = "migrate", .condition = Dependency::Condition::completed}
    };
    const auto scene = stage.compose({
        .services = {web, service("migrate")}
    });
    CHECK(scene->services.at(0).job);
    CHECK_FALSE(scene->services.at(1).job);
}

TEST_CASE("a service that names no network is on the default one, and only used networks are made")
{
    Stage stage;
    Service db = service("db");
    db.networks = {
        {.network = "back", .aliases = {"store"}}
    };
    db.container_name = "shop-db";
    const auto scene = stage.compose({
        .services = {service("web"),               db            },
        .networks = {{"back", {.internal = true}}, {"unused", {}}},
    });
    REQUIRE(scene->networks.size() == 2);
    CHECK(scene->networks.at("back").internal);
    CHECK_FALSE(scene->networks.at("default").internal);
    const auto& joined = scene->services.at(1).container.attachments.at(0);
    CHECK(joined.network == scene->networks.at("back").name);
    CHECK(joined.aliases == std::vector<std::string>{"store", "db", "shop-db"});
}

TEST_CASE("a new commit alone changes no container's key, a new address does (K13)")
{
    Stage stage;
    stage.environment.wanted.commit = std::string(40, 'a');
    const auto before = stage.one(service("web"));
    stage.environment.wanted.commit = std::string(40, 'b');
    const auto pushed = stage.one(service("web"));
    CHECK(pushed.key == before.key);
    CHECK(pushed.container.service.environment.at("DIORAMA_COMMIT") == std::string(40, 'b'));
    stage.addresses["web"] = {.host = "web.localhost"};
    CHECK(stage.one(service("web")).key != before.key);
}

TEST_CASE("what the manifest sets goes before what Diorama tells (K13)")
{
    Stage stage;
    Service web = service("web");
    web.environment["DIORAMA"] = "mine";
    web.environment["COMMIT_SHA"] = "mine too";
    const auto environment = stage.one(web).container.service.environment;
    CHECK(environment.at("DIORAMA") == "mine");
    CHECK(environment.at("COMMIT_SHA") == "mine too");
}

TEST_CASE("variables tell the pull request, the branch, and where each service is found (K13)")
{
    Stage stage;
    stage.environment.pull_request = 7;
    stage.addresses["my-api"] = {.host = "my-api.localhost"};
    const SceneFacts facts{stage.settings, stage.project, stage.environment, stage.addresses};
    const auto told = injected_variables(facts, "my-api").lasting;
    CHECK(told.at("PR_NUMBER") == "7");
    CHECK(told.at("BRANCH") == "main");
    CHECK(told.at("DIORAMA_URL_MY_API") == "http://my-api.localhost:8080/");
    CHECK(told.at("DIORAMA_URL") == told.at("DIORAMA_URL_MY_API"));
    CHECK_FALSE(told.contains("DIORAMA_COMMIT"));
}

TEST_CASE(
    "a container's key changes with its image, its content and every setting, and with nothing "
    "between containers"
)
{
    const Service plain = service("web");
    const std::string key = fingerprint(plain, "sha256:1", {});
    CHECK(fingerprint(plain, "sha256:2", {}) != key);
    CHECK(fingerprint(plain, "sha256:1", {"file"}) != key);

    const auto changed = [&](auto change) {
        Service other = plain;
        change(other);
        return fingerprint(other, "sha256:1", {}) != key;
    };
    CHECK(changed([](Service& it) { it.command = {"serve"}; }));
    CHECK(changed([](Service& it) { it.environment["A"] = ""; }));
    CHECK(changed([](Service& it) { it.ports = {80}; }));
    CHECK(changed([](Service& it) { it.user = "1000"; }));
    CHECK(changed([](Service& it) { it.read_only = !it.read_only; }));
    CHECK(changed([](Service& it) { it.limits.memory += 1; }));
    CHECK(changed([](Service& it) { it.healthcheck.emplace(); }));
    CHECK(changed([](Service& it) { it.mounts = {TmpfsMount{.target = "/tmp"}}; }));
    CHECK(changed([](Service& it) { it.labels["a"] = "b"; }));
    CHECK_FALSE(changed([](Service& it) { it.replicas = 3; }));
    CHECK_FALSE(changed([](Service& it) { it.depends_on = {{.service = "db"}}; }));
}

TEST_CASE("settings that look alike when written one after the other have different keys")
{
    Service one = service("web");
    Service other = service("web");
    one.environment = {
        {"A", "1B=2"}
    };
    other.environment = {
        {"A", "1"},
        {"B", "2"}
    };
    CHECK(fingerprint(one, "i", {}) != fingerprint(other, "i", {}));
    one = other = service("web");
    one.command = {"a b"};
    other.command = {"a", "b"};
    CHECK(fingerprint(one, "i", {}) != fingerprint(other, "i", {}));
}

TEST_CASE("a file of the commit lands at its target, a folder below it")
{
    Stage stage;
    const auto file =
        pack({.source = "nginx.conf", .target = "/etc/nginx/nginx.conf"}, stage.files);
    REQUIRE(file.has_value());
    CHECK(file->target == "/etc/nginx");
    CHECK_FALSE(file->folder);
    const auto folder = pack({.source = "site", .target = "/www"}, stage.files);
    REQUIRE(folder.has_value());
    CHECK(folder->target == "/www");
    CHECK(folder->folder);
    CHECK(pack({.source = "nginx.conf", .target = "/top"}, stage.files)->target == "/");
    CHECK(pack({.source = "sit", .target = "/www"}, stage.files).error().code == Code::not_found);
}

TEST_CASE("content is the same only with the same files, place, mode and owner")
{
    Stage stage;
    const ContentMount mount{.source = "site", .target = "/www"};
    const std::string identity = pack(mount, stage.files)->identity;
    CHECK(pack(mount, stage.files)->identity == identity);
    FakeFiles changed{
        {{"site/index.html", "bye"}, {"site/a/b.css", "red"}}
    };
    CHECK(pack(mount, changed)->identity != identity);
    const auto with = [&](auto change) {
        ContentMount other = mount;
        change(other);
        return pack(other, stage.files)->identity;
    };
    CHECK(with([](ContentMount& it) { it.target = "/other"; }) != identity);
    CHECK(with([](ContentMount& it) { it.mode = 0600; }) != identity);
    CHECK(with([](ContentMount& it) { it.owner = "1000:1000"; }) != identity);
}

TEST_CASE("a stranger's scene does not reach the internet, unless the installation lets it (SEC-45)"
)
{
    Stage stage;
    const auto closed = [&] {
        return stage.compose({.services = {service("web")}})->networks.at("default").internal;
    };
    CHECK_FALSE(closed());
    stage.environment.wanted.untrusted = true;
    CHECK(closed());
    stage.settings.strangers.egress = true;
    CHECK_FALSE(closed());
}

TEST_CASE("a network that is closed is another network, with other containers (SEC-40)")
{
    Stage stage;
    Service db = service("db"), web = service("web");
    db.networks = {{.network = "back"}};
    const auto with = [&](bool internal) {
        return stage
            .compose({
                .services = {db, web},
                  .networks = {{"back", {.internal = internal}}}
        })
            .value();
    };
    const Scene open = with(false), closed = with(true);
    CHECK(open.networks.at("back").name != closed.networks.at("back").name);
    CHECK(open.networks.at("default").name == closed.networks.at("default").name);
    CHECK(closed.services.at(0).name == "db");
    CHECK(open.services.at(0).key != closed.services.at(0).key);
    CHECK(
        closed.services.at(0).container.attachments.at(0).network == closed.networks.at("back").name
    );
    CHECK(open.services.at(1).key == closed.services.at(1).key);
}

TEST_CASE("a name in extra_hosts that stands for a service is that service's, where both meet")
{
    Stage stage;
    Service db = service("db"), web = service("web");
    db.networks = {{.network = "back"}, {.network = "admin"}};
    web.networks = {{.network = "back"}};
    const auto before = stage.compose({
        .services = {db, web}
    });
    web.extra_hosts = {
        {"db.internal", "db"       },
        {"far",         "192.0.2.1"}
    };
    const auto after = stage.compose({
        .services = {db, web}
    });
    const SceneService& made = after.value().services.at(0);
    REQUIRE(made.name == "db");
    const auto& attachments = made.container.attachments;
    CHECK(attachments.at(0).aliases == std::vector<std::string>{"db.internal", "db"});
    CHECK(attachments.at(1).aliases == std::vector<std::string>{"db"});
    CHECK(made.key != before.value().services.at(0).key);
}

TEST_CASE("whether a copied file may be written to is part of the container's key")
{
    Stage stage;
    const auto key_with = [&](std::string source, bool read_only) {
        Service web = service("web");
        web.mounts = {
            ContentMount{
                         .source = std::move(source), .target = "/etc/nginx.conf", .read_only = read_only
            }
        };
        return stage.one(web).key;
    };
    CHECK(key_with("nginx.conf", true) != key_with("nginx.conf", false));
    CHECK(key_with("nginx.conf", true) == key_with("nginx.conf", true));
    CHECK(key_with("site", true) != key_with("site", false));
}
