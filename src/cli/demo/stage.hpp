#pragma once

#include "cli/demo/daemon.hpp"
#include "cli/demo/forge.hpp"
#include "cli/demo/scene.hpp"
#include "cli/demo/shop.hpp"
#include "cli/demo/story.hpp"
#include "cli/demo/traces.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace diorama::cli {

struct DemoOptions {
    std::filesystem::path folder;                 ///< For all files; whoever made it removes it.
    Address engine;                               ///< The Docker Engine.
    std::map<std::string, std::string> settings;  ///< The daemon's.
    std::uint16_t forge_port = 0;
    bool check = false;  ///< Nobody watches: do not stay.
};

/// What the demo's acts play with: a forge, a clone of its repository, a daemon, and three scenes.
struct DemoStage {
    DemoStage(const CliWorld& world, Loop& from, DemoOptions with);

    /// Finds the way to the daemon, which runs.
    Task<Result<>> connect();
    /// Waits until the one comment of a pull request begins with `first` and mentions `mention`.
    Task<Result<>> comment_says(DemoForge::Number pull, std::string first, std::string mention);
    /// Fetches a service's page through the gateway; `text` must stand in it.
    Task<Result<>> page_says(const DemoScene& scene, std::string text);
    /// Looks until it is so, or `limit` is over; `timed_out` says only that.
    Task<Result<>> until(std::function<bool()> held, seconds limit);
    std::stop_token stopping() const { return stop.get_token(); }

    Loop& loop;
    DemoOptions options;
    DemoStory story;
    DemoForge forge;
    DemoShop shop;
    DemoDaemon daemon;
    DemoEngine engine;
    std::stop_source stop;  ///< A step fails, or the stay is over.

    std::optional<ApiClient> api;  ///< These once the daemon is up.
    std::optional<Client> gateway;
    std::optional<DemoTraces> traces;
    std::optional<DemoScene> branch;  ///< Of main.
    std::optional<DemoScene> pull;    ///< Of the owner's pull request.
    std::optional<DemoScene> fork;    ///< Of the stranger's.
    std::int64_t apples = 0;          ///< Left in the shop after one was taken.
};

/// Numbers of the pull requests, in the order they are opened in.
inline constexpr DemoForge::Number owners_pull = 1;
inline constexpr DemoForge::Number strangers_pull = 2;

inline constexpr const char* pull_branch = "opening-hours";

/// Fails with `message` unless `held`.
Result<> expect(bool held, std::string message);

}  // namespace diorama::cli
