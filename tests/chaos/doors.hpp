#pragma once

#include "build/build.hpp"
#include "chaos/faults.hpp"
#include "driver/driver.hpp"
#include "routing/routing.hpp"
#include "source/commits.hpp"

/// A point before and after each effect of what the engine acts on; all else is let through.
namespace diorama::chaos {

template <class Answer>
Task<Answer> around(Faults& faults, std::string effect, Task<Answer> call)
{
    faults.pass(effect, Side::before);
    auto answer = co_await call;
    faults.pass(effect, Side::after);
    co_return answer;
}

class DriverDoor final : public Driver {
public:
    DriverDoor(Faults& faults, Driver& real) : faults_(faults), real_(real) {}

    Task<Result<std::vector<Subnet>>> routes() override { return real_.routes(); }
    Task<Result<Made>> apply(Intent intent, std::stop_token stop) override;
    Task<Result<>> remove(Entry entry, std::stop_token stop) override;
    Task<Result<std::vector<Found>>> observe(std::optional<EnvironmentId> environment) override
    {
        return real_.observe(environment);
    }
    Task<Result<>> wait_healthy(Entry container, Gate gate, std::stop_token stop) override
    {
        return around(faults_, "driver.wait_healthy", real_.wait_healthy(container, gate, stop));
    }
    Task<Result<std::int64_t>> wait_exit(Entry container, std::stop_token stop) override
    {
        return around(faults_, "driver.wait_exit", real_.wait_exit(container, stop));
    }
    Task<Result<>> promote(Entry container, std::vector<Attachment> attachments) override
    {
        return around(faults_, "driver.promote", real_.promote(container, std::move(attachments)));
    }
    Task<Result<>> start(Entry container) override
    {
        return around(faults_, "driver.start", real_.start(container));
    }
    Task<Result<>> stop(Entry container) override
    {
        return around(faults_, "driver.stop", real_.stop(container));
    }
    Task<Result<>> freeze(Entry container) override
    {
        return around(faults_, "driver.freeze", real_.freeze(container));
    }
    Task<Result<>> thaw(Entry container) override
    {
        return around(faults_, "driver.thaw", real_.thaw(container));
    }
    Task<Result<>> follow(
        Entry container, Instant since, std::function<void(OutputLine)> line, std::stop_token stop
    ) override
    {
        return real_.follow(container, since, std::move(line), stop);
    }
    Task<Result<Stats>> stats(Entry container) override { return real_.stats(container); }
    Task<Result<std::map<EnvironmentId, std::uint64_t>>> written() override
    {
        return real_.written();
    }
    Task<Result<std::int64_t>> exec(
        Entry container,
        std::vector<std::string> argv,
        std::function<void(OutputLine)> line,
        std::stop_token stop
    ) override
    {
        return real_.exec(container, std::move(argv), std::move(line), stop);
    }

private:
    Faults& faults_;
    Driver& real_;
};

class BuilderDoor final : public Builder {
public:
    BuilderDoor(Faults& faults, Builder& real) : faults_(faults), real_(real) {}

    Task<Result<Image>>
    build(BuildOrder order, Files& files, LineSink line, std::stop_token stop) override;
    std::optional<std::size_t> position(const std::string& owner) const override
    {
        return real_.position(owner);
    }
    Task<Result<Image>> obtain(ImageOrder order, LineSink line, std::stop_token stop) override;
    Task<Result<std::vector<std::string>>> made(std::map<std::string, std::string> labels) override
    {
        return real_.made(std::move(labels));
    }
    Task<Result<Stock>> stock(std::map<std::string, std::string> labels) override
    {
        return real_.stock(std::move(labels));
    }
    Task<Result<>> remove(std::string reference) override
    {
        return around(faults_, "builder.remove", real_.remove(std::move(reference)));
    }

private:
    Faults& faults_;
    Builder& real_;
};

class CommitsDoor final : public Commits {
public:
    CommitsDoor(Faults& faults, Commits& real) : faults_(faults), real_(real) {}

    Task<Result<Head>>
    resolve(std::string repository, std::string ref, std::stop_token stop) override;
    Task<Result<CommitFacts>>
    fetch(std::string repository, Head head, milliseconds limit, std::stop_token stop) override;
    Task<Result<>> keep_only(std::string repository, Kept wanted, std::stop_token stop) override;
    Task<Result<std::unique_ptr<Files>>>
    files(std::string repository, std::string commit, std::stop_token stop) override;

private:
    Faults& faults_;
    Commits& real_;
};

class RouterDoor final : public Router {
public:
    RouterDoor(Faults& faults, Router& real) : faults_(faults), real_(real) {}

    void publish(RouteSnapshot snapshot) override;
    Task<Result<>> in_force(std::uint64_t epoch, std::stop_token stop) override
    {
        return around(faults_, "router.in_force", real_.in_force(epoch, stop));
    }
    Task<Result<>> settled(std::uint64_t epoch, std::stop_token stop) override
    {
        return around(faults_, "router.settled", real_.settled(epoch, stop));
    }
    std::vector<Visit> visits() override { return real_.visits(); }
    Task<std::vector<EnvironmentId>> wake_asks(std::stop_token stop) override
    {
        return real_.wake_asks(std::move(stop));
    }

private:
    Faults& faults_;
    Router& real_;
};

}  // namespace diorama::chaos
