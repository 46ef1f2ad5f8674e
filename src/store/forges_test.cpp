#include "store/deliveries.hpp"
#include "store/event_log.hpp"
#include "store/feedback.hpp"
#include "store/fixture.hpp"
#include "store/pull_requests.hpp"

using namespace diorama;

namespace {

struct ForgeFixture : StoreFixture {
    Project shop = project();

    deliveries::Delivery delivery(const std::string& guid)
    {
        return {
            .id = make_id<DeliveryId>(),
            .tenant = shop.tenant,
            .forge = "github",
            .delivery = guid,
            .event = "pull_request",
            .action = "opened",
            .repository_id = "100",
            .repository = "ann/shop",
            .pull_request = 7,
            .sender = "ann",
            .remote = "192.0.2.1",
            .headers = R"({"X-GitHub-Event":"pull_request"})",
            .body = R"({"action":"opened"})",
            .received_at = now()
        };
    }
    bool receive(const deliveries::Delivery& it)
    {
        return write([=](Tx& tx) -> Result<bool> { return deliveries::insert(tx, it); }).value();
    }
    std::vector<deliveries::Delivery> all(const deliveries::Filter& filter = {})
    {
        const auto list = [=, this](Tx& tx) {
            return deliveries::list(tx, shop.tenant, filter, "", 100);
        };
        return read(list).value().items;
    }

    pull_requests::Record seven()
    {
        return {
            .project = shop.id,
            .facts =
                {.number = 7,
                        .title = "A \"new\" till",
                        .author = "ann",
                        .author_id = "1",
                        .head_commit = std::string(40, 'a'),
                        .head_ref = "till",
                        .head_repository = "100",
                        .base_ref = "main",
                        .draft = true,
                        .labels = {"ui", "with \"quotes\""},
                        .updated_at = now()},
            .permission = Permission::write,
            .read_at = now(),
            .verdict = pull_requests::Verdict::preview
        };
    }
    void ask(Instant due)
    {
        CHECK(write([=, this](Tx& tx) -> Result<> {
                  pull_requests::ask(tx, shop.id, 7, due);
                  return ok();
              }).has_value());
    }
    std::vector<pull_requests::Due> due()
    {
        return read(
                   [this](Tx& tx) -> Result<std::vector<pull_requests::Due>> {
                       return pull_requests::due(tx, now(), 10);
                   }
        ).value();
    }
};

}  // namespace

TEST_CASE("a delivery is kept with its request, once (B07, SEC-21)")
{
    ForgeFixture fixture;
    const auto first = fixture.delivery("guid-1");
    CHECK(fixture.receive(first));
    CHECK(!fixture.receive(fixture.delivery("guid-1")));
    const auto found =
        fixture.read([&](Tx& tx) { return deliveries::find(tx, first.tenant, first.id); });
    REQUIRE(found.has_value());
    CHECK(*found == first);
    CHECK(fixture.all().size() == 1);
}

TEST_CASE("a forged delivery does not use up the id of the true one (SEC-20)")
{
    ForgeFixture fixture;
    auto forged = fixture.delivery("guid-1");
    forged.verdict = deliveries::Verdict::refused;
    CHECK(fixture.receive(forged));
    CHECK(fixture.receive(fixture.delivery("guid-1")));
    auto replay = fixture.delivery("guid-1");
    replay.replay_of = forged.id;
    CHECK(fixture.receive(replay));
}

TEST_CASE("deliveries are listed newest first, page by page, without their bodies")
{
    ForgeFixture fixture;
    for (const std::string guid : {"1", "2", "3"}) {
        fixture.scheduler.run_for(milliseconds{5});
        CHECK(fixture.receive(fixture.delivery(guid)));
    }
    const auto page = [&](const std::string& after) {
        return fixture
            .read([=, tenant = fixture.shop.tenant](Tx& tx) {
                return deliveries::list(tx, tenant, {}, after, 2);
            })
            .value();
    };
    const auto newest = page("");
    REQUIRE(newest.items.size() == 2);
    CHECK(newest.items[0].delivery == "3");
    CHECK(newest.items[0].body.empty());
    const auto oldest = page(newest.next);
    REQUIRE(oldest.items.size() == 1);
    CHECK(oldest.items[0].delivery == "1");
    CHECK(oldest.next.empty());
    CHECK(fixture.all({.repository = "bob/shop"}).empty());
    CHECK(fixture.all({.pull_request = 7}).size() == 3);
}

TEST_CASE("what was read settles the deliveries that waited for it")
{
    ForgeFixture fixture;
    CHECK(fixture.receive(fixture.delivery("1")));
    const auto until = fixture.now();
    fixture.scheduler.run_for(milliseconds{5});
    CHECK(fixture.receive(fixture.delivery("2")));
    const auto settled = fixture.write([=, now = fixture.now()](Tx& tx) -> Result<std::int64_t> {
        using enum deliveries::Verdict;
        return deliveries::settle(tx, "100", 7, until, acted, "deploys aaaaaaa", now);
    });
    CHECK(settled.value() == 1);
    const auto waiting = fixture.all({.verdict = deliveries::Verdict::waiting});
    REQUIRE(waiting.size() == 1);
    CHECK(waiting[0].delivery == "2");
}

TEST_CASE("B07 old deliveries are forgotten, those whose question is open are not")
{
    using enum deliveries::Verdict;
    ForgeFixture fixture;
    for (const auto verdict : {waiting, acted, nothing, refused, failed}) {
        auto delivery = fixture.delivery(std::string(name(verdict)));
        delivery.verdict = verdict;
        CHECK(fixture.receive(delivery));
    }
    const auto forgotten = fixture.write([&](Tx& tx) -> Result<std::int64_t> {
        return deliveries::forget(tx, fixture.now() + milliseconds{1});
    });
    CHECK(forgotten.value() == 3);
    CHECK(fixture.all().size() == 2);
    CHECK(fixture.all({.verdict = waiting}).size() == 1);
    CHECK(fixture.all({.verdict = failed}).size() == 1);
}

TEST_CASE("facts about a pull request come back as they were written")
{
    ForgeFixture fixture;
    fixture.ask(fixture.now());
    REQUIRE(fixture.due().size() == 1);
    auto record = fixture.seven();
    const auto asked = fixture.due()[0].asked;
    const pull_requests::Approval approval{std::string(40, 'a'), "bob", fixture.now()};
    const auto found = fixture.write([=](Tx& tx) {
        pull_requests::note(tx, record, asked);
        CHECK(pull_requests::approve(tx, record.project, 7, approval).has_value());
        return pull_requests::find(tx, record.project, 7);
    });
    record.approval = approval;
    REQUIRE(found.has_value());
    CHECK(*found == record);
    CHECK(fixture.due().empty());
}

TEST_CASE("pull requests come page by page, none twice and none left out")
{
    ForgeFixture fixture;
    const Project other = fixture.project("other");
    for (std::int64_t number = 1; number <= 5; ++number) {
        for (const ProjectId project : {fixture.shop.id, other.id})
            CHECK(fixture
                      .write([&](Tx& tx) -> Result<> {
                          pull_requests::ask(tx, project, number, fixture.now());
                          auto record = fixture.seven();
                          record.project = project;
                          record.facts.number = number;
                          if (number == 4) record.verdict = pull_requests::Verdict::held;
                          if (number == 5) record.facts.status = PullRequest::Status::closed;
                          pull_requests::note(tx, record, 1);
                          return ok();
                      })
                      .has_value());
    }
    pull_requests::ListQuery query{
        .projects = {fixture.shop.id, other.id},
          .limit = 3
    };
    const auto page = [&] {
        const auto read = fixture.read([&](Tx& tx) { return pull_requests::page(tx, query); });
        REQUIRE(read.has_value());
        query.after = read->next;
        return read->items.size();
    };
    CHECK(page() == 3);
    CHECK(page() == 3);
    CHECK(page() == 2);
    CHECK(query.after.empty());
    query.open_only = false;
    query.limit = 10;
    CHECK(page() == 10);
    query.held_only = true;
    CHECK(page() == 2);
    query.projects = {other.id};
    CHECK(page() == 1);
    query.projects.clear();
    CHECK(page() == 0);
    for (const char* wrong : {"x", "x.1", ".", "0197a0b0-0000-7000-8000-000000000000.x"}) {
        query.after = wrong;
        const auto read = fixture.read([&](Tx& tx) { return pull_requests::page(tx, query); });
        REQUIRE(read.has_error());
        CHECK(read.error().code == Code::invalid);
    }
}

TEST_CASE("a question asked in the middle of a look is not lost, not even in the same millisecond")
{
    ForgeFixture fixture;
    fixture.ask(fixture.now());
    const auto seen = fixture.due().at(0);
    fixture.ask(fixture.now());
    CHECK(fixture
              .write([&](Tx& tx) -> Result<> {
                  pull_requests::note(tx, fixture.seven(), seen.asked);
                  return ok();
              })
              .has_value());
    CHECK(fixture.due().size() == 1);
}

TEST_CASE("a forge that does not answer is asked later, sooner when it tells of something new")
{
    ForgeFixture fixture;
    fixture.ask(fixture.now());
    CHECK(fixture
              .write([&](Tx& tx) -> Result<> {
                  const auto later = fixture.now() + minutes{1};
                  pull_requests::put_off(tx, fixture.shop.id, 7, "it answered 500", later);
                  return ok();
              })
              .has_value());
    CHECK(fixture.due().empty());
    fixture.ask(fixture.now());
    CHECK(fixture.due().size() == 1);
}

TEST_CASE("a project is found by the forge's id after it was renamed, and is tied once")
{
    ForgeFixture fixture;
    const auto shop = fixture.shop;
    const auto other = fixture.project("till");
    const auto moved = fixture.write([=](Tx& tx) -> Result<Project> {
        CHECK(projects::tie(tx, shop.id, "github", "100").has_value());
        CHECK(projects::tie(tx, shop.id, "github", "100").has_value());
        const auto twice = projects::tie(tx, other.id, "github", "100");
        CHECK(twice.error().code == Code::conflict);
        const auto taken = projects::move(tx, shop.id, other.repository, "ann/till");
        CHECK(taken.error().code == Code::conflict);
        CHECK(projects::move(tx, shop.id, "https://git.example/store", "bob/store").has_value());
        return projects::find_by_forge(tx, shop.tenant, "github", "100");
    });
    REQUIRE(moved.has_value());
    CHECK(moved->id == shop.id);
    CHECK(moved->slug == "shop");
    CHECK(moved->name == "bob/store");
}

TEST_CASE("what the forge was told is kept, and what is left to tell is due again")
{
    ForgeFixture fixture;
    const auto environment = fixture.environment(fixture.shop).id;
    feedback::Record told{.environment = environment, .comment = "55", .comments_made = 1};
    told.status_commit = std::string(40, 'a');
    const auto left = fixture.write([=, now = fixture.now()](Tx& tx) -> Result<std::size_t> {
        CHECK(feedback::find(tx, environment) == feedback::Record{.environment = environment});
        feedback::ask(tx, environment, now);
        const auto seen = feedback::due(tx, now, 10).at(0);
        feedback::put(tx, told);
        CHECK(feedback::find(tx, environment) == told);
        feedback::ask(tx, environment, now);
        feedback::settle(tx, environment, seen.asked, now + seconds{5});
        CHECK(feedback::next_due(tx) == now + seconds{5});
        feedback::ask(tx, environment, now + seconds{3});
        feedback::ask(tx, environment, now + seconds{4});
        CHECK(feedback::next_due(tx) == now + seconds{3});
        feedback::settle(tx, environment, seen.asked + 3, now);
        return feedback::due(tx, now + minutes{1}, 10).size();
    });
    CHECK(left.value() == 0);
}

TEST_CASE("each event of a pull request that a forge knows asks for it to be told")
{
    ForgeFixture fixture;
    const auto known = fixture.environment(fixture.shop).id;
    const auto plain = fixture.environment(fixture.project("till")).id;
    const auto due = fixture.write([&, now = fixture.now()](Tx& tx) -> Result<std::size_t> {
        CHECK(projects::tie(tx, fixture.shop.id, "github", "100").has_value());
        for (const auto& id : {known, plain})
            CHECK(event_log::add(tx, {.environment = id, .at = now, .event = "wanted"}).has_value()
            );
        CHECK(feedback::next_due(tx) == now + feedback::pause);
        return feedback::due(tx, now + minutes{1}, 10).size();
    });
    CHECK(due.value() == 1);
}
