#pragma once

#include "base/secret.hpp"
#include "build/build.hpp"
#include "docker/engine.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace diorama {

/// Who we are at a registry.
struct RegistryUser {
    std::string user;
    Secret password;
};

/// By host; Docker Hub is "docker.io".
using Registries = std::map<std::string, RegistryUser>;

/// How an image we built is called begins with this. Nobody may ask for one by name.
inline constexpr std::string_view built_prefix = "diorama/";

/// Layers that we built bear it: `{project}/{scope}`.
inline constexpr std::string_view cache_label = "diorama.cache";

/// The name of the last layer of an earlier stage of an image we built.
std::string stage_reference(std::string_view reference, std::size_t stage);

/// The image whose stage has that name; nothing when it is no stage's.
std::optional<std::string> image_of_stage(std::string_view reference);

/// By server, as the Engine's build call takes them.
using Logins = std::map<std::string, docker::RegistryLogin>;

/// The images of a Docker Engine: found, pulled, and removed when they are ours.
class Images {
public:
    /// `engine` must outlive it.
    Images(docker::Engine& engine, Registries registries);

    /// Nothing when it is not there.
    Task<Result<std::optional<Image>>> find(std::string reference);

    /// The image a repository names, pulled unless it is there and fits `platform`. `refused` for
    /// what is no name but an id, for images that we built (the Engine would hand out other
    /// projects' images), and for strangers who name what our logins brought here.
    Task<Result<Image>> obtain(ImageOrder order, LineSink line, std::stop_token stop);

    /// Takes the name off an image of ours, and with it its stages; by its id one that never got a
    /// name. Gone or in use is a success; other images stay as they are.
    Task<Result<>> remove(std::string reference);

    /// For FROM, by server.
    Logins logins() const;

private:
    Task<Result<Image>> pull(docker::PullOptions wanted, LineSink line, std::stop_token stop);
    Task<Result<>> remove_nameless(std::string id);
    Task<Result<>> remove_stages(std::string reference);
    std::optional<docker::RegistryLogin> login(std::string_view registry) const;

    docker::Engine& engine_;
    Registries registries_;
};

}  // namespace diorama
