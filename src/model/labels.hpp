#pragma once

#include "model/environment.hpp"

#include <map>
#include <string>
#include <string_view>

namespace diorama {

/// Which Diorama made an object: several may share one engine.
inline constexpr std::string_view installation_label = "diorama.installation";
/// Whose it is: an EnvironmentId. Only what belongs to a scene has it.
inline constexpr std::string_view environment_label = "diorama.environment";

/// Whose an object on a container engine is, written on the object itself: how it is found again
/// when the store was lost, and how two installations on one engine keep apart.
struct Ownership {
    InstallationId installation;
    EnvironmentId environment;
    Generation generation = 0;
    std::string environment_slug;
    std::string scene;    ///< `pr-7`, `branch-main`: `scene_label`.
    std::string service;  ///< Empty for networks and volumes.
    std::string project;  ///< The project's slug.
    std::string owner;    ///< Of the repository, as people write it.
    std::optional<std::int64_t> pull_request;
};

Ownership ownership(
    InstallationId installation,
    const Project& project,
    const Environment& environment,
    std::string_view service = {}
);

/// The labels of an object: `diorama.*`, and on containers also the names that PreviewCloud and
/// PREvant look for (E04). Values are ids, numbers and slugs; only a service is named as the
/// manifest accepted it.
std::map<std::string, std::string> labels(const Ownership& whose);

/// The labels of an image that was built. Other environments use it too, and other services its
/// layers, so that it names none; its installation finds by them what a crash left behind.
std::map<std::string, std::string>
image_labels(InstallationId installation, const Project& project);

/// True for keys that a repository may not set: Diorama's own, those of the systems whose labels it
/// writes, those by which a proxy or another tool on the host takes orders from containers
/// (SEC-14), and those Docker keeps for itself. Letter case and blanks around do not matter, as
/// Traefik and others do not mind them either.
bool is_reserved_label(std::string_view key);

}  // namespace diorama
