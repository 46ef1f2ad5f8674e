#pragma once

#include "cli/demo_daemon.hpp"
#include "cli/demo_scene.hpp"
#include "cli/demo_shop.hpp"
#include "cli/demo_story.hpp"
#include "cli/demo_visitors.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <stop_token>
#include <string>

namespace diorama::cli {

/// The demo's steps, in their order. Each tells its line, or fails with what did not hold.
class DemoPlay {
public:
    struct Stage {
        std::filesystem::path folder;  ///< For all files; whoever made it removes it.
        Address engine;                ///< The Docker Engine.
        std::map<std::string, std::string> settings;  ///< The daemon's.
        bool check = false;                           ///< Nobody watches: do not stay.
    };

    DemoPlay(const CliWorld& world, Loop& loop, Stage stage);

    Task<Result<>> play();
    /// Ends the daemon, and after a failure takes down what stands of the scene.
    Task<> clear();
    /// Ends what runs now: a step fails, or the stay is over.
    void interrupt() { stop_.request_stop(); }
    /// The ends of the logs, for people who wonder why it failed; known after `clear`.
    const std::string& last_lines() const { return last_lines_; }

private:
    Task<Result<>> start_daemon();
    Task<Result<>> make_repository();
    Task<Result<>> put_up();
    Task<Result<>> fetch_page();
    Task<Result<>> take_apple();
    Task<Result<>> update_one_service();
    Task<Result<>> switch_without_build();
    Task<Result<>> stay();
    Task<Result<>> take_down();
    Task<Result<>> prove_nothing_left();

    Task<Result<>> connect();
    Task<> clear_scene();
    Task<Result<>> deploy();
    Result<> check_only_page_changed(const SceneView& before);
    Task<Result<>> check_apples();
    Result<> check_visits(const VisitTally& tally);
    Task<Result<std::int64_t>> apples(std::string method);
    std::string command(std::string_view words) const;

    Loop& loop_;
    Stage stage_;
    DemoStory story_;
    DemoDaemon daemon_;
    DemoShop shop_;
    DemoEngine engine_;
    std::stop_source stop_;

    std::unique_ptr<ApiClient> api_;  ///< These three once the daemon is up.
    std::unique_ptr<Client> gateway_;
    std::unique_ptr<DemoScene> scene_;
    std::int64_t apples_ = 0;  ///< Left after one was taken.
    std::string last_lines_;
};

}  // namespace diorama::cli
