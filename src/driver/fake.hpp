#pragma once

#include "driver/fake_host.hpp"

#include <deque>

namespace diorama {

enum class Verb {
    apply,
    remove,
    observe,
    wait_healthy,
    wait_exit,
    promote,
    start,
    stop,
    freeze,
    thaw,
    follow,
    stats,
    written,
    exec
};

/// Something that goes wrong with one call.
struct Fault {
    std::optional<Error> error{};  ///< None: the call is only slow.
    bool after = false;            ///< The effect happened, its answer is lost.
    milliseconds delay{0};         ///< Before anything happens.
};

/// The driver of a FakeHost. Keeps the contract of `driver_contract.hpp`, on the scheduler's time.
class FakeDriver final : public Driver {
public:
    struct Call {
        Verb verb;
        std::string name;  ///< Of the object; empty for `observe`.
    };
    using Faults = std::function<std::optional<Fault>(Verb, const std::string& name)>;

    FakeDriver(FakeHost& host, std::string installation)
        : host_(host),
          installation_(std::move(installation))
    {}

    /// What each call takes at least.
    void latency(milliseconds time) { latency_ = time; }
    /// Asked at each call; the simulation answers by its seed.
    void faults(Faults faults) { faults_ = std::move(faults); }
    /// The next call of `verb`, on the object `name` if one is given, goes wrong. May be called
    /// several times: each fault is met once, in order.
    void fail_next(Verb verb, Fault fault, std::string name = {});
    /// What was called, oldest first.
    std::vector<Call> calls;

    Task<Result<std::vector<Subnet>>> routes() override;
    Task<Result<Made>> apply(Intent intent, std::stop_token stop) override;
    Task<Result<>> remove(Entry entry, std::stop_token stop) override;
    Task<Result<std::vector<Found>>> observe(std::optional<EnvironmentId> environment) override;
    Task<Result<>> wait_healthy(Entry container, Gate gate, std::stop_token stop) override;
    Task<Result<std::int64_t>> wait_exit(Entry container, std::stop_token stop) override;
    Task<Result<>> promote(Entry container, std::vector<Attachment> attachments) override;
    Task<Result<>> start(Entry container) override;
    Task<Result<>> stop(Entry container) override;
    Task<Result<>> freeze(Entry container) override;
    Task<Result<>> thaw(Entry container) override;
    Task<Result<>> follow(
        Entry container, Instant since, std::function<void(OutputLine)> line, std::stop_token stop
    ) override;
    Task<Result<Stats>> stats(Entry container) override;
    Task<Result<std::map<EnvironmentId, std::uint64_t>>> written() override;
    Task<Result<std::int64_t>> exec(
        Entry container,
        std::vector<std::string> argv,
        std::function<void(OutputLine)> line,
        std::stop_token stop
    ) override;

private:
    struct Planned {
        Verb verb;
        std::string name;
        Fault fault;
    };
    using Lost = std::shared_ptr<const Error>;  ///< To answer although the effect happened.
    using Object = FakeHost::Object;
    using Change = void (FakeHost::*)(Object&);

    std::optional<Fault> next_fault(Verb verb, const std::string& name);
    /// Takes the call's time; an error stands for the whole call.
    Task<Result<Lost>> begin(Verb verb, std::string name, std::stop_token stop);
    Result<Object*> owned(EntryType type, const std::string& name, const Labels& ours);
    /// The container of `entry` if it is there and ours.
    Result<Object*> container(const Entry& entry);
    Labels labels_of(const Entry& entry) const;

    Result<Made> make(const NetworkIntent& intent);
    Result<Made> make(const VolumeIntent& intent);
    Task<Result<Made>> make(ContainerIntent intent);
    Task<Result<>> fill(ContainerIntent intent);
    /// `conflict` where `may` is given and says no.
    Task<Result<>>
    change(Verb verb, Entry container, Change change, bool (*may)(Running) = nullptr);
    Task<Result<>> gate(Entry container, milliseconds limit, std::stop_token stop);

    FakeHost& host_;
    std::string installation_;
    milliseconds latency_{1};
    Faults faults_;
    std::deque<Planned> planned_;
};

}  // namespace diorama
