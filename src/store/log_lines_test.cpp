#include "store/fixture.hpp"
#include "store/log_lines.hpp"

using namespace diorama;
using log_lines::Query;

namespace {

struct Fixture : StoreFixture {
    Project shop = project();
    EnvironmentId home = environment(shop).id;

    LogLine
    line(std::string message, LogType type = LogType::container, std::string service = "web")
    {
        return {
            .type = type,
            .service = std::move(service),
            .stream = "stdout",
            .message = std::move(message),
            .at = now()
        };
    }
    std::vector<LogLine> append(std::vector<LogLine> lines)
    {
        return write([&](Tx& tx) { return log_lines::append(tx, home, lines); }).value();
    }
    std::vector<std::string> messages(Query query)
    {
        query.environment = home;
        std::vector<std::string> found;
        for (auto& each : read([&](Tx& tx) { return log_lines::page(tx, query); }).value())
            found.push_back(std::move(each.message));
        return found;
    }
};

using Messages = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(Fixture, "G06 a line reads back as it was written, numbered")
{
    auto first = line("hello");
    first.deployment = make_id<DeploymentId>();
    const auto stored = append({first, line("world", LogType::build, "")});
    CHECK(stored[0].sequence == 1);
    CHECK(stored[1].sequence == 2);
    CHECK(stored[1].environment == home);
    first.environment = home;
    first.sequence = 1;
    const auto page = read([&](Tx& tx) { return log_lines::page(tx, {.environment = home}); });
    CHECK(*page == stored);
    CHECK(page->front() == first);
    CHECK(append({line("more")})[0].sequence == 3);
}

TEST_CASE_FIXTURE(Fixture, "G04 whoever reads on after a line misses none, and pages go both ways")
{
    std::vector<LogLine> lines;
    for (int i = 1; i <= 9; ++i)
        lines.push_back(line(std::to_string(i)));
    append(lines);
    CHECK(messages({.limit = 3}) == Messages{"7", "8", "9"});
    CHECK(messages({.before = 7, .limit = 3}) == Messages{"4", "5", "6"});
    CHECK(messages({.before = 2, .limit = 3}) == Messages{"1"});
    CHECK(messages({.after = 0, .limit = 2}) == Messages{"1", "2"});
    CHECK(messages({.after = 2, .limit = 3}) == Messages{"3", "4", "5"});
    CHECK(messages({.after = 9}).empty());
    const auto both = read([&](Tx& tx) {
        return log_lines::page(tx, {.environment = home, .after = 1, .before = 5});
    });
    CHECK(both.error().code == Code::invalid);
}

TEST_CASE_FIXTURE(Fixture, "G02 lines are found by type, service, deployment and text, together")
{
    const auto deployment = make_id<DeploymentId>();
    auto of_deployment = line("Step 1/3", LogType::build, "web");
    of_deployment.deployment = deployment;
    append({
        of_deployment,
        line("listening", LogType::container, "web"),
        line("listening", LogType::container, "api"),
        line("scene is up", LogType::system, ""),
        line("100% done_now \\o/", LogType::container, "api"),
    });
    CHECK(messages({.types = {LogType::build}}) == Messages{"Step 1/3"});
    CHECK(
        messages({
                     .types = {LogType::build, LogType::system}
    }
        ).size() == 2
    );
    CHECK(messages({.service = "api"}).size() == 2);
    CHECK(messages({.service = ""}) == Messages{"scene is up"});
    CHECK(messages({.deployment = deployment}) == Messages{"Step 1/3"});
    CHECK(messages({.service = "api", .search = "LISTEN"}) == Messages{"listening"});
    CHECK(messages({.search = "0% done_"}).size() == 1);
    CHECK(messages({.search = "\\o"}).size() == 1);
    CHECK(messages({.search = "0_ done"}).empty());
    const Query too_long{.environment = home, .search = std::string(max_search + 1, 'x')};
    const auto refused = read([&](Tx& tx) { return log_lines::page(tx, too_long); });
    CHECK(refused.error().code == Code::invalid);
}

TEST_CASE_FIXTURE(Fixture, "SEC-62 whatever a container prints is only text")
{
    const std::string hostile = "'); DELETE FROM log_lines; --";
    append({line(hostile, LogType::container, hostile), line(std::string("a\0b\xff", 4))});
    CHECK(messages({.service = hostile}) == Messages{hostile});
    CHECK(messages({.search = hostile}) == Messages{hostile});
    CHECK(messages({}) == Messages{hostile, "a\uFFFDb\uFFFD"});
}

TEST_CASE_FIXTURE(Fixture, "lines are numbered by environment, and outlive what they tell about")
{
    const auto other = environment(shop, 8);
    append({line("here")});
    const auto there =
        write([&](Tx& tx) { return log_lines::append(tx, other.id, {line("there")}); });
    CHECK(there->front().sequence == 1);
    CHECK(messages({}) == Messages{"here"});
    const auto nowhere = write([&](Tx& tx) {
        return log_lines::append(tx, make_id<EnvironmentId>(), {line("nowhere")});
    });
    CHECK(nowhere.error().code == Code::not_found);
}

TEST_CASE_FIXTURE(Fixture, "old lines are forgotten bit by bit, numbers are never used again")
{
    append({line("1"), line("2"), line("3")});
    scheduler.run_for(hours{1});
    append({line("4")});
    const auto forget = [&] {
        return *write([&](Tx& tx) { return log_lines::forget_older(tx, now(), 2); });
    };
    CHECK(forget() == 2);
    CHECK(forget() == 1);
    CHECK(forget() == 0);
    CHECK(messages({}) == Messages{"4"});
    append({line("5"), line("6")});
    CHECK(*write([&](Tx& tx) { return log_lines::forget_beyond(tx, home, 2); }) == 1);
    CHECK(messages({}) == Messages{"5", "6"});
    CHECK(append({line("7")})[0].sequence == 7);
}
