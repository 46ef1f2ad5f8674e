#pragma once

#include "base/scheduler.hpp"
#include "store/connection.hpp"
#include "store/store.hpp"

#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <vector>

namespace diorama {

/// One connection and the works that wait for it. Works are queued on the loop; those that gathered
/// while a batch ran are the next batch, handed over as a whole to run beside the loop: that is why
/// nothing here is locked.
class Lane final : public std::enable_shared_from_this<Lane> {
public:
    Lane(Scheduler& scheduler, std::unique_ptr<Connection> connection, Tx::Mode mode)
        : scheduler_(scheduler),
          connection_(std::move(connection)),
          mode_(mode)
    {}

    /// A work in the queue; awaiting it waits until its batch is committed. Lives in its coroutine.
    struct Turn {
        Lane& lane;
        Tx::Mode mode;
        std::function<bool(Tx&)> work;

        std::coroutine_handle<> caller{};
        std::exception_ptr thrown{};
        std::optional<Error> refused{};

        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> waiting)
        {
            caller = waiting;
            lane.add(this);
        }
        void await_resume() const noexcept {}
    };

    void gate(Store::Gate gate) { gate_ = std::move(gate); }
    const Store::Statistics& statistics() const { return statistics_; }

private:
    using Batch = std::vector<Turn*>;

    void add(Turn* turn);
    void start();
    std::optional<Error> refusal(const Batch& batch) const;
    /// Beside the loop: one transaction for all.
    void run(const Batch& batch) noexcept;
    void perform(Turn& turn);
    /// On the loop again.
    void finish(const Batch& batch);

    Scheduler& scheduler_;
    std::unique_ptr<Connection> connection_;
    Tx::Mode mode_;
    Store::Gate gate_;
    Batch waiting_;
    bool running_ = false;
    Store::Statistics statistics_;
};

}  // namespace diorama
