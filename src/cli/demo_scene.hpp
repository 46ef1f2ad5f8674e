#pragma once

#include "cli/api_client.hpp"
#include "cli/demo_engine.hpp"

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace diorama::cli {

/// A scene at one moment, as the API and the Docker Engine show it.
struct SceneView {
    Node environment;  ///< As the API gave it; null before there is one.
    DemoEngine::Objects objects;

    std::string field(std::string_view key) const;
    /// Of a service: "url", "image" …; empty when there is none.
    std::string of_service(std::string_view service, std::string_view key) const;
    /// What a browser names when it asks for the service, with the port.
    std::string host(std::string_view service) const;
};

/// The demo's one scene: asked for by the API, looked at there and on the Engine.
class DemoScene {
public:
    DemoScene(Loop& loop, ApiClient& api, DemoEngine& engine, std::string installation);

    /// Asks for `commit`, the newest of branch main of `repository`, and waits until it serves and
    /// what served before is gone.
    Task<Result<>> deploy(std::string repository, std::string commit, std::stop_token stop);
    /// Asks for its end and waits for it.
    Task<Result<>> take_down();
    /// Waits until nothing of it is left: on the Engine, in the gateway, in the inventory.
    Task<Result<>> wait_until_traceless(Client& gateway);

    const SceneView& view() const { return view_; }
    /// Goes on with a scene that was seen before, by a daemon that started again.
    void adopt(SceneView seen) { view_ = std::move(seen); }
    bool exists() const { return !view_.environment.is_null(); }
    /// The end of its log, for people who wonder what happened.
    Task<std::string> last_lines();

private:
    Task<Result<>> wait_for(std::string deployment, std::stop_token stop);
    Task<Result<>> look(std::string commit);
    Task<Result<>> check_traceless(Client& gateway);

    Loop& loop_;
    ApiClient& api_;
    DemoEngine& engine_;
    std::string installation_;
    SceneView view_;
    std::vector<std::string> hosts_;  ///< It had, before it was taken down.
};

}  // namespace diorama::cli
