#pragma once

#include "engine/test_world.hpp"
#include "store/event_log.hpp"

#include <doctest/doctest.h>

namespace diorama {

inline constexpr std::string_view web_host = "corner-shop-branch-main.localhost";

/// A page that waits for a database, which waits for a job, and a worker beside them.
inline std::string shop(std::string_view page = "web:1")
{
    return fmt::format(
        "services:\n"
        "  web:\n    image: {}\n    ports: ['8080']\n"
        "    depends_on: {{db: {{condition: service_healthy}}}}\n"
        "  db:\n    image: db:1\n    expose: ['5432']\n    volumes: ['data:/data']\n"
        "    depends_on: {{migrate: {{condition: service_completed_successfully}}}}\n"
        "  migrate:\n    image: migrate:1\n"
        "  worker:\n    image: worker:1\n"
        "volumes:\n  data:\n",
        page
    );
}

/// A world with one scene that serves.
struct SleepScene : TestWorld {
    EnvironmentId id;

    SleepScene()
    {
        host.behave("migrate:1", {.exits = 0});
        push_compose('a', shop());
        id = deploy().id;
        REQUIRE(settle(id).state == State::ready);
    }
    Result<Environment> sleep(Presence rung = Presence::frozen)
    {
        return scheduler.run(engine().commands().sleep(admin(), id, rung));
    }
    Result<Environment> wake() { return scheduler.run(engine().commands().wake(admin(), id)); }
    /// Until it has come to rest on `rung`.
    void down_to(Presence rung)
    {
        REQUIRE(sleep(rung).has_value());
        wait_until([&] { return find(id).presence == rung; });
        scheduler.run_for(seconds{20});
    }
    void until_awake()
    {
        wait_until([&] { return find(id).presence == Presence::awake; });
        scheduler.run_for(seconds{1});
    }
    /// The gateway ends and begins with the daemon.
    void restart()
    {
        stop();
        router.table = {};
        start();
    }
    Running running(std::string_view service) { return serving(id, service)->container.running; }
    bool all_run()
    {
        for (const char* service : {"web", "db", "worker"}) {
            const auto* object = serving(id, service);
            if (!object || object->container.running != Running::running) return false;
        }
        return true;
    }
    std::size_t calls(Verb verb) const
    {
        return static_cast<std::size_t>(
            std::ranges::count(driver->calls, verb, &FakeDriver::Call::verb)
        );
    }
    std::vector<std::string> events()
    {
        const auto read = [this](Tx& tx) -> Result<std::vector<std::string>> {
            std::vector<std::string> names;
            for (const auto& record : event_log::list(tx, id, 0, 100))
                names.push_back(record.event + " by " + record.actor.name);
            return names;
        };
        return *query(read);
    }
};

inline bool contains(const std::vector<std::string>& all, std::string_view one)
{
    return std::ranges::find(all, one) != all.end();
}

}  // namespace diorama
