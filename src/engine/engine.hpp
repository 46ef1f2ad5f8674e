#pragma once

#include "engine/caretaker.hpp"
#include "engine/cleanup/cleaner.hpp"
#include "engine/cleanup/disk_watch.hpp"
#include "engine/commands.hpp"
#include "engine/poller.hpp"
#include "engine/reporter.hpp"
#include "engine/sleep/sleeper.hpp"
#include "engine/sleep/waker.hpp"
#include "engine/workers.hpp"

namespace diorama {

/// The only room that knows the order of things. Holds no truth of its own: killed at any
/// instruction and started again on the same store, it converges (DESIGN rule 6).
class Engine {
public:
    explicit Engine(World world);
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    Commands& commands() { return commands_; }
    Intake& intake() { return intake_; }
    Poller& poller() { return poller_; }
    Cleaner& cleaner() { return cleaner_; }

    /// Makes what stands answer again: before it, nobody shall be told that we are ready.
    Task<Result<>> open(std::stop_token stop);

    /// Opens, takes up what was under way, then works until `stop` is asked. Leaves every scene as
    /// it is.
    Task<Result<>> run(std::stop_token stop);

private:
    Task<Result<>> listen_again();

    World world_;
    bool open_ = false;
    Bell bell_;
    std::stop_source stopping_;
    Followers followers_;
    Publisher publisher_;
    Semaphore starts_;
    Workshop shop_;
    Commands commands_;
    Workers workers_;
    Caretaker caretaker_;
    DiskWatch disk_watch_;
    Intake intake_;
    Poller poller_;
    Cleaner cleaner_;
    Reporter reporter_;
    Sleeper sleeper_;
    Waker waker_;
};

}  // namespace diorama
