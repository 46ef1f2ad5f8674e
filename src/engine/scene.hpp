#pragma once

#include "build/build.hpp"
#include "driver/driver.hpp"
#include "engine/settings.hpp"
#include "model/environment.hpp"
#include "model/files.hpp"

#include <map>
#include <string>
#include <vector>

namespace diorama {

/// A service of the scene and the container it shall run in, all decided but the container's own
/// name, which is drawn when one has to be made.
struct SceneService {
    std::string name;
    std::string key;  ///< Same key, same container: see `fingerprint.hpp`.
    ContainerIntent container;
    Image image;
    Gate gate;
    bool beside = false;  ///< A new one starts beside the old; else stop, then start (rule 7).
    bool job = false;     ///< Somebody waits for it to complete: it shall end, with 0.
    std::string host;     ///< Where visitors find it; empty when it is not routed.
    bool main = false;
    std::vector<Dependency> depends_on;
    std::uint32_t replicas = 1;
};

/// What an environment shall consist of, in the driver's terms.
struct Scene {
    std::map<std::string, NetworkIntent> networks;  ///< By their key in the plan; subnets open.
    std::map<std::string, VolumeIntent> volumes;
    std::vector<SceneService> services;  ///< Each after what it depends on.
};

/// Facts about one deployment that its containers are told.
struct SceneFacts {
    const EngineSettings& settings;
    const Project& project;
    const Environment& environment;
    std::map<std::string, PublicAddress> addresses;  ///< Routed service → where people find it.
};

/// Lays out `plan` with the images that were built or found for it. Pure: `files` is only looked
/// at to know the content that gets copied in.
///
/// `invalid` when services wait for each other in a circle, or content is asked for that the
/// commit does not have.
Result<Scene> compose(
    const Plan& plan,
    const std::map<std::string, Image>& images,
    Files& files,
    const SceneFacts& facts
);

/// Variables every container of the scene gets (K13), unless the manifest sets them itself. Those
/// that only name the commit come second: they change with each push and restart nothing.
struct InjectedVariables {
    std::map<std::string, std::string> lasting;
    std::map<std::string, std::string> of_commit;
};
InjectedVariables injected_variables(const SceneFacts& facts, const std::string& main);

}  // namespace diorama
