#include "chaos/doors.hpp"

#include <array>

namespace diorama::chaos {

namespace {

/// By the alternative of an Intent.
constexpr std::array kinds{"network", "volume", "container"};
static_assert(kinds.size() == std::variant_size_v<Intent>);

}  // namespace

Task<Result<Made>> DriverDoor::apply(Intent intent, std::stop_token stop)
{
    std::string effect = fmt::format("driver.apply.{}", kinds.at(intent.index()));
    return around(faults_, std::move(effect), real_.apply(std::move(intent), stop));
}

Task<Result<>> DriverDoor::remove(Entry entry, std::stop_token stop)
{
    std::string effect = fmt::format("driver.remove.{}", name(entry.type));
    return around(faults_, std::move(effect), real_.remove(std::move(entry), stop));
}

Task<Result<Image>>
BuilderDoor::build(BuildOrder order, Files& files, LineSink line, std::stop_token stop)
{
    return around(
        faults_, "builder.build", real_.build(std::move(order), files, std::move(line), stop)
    );
}

Task<Result<Image>> BuilderDoor::obtain(ImageOrder order, LineSink line, std::stop_token stop)
{
    return around(faults_, "builder.obtain", real_.obtain(std::move(order), std::move(line), stop));
}

Task<Result<Head>>
CommitsDoor::resolve(std::string repository, std::string ref, std::stop_token stop)
{
    return around(
        faults_, "commits.resolve", real_.resolve(std::move(repository), std::move(ref), stop)
    );
}

Task<Result<CommitFacts>>
CommitsDoor::fetch(std::string repository, Head head, milliseconds limit, std::stop_token stop)
{
    return around(
        faults_, "commits.fetch", real_.fetch(std::move(repository), std::move(head), limit, stop)
    );
}

Task<Result<>> CommitsDoor::keep_only(std::string repository, Kept wanted, std::stop_token stop)
{
    return around(
        faults_,
        "commits.keep_only",
        real_.keep_only(std::move(repository), std::move(wanted), stop)
    );
}

Task<Result<std::unique_ptr<Files>>>
CommitsDoor::files(std::string repository, std::string commit, std::stop_token stop)
{
    return around(
        faults_, "commits.files", real_.files(std::move(repository), std::move(commit), stop)
    );
}

void RouterDoor::publish(RouteSnapshot snapshot)
{
    faults_.pass("router.publish", Side::before);
    real_.publish(std::move(snapshot));
    faults_.pass("router.publish", Side::after);
}

}  // namespace diorama::chaos
