#pragma once

#include "cli/api_client.hpp"
#include "cli/demo/engine.hpp"

#include <set>
#include <string>

namespace diorama::cli {

/// Looks for what an installation left behind: on the Engine, at the gateway, in the inventory.
class DemoTraces {
public:
    DemoTraces(
        Loop& loop, ApiClient& api, DemoEngine& engine, Client& gateway, std::string installation
    );

    /// A name a scene had; the gateway must forget it.
    void know(std::string host) { hosts_.insert(std::move(host)); }
    /// Waits until nothing is left; what was, as the Engine counts it.
    Task<Result<DemoEngine::Objects>> wait_until_none();

private:
    Task<Result<DemoEngine::Objects>> look();

    Loop& loop_;
    ApiClient& api_;
    DemoEngine& engine_;
    Client& gateway_;
    std::string installation_;
    std::set<std::string> hosts_;
};

}  // namespace diorama::cli
