#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/task.hpp"
#include "model/plan.hpp"

#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace diorama {

class Files;

/// A service's image to be made from one commit.
struct BuildOrder {
    std::string project;  ///< Its slug, part of the image's name.
    std::string service;
    BuildSpec spec;
    /// The installation's id, or an environment's for untrusted work: part of the key, so that
    /// nobody takes away or poisons what others on the engine use.
    std::string scope;
    std::string owner;       ///< For whom: its environment's id; see Builder::position.
    bool rebuild = false;    ///< Build even where the image exists.
    bool untrusted = false;  ///< A stranger's: what needs one of our logins is refused.
    std::map<std::string, std::string> labels;
    milliseconds limit{0};  ///< For the work itself, not for waiting for others; 0: none.
};

/// An image that a manifest names.
struct ImageOrder {
    std::string reference;
    std::string platform;    ///< Empty: the engine's own.
    bool untrusted = false;  ///< As of BuildOrder.
};

struct Image {
    std::string reference;  ///< diorama/{project}/{service}:{key}, or as the manifest names it.
    std::string id;         ///< sha256:… as the engine names its content.
    bool fresh = false;     ///< False when it was there already and nothing was done.
    std::vector<std::uint16_t> ports;  ///< EXPOSE
    std::string user;                  ///< USER; empty is root.

    friend bool operator==(const Image&, const Image&) = default;
};

/// What the images we built take, and how full their disk is.
struct Stock {
    struct Disk {
        std::uint64_t size = 0;  ///< Bytes.
        std::uint64_t free = 0;
    };

    /// Bytes by reference, with its earlier stages, as the engine counts them: layers that several
    /// share count in each.
    std::map<std::string, std::uint64_t> sizes;
    std::optional<Disk> disk;  ///< None where it is not to be seen from here.
};

/// A build that its order's limit ended.
Error too_slow(const std::string& service, milliseconds limit);

using LineSink = std::function<void(std::string line)>;

/// Turns a commit's files into images, and finds those that exist (DESIGN section 6).
class Builder {
public:
    virtual ~Builder() = default;

    /// The image for `order`; nothing is built when its content key exists already. `line` gets
    /// the build log as it comes. Asking `stop` closes the engine's build for real. A failure
    /// names the step and the Dockerfile's line. `timed_out` when its limit was not enough.
    virtual Task<Result<Image>>
    build(BuildOrder order, Files& files, LineSink line, std::stop_token stop) = 0;

    /// Where a build for `owner` stands among those that wait until others end; 1 is next. Nothing
    /// when none of it waits.
    virtual std::optional<std::size_t> position(const std::string& owner) const = 0;

    /// The image a manifest names, pulled unless it is there. `refused` when a stranger names one
    /// of a registry that we have a login for, even if it is here already.
    virtual Task<Result<Image>> obtain(ImageOrder order, LineSink line, std::stop_token stop) = 0;

    /// The images the engine has that were built with these labels: their references, or the id
    /// of one whose build was cut off before it got its name.
    virtual Task<Result<std::vector<std::string>>> made(std::map<std::string, std::string> labels
    ) = 0;

    /// What those images take.
    virtual Task<Result<Stock>> stock(std::map<std::string, std::string> labels) = 0;

    /// Removes an image nothing uses; gone already, or used by a container, is a success.
    virtual Task<Result<>> remove(std::string reference) = 0;
};

}  // namespace diorama
