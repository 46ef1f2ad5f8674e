#pragma once

#include "cli/api_client.hpp"
#include "cli/demo/engine.hpp"

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace diorama::cli {

/// A scene at one moment, as the API and the Docker Engine show it.
struct SceneView {
    Node environment;  ///< As the API gave it; null before there is one, and after its end.
    DemoEngine::Objects objects;

    std::string field(std::string_view key) const;
    /// Of a service: "url", "image" …; empty when there is none.
    std::string of_service(std::string_view service, std::string_view key) const;
    /// What a browser names when it asks for the service, with the port.
    std::string host(std::string_view service) const;
};

/// One scene of the demo, looked at by the API and on the Engine.
class DemoScene {
public:
    DemoScene(Loop& loop, ApiClient& api, DemoEngine& engine, std::string installation);

    /// Asks for one of a branch.
    Task<Result<>> ask_for(std::string repository, std::string branch);
    /// It is the one of a pull request, which nobody asks for.
    void expect(std::int64_t pull_request) { pull_request_ = pull_request; }

    /// Waits until it serves `commit` and what served before is gone.
    Task<Result<>> serves(std::string commit, std::stop_token stop);
    /// Waits until it is there for `commit`, which must be approved first.
    Task<Result<>> waits(std::string commit, std::stop_token stop);
    Task<Result<>> take_down();
    /// Waits until it is gone.
    Task<Result<>> ended();

    const SceneView& view() const { return view_; }

private:
    /// An error when it will never be.
    using Reached = std::function<Result<bool>()>;

    Task<Result<>> wait_for(Reached reached, seconds limit, std::stop_token stop);
    Task<Result<>> look();
    Task<Result<>> settle();

    Loop& loop_;
    ApiClient& api_;
    DemoEngine& engine_;
    std::string installation_;
    std::int64_t pull_request_ = 0;  ///< 0: none.
    SceneView view_;
};

}  // namespace diorama::cli
