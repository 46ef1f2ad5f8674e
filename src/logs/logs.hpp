#pragma once

#include "base/concurrency.hpp"
#include "logs/follower.hpp"
#include "logs/intake.hpp"
#include "model/log.hpp"
#include "store/store.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace diorama {

/// Where all lines of all environments go: redacted, limited, stored in batches, streamed to
/// whoever follows. A line is on the disk and shown within `LogLimits::delay` and a commit; a crash
/// loses no more than that.
///
/// On the loop's thread only. The scheduler and the store must outlive it; await `stop` before it
/// goes.
class Logs final : public LogSink {
public:
    Logs(Scheduler& scheduler, Store& store, LogLimits limits = {});
    ~Logs() override;

    void write(LogLine line) override;
    std::string redact(EnvironmentId environment, std::string_view text) override;

    /// The values that must not be seen in this environment, instead of those known before. Tell
    /// them before anything that knows them runs.
    void know(EnvironmentId environment, std::vector<NamedSecret> secrets);
    /// The same for every environment: the daemon's own tokens.
    void know_everywhere(std::vector<NamedSecret> secrets);

    /// A page of stored lines; errors as `log_lines::page`.
    Task<Result<std::vector<LogLine>>> page(log_lines::Query query);
    /// Stored lines, then new ones as they come.
    Follower follow(log_lines::Query query);

    /// The environment is gone and writes no more: queues what it still held and drops its secrets.
    void forget(EnvironmentId environment);

    /// Stores what is queued. Lines written later are queued, but nobody stores them.
    Task<> stop();

private:
    struct Room {
        Room(EnvironmentId environment, const LogLimits& limits, Scheduler& scheduler);
        EnvironmentId environment;
        std::vector<NamedSecret> secrets;
        std::shared_ptr<const SecretSet> set;
        LineIntake intake;
        std::shared_ptr<Channel> channel;
        std::uint64_t stored = 0;  ///< Since lines beyond the limit were last forgotten.
        Instant retry_at{};        ///< After the store refused.
        bool writing = false;
        bool gone = false;
    };
    using RoomPtr = std::shared_ptr<Room>;

    RoomPtr room(EnvironmentId environment);
    void refresh(Room& room);
    void arm(milliseconds delay);
    void tick();
    void store(const RoomPtr& room);
    Task<> drain(RoomPtr room);
    Task<bool> store_batch(RoomPtr room);
    bool keep(Room& room, std::vector<LogLine> batch, const Error& error);

    Scheduler& scheduler_;
    Store& store_;
    LogLimits limits_;
    std::vector<NamedSecret> everywhere_;
    std::shared_ptr<const SecretSet> common_;  ///< For environments without secrets of their own.
    std::unordered_map<EnvironmentId, RoomPtr> rooms_;
    std::unique_ptr<Scheduler::Timer> timer_;
    bool stopped_ = false;
    TaskGroup writers_;
};

}  // namespace diorama
