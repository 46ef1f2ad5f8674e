#pragma once

#include "access/access.hpp"
#include "base/log.hpp"
#include "base/node.hpp"
#include "engine/engine.hpp"
#include "git/location.hpp"
#include "logs/logs.hpp"
#include "net/http.hpp"

#include <functional>
#include <stop_token>
#include <string>

namespace diorama::api {

/// What handlers may touch. All of it outlives the server.
struct Context {
    World world;
    Commands& commands;
    Access& access;
    Logs& logs;
    git::AllowedLocations locations;
    std::string version;
    /// What an operator should know about this machine, each with its mend (GET /doctor).
    std::function<Task<Result<Node>>()> facts;
    /// Whether the packet filter around scenes stands, as far as one is wanted (GET /health).
    std::function<bool()> filtered = [] { return true; };
    std::stop_token stopping{};  ///< Asked: answers that are held back are given now.
};

/// A request that passed the door: its token is known, and holds the endpoint's right somewhere.
/// The handler, or the command it calls, still checks the resource.
struct Call {
    Request request;
    Caller caller;
    Right right = Right::none;  ///< Its endpoint's.

    std::string param(const std::string& name) const { return request.params.at(name); }
};

using Handle = Task<Response> (*)(Context&, Call);

}  // namespace diorama::api
