#include "driver/stage.hpp"

namespace diorama {

namespace {

Task<> applying_twice_is_once(ContractWorld& world)
{
    const Stage stage{world};
    const Made net = co_await stage.make(stage.network());
    const Made same_net = co_await stage.make(stage.network());
    CHECK(net.external_id == same_net.external_id);
    const Made data = co_await stage.make(stage.volume("data"));
    const Made same_data = co_await stage.make(stage.volume("data"));
    CHECK(data.external_id == same_data.external_id);
    const Made web = co_await stage.make(stage.container("web", Part::server));
    const Made same_web = co_await stage.make(stage.container("web", Part::server));
    CHECK(web.external_id == same_web.external_id);
    CHECK(web.address == same_web.address);
    CHECK(!web.address.empty());

    const auto seen = co_await world.driver().observe(shop);
    REQUIRE(seen.has_value());
    CHECK(seen->size() == 3);
    co_await stage.remove("web", EntryType::container);
    co_await stage.remove("data", EntryType::volume);
    co_await stage.strike({});
}

Task<> a_finished_job_is_not_run_again(ContractWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    co_await stage.make(stage.container("job", Part::job));
    const auto code = co_await world.driver().wait_exit(stage.entry("job"), {});
    REQUIRE(code.has_value());
    CHECK(*code == 0);
    co_await stage.make(stage.container("job", Part::job));
    std::vector<std::string> said;
    const auto read = [&](const OutputLine& line) { said.push_back(line.text); };
    const auto followed = co_await world.driver().follow(stage.entry("job"), {}, read, {});
    CHECK(followed.has_value());
    CHECK(said == std::vector<std::string>{"done"});
    co_await stage.strike({"job"});
}

Task<> a_stranger_is_left_alone(ContractWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    using enum EntryType;
    for (const EntryType type : {network, volume, container}) {
        const std::string part = fmt::format("their-{}", name(type));
        co_await world.place_foreign(type, stage.name(part));
        Intent intent = stage.volume(part);
        if (type == network) intent = stage.network(part, 1);
        if (type == container) intent = stage.container(part, Part::server);
        const auto made = co_await world.driver().apply(intent, {});
        REQUIRE(made.has_error());
        CHECK(made.error().code == Code::conflict);
        co_await stage.remove(part, type);
        const bool there = co_await world.foreign_exists(type, stage.name(part));
        CHECK(there);
    }
    co_await stage.strike({});
}

Task<> a_taken_range_is_a_conflict(ContractWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    const auto made = co_await world.driver().apply(stage.network("other", 0), {});
    REQUIRE(made.has_error());
    CHECK(made.error().code == Code::conflict);
    co_await stage.strike({});
}

Task<> a_missing_image_is_named(ContractWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    ContainerIntent intent = stage.container("web", Part::server);
    intent.image = "diorama-contract/nowhere:none";
    const auto made = co_await world.driver().apply(intent, {});
    REQUIRE(made.has_error());
    CHECK(made.error().code == Code::not_found);
    CHECK(made.error().message.find("diorama-contract/nowhere:none") != std::string::npos);
    co_await stage.strike({});
}

Task<> removing_twice_is_once(ContractWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    co_await stage.make(stage.volume("data"));
    co_await stage.make(stage.container("web", Part::server));
    const auto too_early =
        co_await world.driver().remove(stage.entry("net", EntryType::network), {});
    REQUIRE(too_early.has_error());
    CHECK(is_retryable(too_early.error().code));
    for (int time = 0; time < 2; ++time) {
        co_await stage.remove("web", EntryType::container);
        co_await stage.remove("data", EntryType::volume);
        co_await stage.remove("net", EntryType::network);
    }
    co_await stage.strike({});
}

Task<> observe_shows_ours_and_whose(ContractWorld& world)
{
    const Stage ours{world};
    const Stage others{world, blog};
    co_await ours.make(ours.network());
    co_await others.make(others.network("blog-net", 1));
    co_await ours.make(ours.container("web", Part::server));

    const auto of_shop = co_await world.driver().observe(shop);
    REQUIRE(of_shop.has_value());
    CHECK(of_shop->size() == 2);
    for (const Found& found : *of_shop) {
        CHECK(label::value(found.labels, environment_label) == shop.text());
        CHECK(!found.external_id.empty());
        if (found.type == EntryType::container) CHECK(found.running == Running::running);
    }
    const auto of_all = co_await world.driver().observe(std::nullopt);
    REQUIRE(of_all.has_value());
    CHECK(of_all->size() == 3);
    co_await others.remove("blog-net", EntryType::network);
    co_await ours.strike({"web"});
}

Task<> a_hidden_container_has_no_name_until_promoted(ContractWorld& world)
{
    const Stage stage{world};
    Driver& driver = world.driver();
    co_await stage.make(stage.network());
    // Its address will be free when the hidden one is connected anew, and must not be taken.
    co_await stage.make(stage.container("filler", Part::server));
    co_await stage.make(stage.container("client", Part::server));
    const Made hidden = co_await stage.make(stage.container("web", Part::server, true));
    const auto well = co_await driver.wait_healthy(stage.entry("web"), tcp_gate(), {});
    REQUIRE_MESSAGE(well.has_value(), problem(well));
    const auto before = co_await world.resolve(stage.entry("client"), "web");
    CHECK(before.empty());

    co_await world.connect(stage.entry("web"), hidden.address);
    co_await stage.remove("filler", EntryType::container);
    for (int time = 0; time < 2; ++time) {
        const auto promoted = co_await driver.promote(
            stage.entry("web"),
            {
                {stage.name("net"), {"web", "www"}}
        }
        );
        REQUIRE_MESSAGE(promoted.has_value(), problem(promoted));
    }
    const auto by_name = co_await world.resolve(stage.entry("client"), "web");
    CHECK(by_name == std::vector{hidden.address});
    const auto by_alias = co_await world.resolve(stage.entry("client"), "www");
    CHECK(by_alias == std::vector{hidden.address});
    const bool connected = co_await world.still_connected();
    CHECK(connected);
    co_await stage.strike({"web", "client"});
}

}  // namespace

std::vector<Promise> promises_about_objects()
{
    return {
        {"applying twice is applying once (A05)",               applying_twice_is_once         },
        {"a finished job is not run again",                     a_finished_job_is_not_run_again},
        {"an object that somebody else made is left alone",     a_stranger_is_left_alone       },
        {"a range that is taken is a conflict",                 a_taken_range_is_a_conflict    },
        {"an image the engine does not have is named",          a_missing_image_is_named       },
        {"removing twice is removing once (A05)",               removing_twice_is_once         },
        {"observe shows ours, and whose they are",              observe_shows_ours_and_whose   },
        {"a hidden container has no name until it is promoted",
         a_hidden_container_has_no_name_until_promoted                                         },
    };
}

const std::vector<Promise>& driver_contract()
{
    static const std::vector<Promise> promises = [] {
        std::vector<Promise> all = promises_about_objects();
        std::ranges::copy(promises_about_life(), std::back_inserter(all));
        return all;
    }();
    return promises;
}

}  // namespace diorama
