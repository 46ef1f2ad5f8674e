#pragma once

#include "engine/followers.hpp"
#include "engine/publisher.hpp"
#include "engine/teller.hpp"
#include "engine/world.hpp"

#include <memory>

namespace diorama {

/// What many deployments share.
struct Workshop {
    World world;
    Followers& followers;
    Publisher& publisher;
    Semaphore& builds;
};

/// One attempt to put the wanted generation up: fetch, read, build, start, switch, retire.
///
/// Every step may be repeated from the start by another worker: nothing is remembered here that
/// is not in the store. Each failure is a sentence for the person who pushed.
class DeploymentRun {
public:
    DeploymentRun(
        Workshop& shop,
        Environment environment,
        Project project,
        Deployment deployment,
        std::stop_token stop
    );

    /// Ends with the deployment's row final and the environment's state moved on. `cancelled` or
    /// `superseded` when a newer wish (or the end of the daemon) came between: the row stays, or
    /// the newer wish has closed it. A retryable error says that our own store did not answer.
    Task<Result<>> run();

private:
    Task<Result<>> begin();
    Task<Result<std::vector<Instance>>> put_up();
    Task<Result<>> fetch();
    Task<Result<>> read_plan();
    Task<Result<>> gather_images();
    Task<Result<Image>> gather_image(Service service);
    Task<Result<>> fit_to_images();
    Task<Result<>> switch_over(std::vector<Instance> instances);
    Task<Result<>> retire();
    Task<Result<>> succeed();
    Task<Result<>> fail(Error cause);
    Task<Result<>> record_uses();

    Workshop& shop_;
    World world_;
    Environment environment_;
    Project project_;
    Deployment deployment_;
    Teller teller_;
    std::stop_token stop_;

    std::unique_ptr<Files> files_;
    Plan plan_;
    std::map<std::string, Image> images_;
    std::map<std::string, PublicAddress> addresses_;
};

}  // namespace diorama
