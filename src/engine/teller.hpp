#pragma once

#include "engine/world.hpp"

#include <string>

namespace diorama {

/// Writes the story of one deployment into its log.
class Teller {
public:
    Teller(World world, EnvironmentId environment, std::optional<DeploymentId> deployment)
        : world_(world),
          environment_(environment),
          deployment_(deployment)
    {}

    void deploy(std::string text, std::string service = "") const
    {
        write(LogType::deploy, std::move(service), std::move(text));
    }
    void build(std::string text, std::string service) const
    {
        write(LogType::build, std::move(service), std::move(text));
    }
    void container(std::string service, OutputLine line) const
    {
        world_.logs.write(
            {.environment = environment_,
             .deployment = deployment_,
             .type = LogType::container,
             .service = std::move(service),
             .stream = std::move(line.stream),
             .message = std::move(line.text),
             .at = line.at}
        );
    }

private:
    void write(LogType type, std::string service, std::string text) const
    {
        world_.logs.write(
            {.environment = environment_,
             .deployment = deployment_,
             .type = type,
             .service = std::move(service),
             .message = std::move(text),
             .at = world_.scheduler.now()}
        );
    }

    World world_;
    EnvironmentId environment_;
    std::optional<DeploymentId> deployment_;
};

}  // namespace diorama
