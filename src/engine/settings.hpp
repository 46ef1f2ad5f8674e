#pragma once

#include "base/clock.hpp"
#include "engine/cleanup/settings.hpp"
#include "engine/queue/limits.hpp"
#include "engine/sleep/settings.hpp"
#include "model/hosts.hpp"
#include "model/ids.hpp"
#include "model/policy.hpp"
#include "model/ports.hpp"
#include "model/rules.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace diorama {

/// How long each phase may take (DESIGN section 3). All configurable.
struct Deadlines {
    milliseconds queue = hours{24};  ///< For a place to become free.
    milliseconds fetch = minutes{2};
    milliseconds build = minutes{15};
    milliseconds start = minutes{10};  ///< All services, one after another where they depend.
    milliseconds health = seconds{60};
    milliseconds removal = minutes{2};
};

/// How forges with an API are dealt with.
struct ForgeSettings {
    milliseconds poll = seconds{60};            ///< How often open pull requests are listed.
    milliseconds keep = std::chrono::days{30};  ///< Deliveries, for the list.
    bool comment = true;                        ///< Which of our words the forge shows.
    bool status = true;
    bool deployments = true;
};

/// What a stranger's commit gets that somebody approved, besides `for_strangers` of its policy.
struct StrangerSettings {
    bool egress = false;  ///< Its scene reaches the internet.
};

/// What the engine was told to be. Plain values; the daemon fills them from its configuration.
struct EngineSettings {
    InstallationId installation;
    TenantId tenant;
    std::string target = "local";      ///< Which engine or cluster our objects stand on.
    std::string domain = "localhost";  ///< As `check_domain` answers it.
    Entrance entrance{.scheme = "http", .port = 8080};
    std::vector<Shape> shapes{Shape::flat};  ///< The first is the one people are shown.
    std::string subnets = "10.213.0.0/16";   ///< Networks of scenes are /26 pieces of it.
    std::string manifest;                    ///< Path of the manifest; empty: the usual names.
    std::vector<std::string> repositories;   ///< Which may be deployed, as `repository_entry`.
    ForgeSettings forges;
    std::map<std::string, Rules> rules;  ///< By owner/name in lower case; none: the default rules.
    Policy policy;
    StrangerSettings strangers;
    Deadlines deadlines;
    std::optional<PortPool> ports;  ///< None: environments are given none.
    SleepSettings sleep;
    CleanupSettings cleanup;
    LimitSettings limits;
    std::size_t workers = 8;  ///< Environments worked on at once.
    std::size_t wakers = 4;   ///< And so many woken besides, while all of these are busy.
    std::size_t builds = 2;   ///< Images built at once, over all environments.
    std::size_t starts = 4;   ///< Scenes put up at once, once their images are there.
    milliseconds lease = seconds{30};
    milliseconds resync = seconds{60};  ///< How often what is gets compared with what shall be.
};

}  // namespace diorama
