#pragma once

#include "manifest/library.hpp"
#include "manifest/load.hpp"
#include "manifest/values.hpp"
#include "model/plan.hpp"

namespace diorama::manifest {

/// What all parts of the reader work on.
struct Context {
    Library& library;
    Findings& findings;
    const Project& project;
    const ManifestOptions& options;
    Plan& plan;
};

/// Reads a loaded project into `context.plan`: keys checked, services read, main service chosen.
void read_project(Context& context);

/// One service, all its parts.
Service read_service(Context& context, const std::string& name, const Node& node);

/// `links: [db:database]` gives db another name; done when all services are read.
void apply_links(Context& context, const Values& values);

void read_build(Context& context, Service& service, const Values& values);
void read_environment(Context& context, Service& service, const Values& values);
/// volumes, tmpfs, secrets, configs
void read_mounts(Context& context, Service& service, const Values& values);
/// deploy, mem_limit, cpus, pids_limit, scale, restart
void read_resources(Service& service, const Values& values);
void read_networks(Context& context, Service& service, const Values& values);
void read_healthcheck(Service& service, const Values& values);

/// A path of the repository, as seen from the file it is written in. Tells what is wrong.
std::optional<std::string> repository_path(Context& context, std::string_view path, Position at);

/// Scans the Dockerfile of `service`'s build and fills in ports that nothing else names.
void check_dockerfile(
    Context& context, Service& service, std::string_view text, const std::string& path, Position at
);

/// Tells where a path of the manifest is that `judge` refused, as deep as it exists.
Position locate(const Node& tree, const std::vector<std::string>& path);

}  // namespace diorama::manifest
