#pragma once

#include "base/node.hpp"
#include "engine/settings.hpp"
#include "model/inventory.hpp"
#include "model/log.hpp"
#include "store/event_log.hpp"
#include "store/hosts.hpp"

#include <vector>

namespace diorama::api {

/// An environment as the outside sees it.
struct EnvironmentFacts {
    Environment environment;
    Project project;
    std::vector<hosts::Claim> claims;
    std::vector<Instance> instances;
    std::optional<PublicAddress> main;  ///< Where the main service is, or will be.
};
EnvironmentFacts facts_of(Tx& tx, const Environment& environment, const EngineSettings& settings);

Node view(const EnvironmentFacts& facts, const EngineSettings& settings);
Node view(const Deployment& deployment);
Node view(const Project& project);
Node view(const LogLine& line);
Node view(const event_log::Record& record);
Node view(const Entry& entry);

/// Services with URL, image and replicas.
Node::List services(const EnvironmentFacts& facts, const EngineSettings& settings);

}  // namespace diorama::api
