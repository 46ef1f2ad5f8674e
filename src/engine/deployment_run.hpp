#pragma once

#include "engine/addresses.hpp"
#include "engine/rollout.hpp"
#include "engine/teller.hpp"
#include "engine/workshop.hpp"

#include <memory>
#include <set>

namespace diorama {

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
    bool is_switched() const;
    Task<Result<std::vector<Instance>>> put_up();
    Task<Result<Scene>> prepare();
    Task<Result<>> fetch();
    Task<Result<>> resolve(std::stop_token stop);
    Task<Result<>> fetch_commit(std::stop_token stop);
    Task<Result<>> read_plan();
    Task<Result<>> note_fetched();
    Task<Result<>> admit(Needs needs);
    Task<Result<>> gather_images();
    Task<Result<Image>> gather_image(Service service, std::stop_token stop);
    Task<Result<>> record_use(Image image);
    Task<Result<>> fit_to_images();
    Task<Result<>> switch_over(std::vector<Instance> instances);
    Task<Result<>> retire();
    Task<Result<>> succeed();
    Task<Result<>> fail(Error cause);

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
    Addresses addresses_;
    bool waits_ = false;                             ///< There is no place for it now.
    std::optional<std::set<std::string>> networks_;  ///< The scene's; none: it is not known.
};

}  // namespace diorama
