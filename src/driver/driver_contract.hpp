#pragma once

#include "base/scheduler.hpp"
#include "driver/driver.hpp"

#include <string>
#include <vector>

namespace diorama {

/// What the contract's containers do. Each world has images or behaviours for them.
enum class Part {
    server,  ///< Says "listening", listens on 8080 and answers HTTP 200 with "hello".
    job,     ///< Says "done", then exits with 0.
    broken,  ///< Says "cannot read the configuration", then exits with 3.
    deaf,    ///< Runs on, but nothing ever listens on its port.
};

/// A place to hold a driver to the contract: the driver, and what a test must see beside it.
class ContractWorld {
public:
    virtual ~ContractWorld() = default;

    virtual Driver& driver() = 0;
    virtual Scheduler& scheduler() = 0;
    virtual std::string installation() = 0;
    /// Starts every name of this run, so that runs side by side do not meet.
    virtual std::string prefix() = 0;
    /// The run's range number `index`, a /26.
    virtual std::string subnet(unsigned index) = 0;
    /// Runs `task` to its end.
    virtual void run(Task<> task) = 0;

    /// Sets image and command so that the container plays its part.
    virtual void cast(ContainerIntent& intent, Part part) = 0;
    /// An object that somebody else made, by other means than the driver.
    virtual Task<> place_foreign(EntryType type, std::string name) = 0;
    virtual Task<bool> foreign_exists(EntryType type, std::string name) = 0;
    /// The addresses that a process in `from` gets for `name`.
    virtual Task<std::vector<std::string>> resolve(Entry from, std::string name) = 0;
    /// Opens a connection from the host to the server `to` at `address`, to be kept.
    virtual Task<> connect(Entry to, std::string address) = 0;
    /// Whether the server still answers on that same connection.
    virtual Task<bool> still_connected() = 0;
};

/// One thing that every driver promises. The function makes its checks itself.
struct Promise {
    const char* sentence;
    Task<> (*hold)(ContractWorld& world);
};

/// All promises. Each starts from nothing and leaves nothing.
const std::vector<Promise>& driver_contract();
std::vector<Promise> promises_about_objects();  ///< What is there, and whose.
std::vector<Promise> promises_about_life();     ///< What containers do.

}  // namespace diorama
