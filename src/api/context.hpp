#pragma once

#include "access/access.hpp"
#include "base/log.hpp"
#include "base/node.hpp"
#include "engine/engine.hpp"
#include "forge/github/signature.hpp"
#include "git/location.hpp"
#include "logs/logs.hpp"
#include "net/http.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace diorama::api {

/// How GitHub's webhooks prove themselves here.
struct WebhookDoor {
    std::vector<github::WebhookSecret> secrets;  ///< None: no webhook is taken.
    std::string web = "https://github.com";      ///< Where its repositories are.
};

/// Of the disk that the data folder is on, in bytes.
struct Disk {
    std::uint64_t used = 0;
    std::uint64_t size = 0;
};

/// What handlers may touch. All of it outlives the server.
struct Context {
    World world;
    Commands& commands;
    Intake& intake;
    Poller& poller;
    Cleaner& cleaner;
    Access& access;
    Logs& logs;
    git::AllowedLocations locations;
    std::string version;
    /// What an operator should know about this machine, each with its mend (GET /doctor).
    std::function<Task<Result<Node>>()> facts;
    /// Whether the packet filter around scenes stands, as far as one is wanted (GET /health).
    std::function<bool()> filtered = [] { return true; };
    /// Whether there is room on the disk for what has to be written (GET /health).
    std::function<bool()> has_room = [] { return true; };
    /// Nothing where nobody can tell.
    std::function<std::optional<Disk>()> disk = [] { return std::nullopt; };
    WebhookDoor github{};
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
