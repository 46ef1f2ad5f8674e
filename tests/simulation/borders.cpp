#include "simulation/borders.hpp"

namespace diorama::simulation {

namespace {

std::string name_of(const Intent& intent)
{
    return std::visit([](const auto& each) { return each.name; }, intent);
}

}  // namespace

Task<Result<std::vector<Subnet>>> DriverBorder::routes()
{
    return border_.pass("routes", real_.routes());
}

Task<Result<Made>> DriverBorder::apply(Intent intent, std::stop_token stop)
{
    std::string what = "apply " + name_of(intent);
    return border_.pass(std::move(what), real_.apply(std::move(intent), stop), stop);
}

Task<Result<>> DriverBorder::remove(Entry entry, std::stop_token stop)
{
    return border_.pass("remove " + entry.name, real_.remove(entry, stop), stop);
}

Task<Result<std::vector<Found>>> DriverBorder::observe(std::optional<EnvironmentId> environment)
{
    return border_.pass("observe", real_.observe(environment));
}

Task<Result<>> DriverBorder::wait_healthy(Entry container, Gate gate, std::stop_token stop)
{
    const auto well = co_await border_.pass(
        "wait_healthy " + container.name, real_.wait_healthy(container, gate, stop), stop
    );
    if (well) passed.insert(container.name);
    co_return well;
}

Task<Result<std::int64_t>> DriverBorder::wait_exit(Entry container, std::stop_token stop)
{
    return border_.pass("wait_exit " + container.name, real_.wait_exit(container, stop), stop);
}

Task<Result<>> DriverBorder::promote(Entry container, std::vector<Attachment> attachments)
{
    return border_.pass(
        "promote " + container.name, real_.promote(container, std::move(attachments))
    );
}

Task<Result<>> DriverBorder::start(Entry container)
{
    return border_.pass("start " + container.name, real_.start(container));
}

Task<Result<>> DriverBorder::stop(Entry container)
{
    return border_.pass("stop " + container.name, real_.stop(container));
}

Task<Result<>> DriverBorder::freeze(Entry container)
{
    return border_.pass("freeze " + container.name, freeze_now(container));
}

Task<Result<>> DriverBorder::freeze_now(Entry container)
{
    if (freezes) freezes(container.name);
    co_return co_await real_.freeze(std::move(container));
}

Task<Result<>> DriverBorder::thaw(Entry container)
{
    return border_.pass("thaw " + container.name, real_.thaw(container));
}

Task<Result<>> DriverBorder::follow(
    Entry container, Instant since, std::function<void(OutputLine)> line, std::stop_token stop
)
{
    return border_.pass(
        "follow " + container.name, real_.follow(container, since, std::move(line), stop), stop
    );
}

Task<Result<Stats>> DriverBorder::stats(Entry container)
{
    return border_.pass("stats " + container.name, real_.stats(container));
}

Task<Result<std::map<EnvironmentId, std::uint64_t>>> DriverBorder::written()
{
    return border_.pass("written", real_.written());
}

Task<Result<std::int64_t>> DriverBorder::exec(
    Entry container,
    std::vector<std::string> argv,
    std::function<void(OutputLine)> line,
    std::stop_token stop
)
{
    return border_.pass(
        "exec in " + container.name,
        real_.exec(container, std::move(argv), std::move(line), stop),
        stop
    );
}

Task<Result<Image>>
BuilderBorder::build(BuildOrder order, Files& files, LineSink line, std::stop_token stop)
{
    std::string what = "build " + order.service;
    return border_.pass(
        std::move(what), real_.build(std::move(order), files, std::move(line), stop), stop
    );
}

Task<Result<Image>> BuilderBorder::obtain(ImageOrder order, LineSink line, std::stop_token stop)
{
    std::string what = "obtain " + order.reference;
    return border_.pass(
        std::move(what), real_.obtain(std::move(order), std::move(line), stop), stop
    );
}

Task<Result<std::vector<std::string>>> BuilderBorder::made(std::map<std::string, std::string> labels
)
{
    return border_.pass("list images", real_.made(std::move(labels)));
}

Task<Result<Stock>> BuilderBorder::stock(std::map<std::string, std::string> labels)
{
    return border_.pass("weigh images", real_.stock(std::move(labels)));
}

Task<Result<>> BuilderBorder::remove(std::string reference)
{
    return border_.pass("remove image " + reference, real_.remove(reference));
}

Task<Result<Head>>
CommitsBorder::resolve(std::string repository, std::string ref, std::stop_token stop)
{
    return border_.pass("resolve " + ref, real_.resolve(std::move(repository), ref, stop), stop);
}

Task<Result<CommitFacts>>
CommitsBorder::fetch(std::string repository, Head head, milliseconds limit, std::stop_token stop)
{
    return border_.pass(
        "fetch " + head.commit, real_.fetch(std::move(repository), head, limit, stop), stop
    );
}

Task<Result<>> CommitsBorder::keep_only(std::string repository, Kept wanted, std::stop_token stop)
{
    return border_.pass(
        "forget commits", real_.keep_only(std::move(repository), std::move(wanted), stop), stop
    );
}

Task<Result<std::unique_ptr<Files>>>
CommitsBorder::files(std::string repository, std::string commit, std::stop_token stop)
{
    return border_.pass("read " + commit, real_.files(std::move(repository), commit, stop), stop);
}

void RouterBorder::publish(RouteSnapshot snapshot)
{
    if (!border_.is_open()) return;
    if (seen) seen(snapshot);
    real_.publish(std::move(snapshot));
}

Task<Result<>> RouterBorder::in_force(std::uint64_t epoch, std::stop_token stop)
{
    return border_.pass("wait for routes", real_.in_force(epoch, stop), stop);
}

Task<Result<>> RouterBorder::settled(std::uint64_t epoch, std::stop_token stop)
{
    return border_.pass("wait for visitors", real_.settled(epoch, stop), stop);
}

Task<std::vector<EnvironmentId>> RouterBorder::wake_asks(std::stop_token stop)
{
    auto asked = co_await real_.wake_asks(std::move(stop));
    if (!border_.is_open()) asked.clear();
    co_return asked;
}

void Logs::write(LogLine line)
{
    if (line.type == LogType::deploy)
        trace_.detail("log", line.environment.text().substr(24) + " " + line.message);
}

std::string Logs::redact(EnvironmentId, std::string_view text)
{
    std::string shown(text);
    for (auto at = shown.find(secret); at != std::string::npos; at = shown.find(secret))
        shown.replace(at, secret.size(), "***");
    return shown;
}

}  // namespace diorama::simulation
