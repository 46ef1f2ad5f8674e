// `diorama serve`, wired as ever, that dies where CHAOS_POINTS says. With CHAOS_RESYNC it compares
// what is with what shall be every so many seconds, so that a test need not wait for a minute.

#include "chaos/database.hpp"
#include "chaos/forge_door.hpp"
#include "main/house.hpp"
#include "main/serve.hpp"
#include "net/loop.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <list>

namespace diorama::chaos {

namespace {

/// The doors of a house.
class Doors {
public:
    Doors(Faults& faults, std::optional<seconds> resync) : faults_(faults), resync_(resync) {}

    World before(const World& real)
    {
        driver_.emplace(faults_, real.driver);
        builder_.emplace(faults_, real.builder);
        commits_.emplace(faults_, real.commits);
        router_.emplace(faults_, real.router);
        settings_ = real.settings;
        if (resync_) settings_.resync = *resync_;
        for (ForgeApi* forge : real.forges)
            forges_.push_back(&forge_doors_.emplace_back(faults_, *forge));
        return {
            real.scheduler,
            real.random,
            real.store,
            *commits_,
            *builder_,
            *driver_,
            *router_,
            real.logs,
            settings_,
            real.log,
            forges_,
            real.memory
        };
    }

private:
    Faults& faults_;
    std::optional<seconds> resync_;
    EngineSettings settings_;
    std::optional<DriverDoor> driver_;
    std::optional<BuilderDoor> builder_;
    std::optional<CommitsDoor> commits_;
    std::optional<RouterDoor> router_;
    std::list<ForgeDoor> forge_doors_;
    std::vector<ForgeApi*> forges_;
};

int fail(const Error& error)
{
    std::fprintf(stderr, "diorama-chaos: %s\n", error.text().c_str());
    return error.code == Code::invalid ? 2 : 1;
}

int serve(const ServeArguments& arguments)
{
    Faults faults;
    const char* wanted = std::getenv("CHAOS_POINTS");
    const auto armed = faults.arm(wanted ? wanted : "");
    if (!armed) return fail(armed.error());
    const auto config = load_config(arguments);
    if (!config) return fail(config.error());
    watch_databases(faults);
    const char* resync = std::getenv("CHAOS_RESYNC");
    Doors doors(faults, resync ? std::optional<seconds>(std::atoi(resync)) : std::nullopt);
    Log log(config->log.level);
    Loop loop(8);
    const auto around = [&](const World& real) { return doors.before(real); };
    const auto ended = run_house(loop, *config, log, around);
    if (!ended && ended.error().code != Code::cancelled) return fail(ended.error());
    return 0;
}

}  // namespace

}  // namespace diorama::chaos

int main(int count, char** words)
{
    const std::vector<std::string_view> arguments(words + 1, words + count);
    if (arguments == std::vector<std::string_view>{"--points"}) {
        for (const std::string& point : diorama::chaos::points())
            std::puts(point.c_str());
        return 0;
    }
    if (arguments.size() == 5 && arguments[0] == "serve" && arguments[1] == "--config" &&
        arguments[3] == "--data") {
        std::signal(SIGPIPE, SIG_IGN);
        return diorama::chaos::serve({.config = words[3], .data = words[5]});
    }
    std::fputs("usage: diorama-chaos --points | serve --config FILE --data FOLDER\n", stderr);
    return 2;
}
