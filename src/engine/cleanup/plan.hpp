#pragma once

#include "build/build.hpp"
#include "engine/astray.hpp"
#include "engine/cleanup/endings.hpp"
#include "store/image_uses.hpp"

namespace diorama {

/// An object of ours that has no row.
struct Orphan {
    Stray stray;
    std::string why;
    bool unknown = false;  ///< Nobody knows whose it is; else its environment's worker removes it.
    bool held = false;
};

/// An image that no environment needs, though one may still keep it.
struct SpareImage {
    std::string reference;
    std::uint64_t bytes = 0;
    std::string why;
};

/// What a cleanup takes away now, and why. The same for who only asks and for who does it.
struct CleanupPlan {
    std::vector<Ending> endings;
    std::vector<Orphan> orphans;
    std::vector<SpareImage> images;
    std::int64_t lines = 0;            ///< Of logs that are older than they are kept.
    std::int64_t histories = 0;        ///< Of environments that are long gone.
    std::vector<std::string> unknown;  ///< What could not be seen, and is left alone therefore.
};

/// Strays by what is known of their environments. A volume or a network of one that stands is taken
/// up by its next deployment. Much at once that nobody knows means that the store is the wrong one.
std::vector<Orphan> orphans(
    const std::vector<Stray>& strays,
    const std::map<EnvironmentId, State>& known,
    std::size_t scenes
);

/// The same, by what the store knows of them.
std::vector<Orphan> orphans(Tx& tx, const std::vector<Stray>& strays, std::size_t scenes);

/// Images that go: at once those that no environment keeps; of those that are only kept for a way
/// back the longest unused, where our images take more than they may, or their disk is too full.
/// `listed`: longest unused first. One that serves, or is about to, never goes.
std::vector<SpareImage> spare_images(
    const CleanupSettings& settings,
    const std::vector<image_uses::Listed>& listed,
    const Stock& stock
);

}  // namespace diorama
