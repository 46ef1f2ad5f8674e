#pragma once

#include "build/build.hpp"
#include "driver/fake.hpp"
#include "forge/forge_api.hpp"
#include "model/log.hpp"
#include "routing/fake.hpp"
#include "simulation/fate.hpp"
#include "source/commits.hpp"

#include <set>

/// Each of what the engine acts on, behind a border where calls fail, lag, and end with the daemon.
namespace diorama::simulation {

class Border {
public:
    Border(Scheduler& scheduler, Fate& fate, Place place)
        : scheduler_(scheduler),
          fate_(fate),
          place_(place)
    {}

    template <class Answer>
    Task<Answer> pass(std::string what, Task<Answer> call, std::stop_token stop = {})
    {
        if (!fate_.crosses(what)) co_return nobody();
        const bool came = co_await sleep(scheduler_, fate_.delay(place_), stop);
        if (!came) co_return Error{Code::cancelled, "nobody waits for it any more"};
        if (fate_.dead()) co_return nobody();
        if (auto lost = fate_.before(place_)) co_return *lost;
        auto answer = co_await call;
        if (!fate_.crosses("the answer of " + what)) co_return nobody();
        if (auto lost = fate_.after(place_)) co_return *lost;
        co_return answer;
    }
    bool is_open() const { return !fate_.dead(); }

private:
    static Error nobody() { return {Code::cancelled, "the daemon is dead"}; }

    Scheduler& scheduler_;
    Fate& fate_;
    Place place_;
};

/// Remembers which containers passed their gate.
class DriverBorder final : public Driver {
public:
    DriverBorder(Border border, Driver& real) : border_(border), real_(real) {}

    std::set<std::string> passed;                               ///< Names of containers.
    std::function<void(const std::string& container)> freezes;  ///< Is about to.

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
    Task<Result<>> freeze_now(Entry container);

    Border border_;
    Driver& real_;
};

class BuilderBorder final : public Builder {
public:
    BuilderBorder(Border border, Builder& real) : border_(border), real_(real) {}

    Task<Result<Image>>
    build(BuildOrder order, Files& files, LineSink line, std::stop_token stop) override;
    std::optional<std::size_t> position(const std::string& owner) const override
    {
        return real_.position(owner);
    }
    Task<Result<Image>> obtain(ImageOrder order, LineSink line, std::stop_token stop) override;
    Task<Result<std::vector<std::string>>> made(std::map<std::string, std::string> labels) override;
    Task<Result<Stock>> stock(std::map<std::string, std::string> labels) override;
    Task<Result<>> remove(std::string reference) override;

private:
    Border border_;
    Builder& real_;
};

class CommitsBorder final : public Commits {
public:
    CommitsBorder(Border border, Commits& real) : border_(border), real_(real) {}

    Task<Result<Head>> resolve(std::string repository, std::string ref, std::stop_token) override;
    Task<Result<CommitFacts>>
    fetch(std::string repository, Head head, milliseconds limit, std::stop_token stop) override;
    Task<Result<>> keep_only(std::string repository, Kept wanted, std::stop_token stop) override;
    Task<Result<std::unique_ptr<Files>>>
    files(std::string repository, std::string commit, std::stop_token stop) override;

private:
    Border border_;
    Commits& real_;
};

/// Shows each table to `seen` before it is in force.
class RouterBorder final : public Router {
public:
    RouterBorder(Border border, Router& real) : border_(border), real_(real) {}

    std::function<void(const RouteSnapshot&)> seen;

    void publish(RouteSnapshot snapshot) override;
    Task<Result<>> in_force(std::uint64_t epoch, std::stop_token stop) override;
    Task<Result<>> settled(std::uint64_t epoch, std::stop_token stop) override;
    std::vector<Visit> visits() override { return real_.visits(); }
    Task<std::vector<EnvironmentId>> wake_asks(std::stop_token stop) override;

private:
    Border border_;
    Router& real_;
};

/// Keeps no line; what people are shown elsewhere goes without the secret.
class Logs final : public LogSink {
public:
    explicit Logs(Trace& trace) : trace_(trace) {}

    void write(LogLine line) override;
    std::string redact(EnvironmentId environment, std::string_view text) override;

private:
    Trace& trace_;
};

}  // namespace diorama::simulation
