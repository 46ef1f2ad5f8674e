#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace diorama {

/// The plan: what one commit of a repository asks for, fully resolved and typed. The manifest
/// room makes it from a Compose file or a Dockerfile, `policy.hpp` judges it, the driver makes it
/// be. Names follow the Compose specification; nothing here was copied through unread.
///
/// Plain values. Paths are relative to the root of the commit's tree, with '/' and without "..".

/// An image somebody else built.
struct ImageRef {
    std::string reference;  ///< As written, e.g. "nginx:1.27".
    friend bool operator==(const ImageRef&, const ImageRef&) = default;
};

/// An image to build from the commit.
struct BuildSpec {
    std::string context = ".";
    std::string dockerfile = "Dockerfile";         ///< Relative to the context.
    std::optional<std::string> dockerfile_inline;  ///< Its text, instead of a file.
    std::map<std::string, std::string> args;
    std::string target;
    std::map<std::string, std::string> labels;
    std::vector<std::string> cache_from;
    friend bool operator==(const BuildSpec&, const BuildSpec&) = default;
};

struct VolumeMount {
    std::string volume;  ///< Key in `Plan::volumes`; anonymous ones get a name of their own there.
    std::string target;
    bool read_only = false;
    bool no_copy = false;
    friend bool operator==(const VolumeMount&, const VolumeMount&) = default;
};

/// Content of the commit laid into the container. Read-only content is copied in anew for each
/// container; writable content seeds a volume of the scene once.
struct ContentMount {
    std::string source;  ///< A file or folder of the tree.
    std::string target;
    bool read_only = false;
    std::optional<std::string> inline_text;  ///< Instead of `source`: a config's `content`.
    std::optional<std::uint32_t> mode;
    std::string owner;  ///< "uid:gid", empty for root.
    friend bool operator==(const ContentMount&, const ContentMount&) = default;
};

struct TmpfsMount {
    std::string target;
    std::uint64_t size = 0;  ///< Bytes; 0 means the policy's default.
    std::optional<std::uint32_t> mode;
    friend bool operator==(const TmpfsMount&, const TmpfsMount&) = default;
};

using Mount = std::variant<VolumeMount, ContentMount, TmpfsMount>;

struct Healthcheck {
    bool disabled = false;
    std::vector<std::string> test;  ///< {"CMD", …} or {"CMD-SHELL", text}, as the Engine takes it.
    std::optional<milliseconds> interval, timeout, start_period, start_interval;
    std::optional<std::uint32_t> retries;
    friend bool operator==(const Healthcheck&, const Healthcheck&) = default;
};

struct Dependency {
    enum class Condition { started, healthy, completed };
    std::string service;
    Condition condition = Condition::started;
    bool required = true;
    friend bool operator==(const Dependency&, const Dependency&) = default;
};

struct NetworkJoin {
    std::string network;  ///< Key in `Plan::networks`.
    std::vector<std::string> aliases;
    friend bool operator==(const NetworkJoin&, const NetworkJoin&) = default;
};

struct Ulimit {
    std::string name;
    std::int64_t soft = 0, hard = 0;
    friend bool operator==(const Ulimit&, const Ulimit&) = default;
};

/// What a service may use. Zero means the policy's default.
struct Limits {
    std::uint64_t memory = 0;  ///< Bytes.
    double cpus = 0;
    std::int64_t pids = 0;
    friend bool operator==(const Limits&, const Limits&) = default;
};

/// How the gate finds out that a service is well, where Compose's healthcheck does not say.
struct HealthPath {
    std::string path;
    friend bool operator==(const HealthPath&, const HealthPath&) = default;
};

struct Service {
    std::string name;
    std::variant<ImageRef, BuildSpec> source;
    std::optional<std::vector<std::string>> entrypoint;
    std::optional<std::vector<std::string>> command;
    std::map<std::string, std::string> environment;
    std::vector<std::uint16_t> ports;  ///< Container ports it listens on: ports, then expose.
    bool published = false;            ///< Has `ports`, rather than only `expose`.
    bool routed = false;               ///< Has a host of its own; see main_service.hpp.
    std::vector<Dependency> depends_on;
    std::optional<Healthcheck> healthcheck;
    std::optional<HealthPath> health;  ///< x-diorama.health
    std::vector<Mount> mounts;
    std::vector<NetworkJoin> networks;
    std::string restart = "no";  ///< no | always | on-failure[:n] | unless-stopped
    std::string user;
    std::string working_dir;
    std::string hostname;
    std::string container_name;  ///< An alias inside the scene, never the container's real name.
    std::string stop_signal;
    std::optional<milliseconds> stop_grace_period;
    bool init = false;
    bool read_only = false;
    bool tty = false;
    bool stdin_open = false;
    std::uint64_t shm_size = 0;
    std::vector<Ulimit> ulimits;
    std::string platform;
    std::vector<std::pair<std::string, std::string>> extra_hosts;  ///< name → service or address
    std::vector<std::string> cap_add;
    std::vector<std::string> cap_drop;
    std::map<std::string, std::string> sysctls;
    std::vector<std::string> group_add;
    std::uint32_t replicas = 1;
    Limits limits;
    std::map<std::string, std::string> labels;
    bool generated = false;  ///< Diorama wrote its Dockerfile: runs as a non-root user.

    friend bool operator==(const Service&, const Service&) = default;

    /// The port routes and gates use: the first of ports and expose. The driver falls back to
    /// the image's EXPOSE when there is none.
    std::optional<std::uint16_t> port() const
    {
        if (ports.empty()) return std::nullopt;
        return ports.front();
    }
};

struct Volume {
    std::string name;
    std::map<std::string, std::string> labels;
    friend bool operator==(const Volume&, const Volume&) = default;
};

struct Network {
    std::string name;
    bool internal = false;
    std::map<std::string, std::string> labels;
    friend bool operator==(const Network&, const Network&) = default;
};

/// A sentence for the build log: what was ignored or chosen, and where it stands.
struct Note {
    std::string where;  ///< file:line:column, or empty.
    std::string text;
    friend bool operator==(const Note&, const Note&) = default;
};

struct Plan {
    std::string manifest;           ///< The file it came from, for messages.
    std::vector<Service> services;  ///< In file order.
    std::map<std::string, Volume> volumes;
    std::map<std::string, Network> networks;
    std::string main_asked;   ///< x-diorama.main
    std::string main;         ///< The service under the plain host; empty: nothing to route.
    std::string main_chosen;  ///< Why that one, and how to choose another: a sentence.
    std::optional<milliseconds> sleep_after;  ///< x-diorama.sleep; 0: never.
    std::vector<Note> notes;

    friend bool operator==(const Plan&, const Plan&) = default;

    const Service* find(std::string_view service) const
    {
        for (const Service& each : services) {
            if (each.name == service) return &each;
        }
        return nullptr;
    }
};

}  // namespace diorama
