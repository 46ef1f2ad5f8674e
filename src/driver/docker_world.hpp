#pragma once

#include "docker/engine.hpp"
#include "driver/docker.hpp"
#include "driver/driver_contract.hpp"
#include "net/stream.hpp"

#include <memory>
#include <string>
#include <vector>

namespace diorama {

/// A real Docker Engine to test on: an installation of its own, an image made of busybox FROM
/// scratch, and names and ranges that no other run has. Takes away what a failed test left.
class DockerWorld final : public ContractWorld {
public:
    explicit DockerWorld(DriverOptions options = {});
    ~DockerWorld() override;

    Driver& driver() override { return *driver_; }
    DockerDriver& docker_driver() { return *driver_; }
    docker::Engine& engine() { return engine_; }
    Loop& loop() { return loop_; }
    Scheduler& scheduler() override { return loop_; }
    std::string installation() override { return options_.installation.text(); }
    std::string prefix() override { return prefix_; }
    std::string subnet(unsigned index) override;
    void run(Task<> task) override { loop_.run(std::move(task)); }
    template <class T>
    T ask(Task<T> task)
    {
        return loop_.run(std::move(task));
    }

    void cast(ContainerIntent& intent, Part part) override;
    Task<> place_foreign(EntryType type, std::string name) override;
    Task<bool> foreign_exists(EntryType type, std::string name) override;
    Task<std::vector<std::string>> resolve(Entry from, std::string name) override;
    Task<> connect(Entry to, std::string address) override;
    Task<bool> still_connected() override;

    /// The test image's reference; it runs as root.
    const std::string& image() const { return image_; }
    /// Runs `script` in a container by its shell: exit code and output.
    Task<std::pair<std::int64_t, std::string>> shell(Entry in, std::string script);
    /// Everything on the engine that carries our labels or prefix, by name.
    Task<std::vector<std::string>> left();

private:
    Task<> clear();

    Loop loop_;
    docker::Engine engine_{loop_};
    DriverOptions options_;
    std::string prefix_;
    std::string image_;
    std::unique_ptr<DockerDriver> driver_;
    std::unique_ptr<Stream> connection_;
};

}  // namespace diorama
