#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/files.hpp"
#include "model/inventory.hpp"
#include "model/plan.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What goes into a driver and comes out of it, as values.
namespace diorama {

using Labels = std::map<std::string, std::string>;

struct NetworkIntent {
    std::string name;
    std::string subnet;  ///< CIDR, taken from the configured range by the engine.
    bool internal = false;
    Labels labels;
};

struct VolumeIntent {
    std::string name;
    Labels labels;
};

/// A network of the scene and the names a container answers to there.
struct Attachment {
    std::string network;
    std::vector<std::string> aliases;
};

/// Part of the commit, as an uncompressed tar whose paths are relative to `target`.
struct Content {
    std::string target;
    bool read_only = false;
    std::string volume;  ///< Seed this volume once, when it is new; empty: copy into the container.
    std::function<Chunks()> open;  ///< May be called again when a try failed.
};

struct ContainerIntent {
    std::string name;
    Service service;
    std::string image;  ///< Id or reference the engine has locally.
    Labels labels;
    std::vector<Attachment> attachments;         ///< Empty aliases: hidden until `promote`.
    std::map<std::string, std::string> volumes;  ///< Plan's volume → the volume's real name.
    std::vector<Content> contents;
};

/// An object to be. The engine wrote its inventory row before it asks for it.
using Intent = std::variant<NetworkIntent, VolumeIntent, ContainerIntent>;

/// What came of an intent.
struct Made {
    std::string external_id;
    std::string address;               ///< A container's address on its first network.
    std::vector<std::uint16_t> ports;  ///< What its image exposes, lowest first.
};

enum class Running { created, running, restarting, frozen, exited, dead };

/// An object as it is now, found by our labels.
struct Found {
    EntryType type = EntryType::container;
    std::string name;
    std::string external_id;
    Labels labels;
    std::string address;
    Running running = Running::running;
    std::optional<bool> healthy;  ///< Only for containers with a health check.
    std::int64_t exit_code = 0;   ///< Of a container that ended.
};

/// How to tell that a container is well (A20). The image's or Compose's health check always comes
/// first; then `path`, an HTTP answer below 500 when `routed`, an open port, five quiet seconds.
struct Gate {
    bool routed = false;
    std::optional<std::string> path;
    std::optional<std::uint16_t> port;
    milliseconds limit = seconds{60};
};

struct Stats {
    double cpu = 0;            ///< Cores in use.
    std::uint64_t memory = 0;  ///< Bytes, without page cache.
    std::uint64_t memory_limit = 0;
    std::uint64_t pids = 0;
    std::uint64_t received = 0, sent = 0;  ///< Bytes over its networks.
};

struct OutputLine {
    std::string stream;  ///< stdout or stderr
    std::string text;
    Instant at;
};

}  // namespace diorama
