#include "model/labels.hpp"

#include "model/naming.hpp"

#include <algorithm>
#include <array>

namespace diorama {

namespace {

/// The other systems know containers only; a network of theirs is found by its name.
void add_foreign(std::map<std::string, std::string>& out, const Ownership& whose)
{
    out["previewcloud.managed"] = "true";
    out["previewcloud.previewId"] = whose.scene;
    out["previewcloud.service"] = whose.service;
    out["previewcloud.owner"] = label(whose.owner);
    if (whose.pull_request) out["previewcloud.pr"] = std::to_string(*whose.pull_request);
    out["com.aixigo.preview.servant.app-name"] = whose.environment_slug;
    out["com.aixigo.preview.servant.service-name"] = whose.service;
    out["com.aixigo.preview.servant.container-type"] = "instance";
}

std::string folded(std::string_view key)
{
    std::string out;
    for (const char c : key) {
        // A blank or a control character would hide the prefix from us and not from others.
        if (static_cast<unsigned char>(c) <= ' ') continue;
        out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
    return out;
}

}  // namespace

Ownership ownership(
    InstallationId installation,
    const Project& project,
    const Environment& environment,
    std::string_view service
)
{
    const auto& who = environment.identity;
    return {
        .installation = installation,
        .environment = environment.id,
        .generation = environment.wanted.generation,
        .environment_slug = environment.slug,
        .scene = scene_label(who.kind, who.key),
        .service = std::string(service),
        .project = project.slug,
        .owner = project.name.substr(0, project.name.rfind('/')),
        .pull_request = environment.pull_request,
    };
}

std::map<std::string, std::string> labels(const Ownership& whose)
{
    std::map<std::string, std::string> out{
        {"diorama.managed",               "true"                          },
        {std::string(installation_label), whose.installation.text()       },
        {std::string(environment_label),  whose.environment.text()        },
        {"diorama.generation",            std::to_string(whose.generation)},
        {"diorama.project",               whose.project                   },
        {"diorama.owner",                 label(whose.owner)              },
    };
    if (whose.pull_request) out["diorama.pr"] = std::to_string(*whose.pull_request);
    if (whose.service.empty()) return out;
    out["diorama.service"] = whose.service;
    add_foreign(out, whose);
    return out;
}

std::map<std::string, std::string> image_labels(InstallationId installation, const Project& project)
{
    return {
        {"diorama.managed",               "true"             },
        {std::string(installation_label), installation.text()},
        {"diorama.project",               project.slug       }
    };
}

bool is_reserved_label(std::string_view key)
{
    // Proxies and tools that obey the labels of any container they see. Ofelia, for one, runs
    // commands on the host when a label says so.
    static constexpr auto prefixes = std::to_array<std::string_view>({
        "diorama",
        "previewcloud",
        "preview-deployer",
        "com.aixigo.preview.servant",
        "coolify",
        "dokploy",
        "kamal",
        "com.docker",
        "io.docker",
        "org.dockerproject",
        "org.mobyproject",
        "desktop.docker.io",
        "io.kubernetes",
        "io.podman",
        "traefik",
        "caddy",
        "nginx",
        "haproxy",
        "easyhaproxy",
        "envoy",
        "sozu",
        "swag",
        "sablier",
        "com.github.nginx-proxy",
        "com.github.jrcs",
        "docker-gen",
        "ofelia",
        "chadburn",
        "deck-chores",
        "swarm.cronjob",
        "docker-volume-backup",
        "autoheal",
        "com.centurylinklabs",
    });
    const auto plain = folded(key);
    return std::ranges::any_of(prefixes, [&](std::string_view prefix) {
        if (!plain.starts_with(prefix)) return false;
        // caddy_0, traefik.enable, diorama: the prefix is a word, not the start of one.
        const auto rest = std::string_view(plain).substr(prefix.size());
        return rest.empty() ||
               !((rest[0] >= 'a' && rest[0] <= 'z') || (rest[0] >= '0' && rest[0] <= '9'));
    });
}

}  // namespace diorama
