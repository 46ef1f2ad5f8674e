#include "source/source.hpp"

#include "base/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace diorama {

namespace {

constexpr hours compact_every{1};
constexpr std::uint64_t small_mirror = 64ULL << 20;  // Bytes that are not worth the work.

/// The names to ask a remote for, the likeliest first.
std::vector<git::RefName> names_of(const Wanted& wanted)
{
    if (const auto* ref = std::get_if<git::RefName>(&wanted)) return {*ref};
    if (const auto* request = std::get_if<PullRequestRef>(&wanted))
        return git::pull_request_heads(request->number);
    return {git::RefName::head()};
}

Error missing(const Wanted& wanted, const git::Location& location)
{
    return {
        Code::not_found,
        fmt::format("{} has no {}", display(location.text()), describe(wanted)),
        "Check the name, and that it was pushed."
    };
}

Error given_up(const Deadline& deadline, const git::Location& location)
{
    const auto doing = "waiting to fetch " + display(location.text());
    if (deadline.expired()) return {Code::timed_out, doing + " took too long", ""};
    return {Code::cancelled, doing + " was stopped", ""};
}

}  // namespace

std::string describe(const Wanted& wanted)
{
    if (const auto* ref = std::get_if<git::RefName>(&wanted)) {
        return fmt::format(
            "{} {}", ref->is_branch() ? "branch" : "reference", display(ref->brief())
        );
    }
    if (const auto* request = std::get_if<PullRequestRef>(&wanted))
        return fmt::format("pull request {}", request->number);
    if (const auto* commit = std::get_if<git::ObjectId>(&wanted))
        return fmt::format("commit {}", commit->brief());
    return "default branch";
}

Task<Result<Tip>>
Source::resolve(git::Remote remote, Wanted wanted, milliseconds time, std::stop_token stop)
{
    if (const auto* commit = std::get_if<git::ObjectId>(&wanted))
        co_return Tip{*commit, std::nullopt};
    const auto names = names_of(wanted);
    std::vector<std::string> patterns;
    for (const auto& name : names) {
        patterns.push_back(name.text());
        patterns.push_back(name.text() + "^{}");
    }
    const auto refs = co_await git_.list_remote(remote, std::move(patterns), time, std::move(stop));
    if (!refs) co_return refs.error();
    for (const auto& name : names) {
        const auto found = std::ranges::find(*refs, name, &git::RemoteRef::name);
        if (found != refs->end()) co_return Tip{found->id, name};
    }
    co_return missing(wanted, remote.location);
}

Task<Result<git::Commit>>
Source::fetch(git::Remote remote, Tip tip, git::Limits limits, std::stop_token stop)
{
    Deadline deadline(git_.scheduler(), limits.time, std::move(stop));
    Care& known = care(remote.location);
    known.compacting.request_stop();
    const auto permit = co_await known.gate.acquire(deadline.token());
    if (!permit) co_return given_up(deadline, remote.location);

    const auto place = mirror(remote.location);
    if (place.is_doubted()) {
        const auto mended = co_await drop_if_broken(place, deadline.token());
        if (!mended) co_return mended.error();
    }
    auto commit = co_await bring(remote, tip, limits, deadline.token());
    if (commit || commit.error().code != Code::unavailable) co_return commit;

    // Either the remote or our mirror is to blame: only a broken mirror is made anew.
    const auto dropped = co_await drop_if_broken(place, deadline.token());
    if (!dropped) co_return dropped.error();
    if (!*dropped) co_return commit;
    co_return co_await bring(remote, tip, limits, deadline.token());
}

Task<Result<bool>> Source::drop_if_broken(git::Mirror place, std::stop_token stop)
{
    const auto sound = co_await place.is_sound(std::move(stop));
    if (!sound) co_return sound.error();
    if (!*sound) co_await drop(place);
    co_return !*sound;
}

Task<Result<git::Commit>>
Source::bring(git::Remote remote, Tip tip, git::Limits limits, std::stop_token stop)
{
    const auto place = mirror(remote.location);
    const auto ready = co_await place.prepare(stop);
    if (!ready) co_return ready.error();
    const auto here = co_await place.has(tip.commit, stop);
    if (!here) co_return here.error();
    if (!*here) {
        auto fetched = co_await place.fetch(remote, {tip.commit, std::nullopt}, limits, stop);
        if (!fetched && fetched.error().code == Code::not_found && tip.ref)
            fetched = co_await place.fetch(remote, tip, limits, stop);
        if (!fetched) co_return fetched.error();
    }
    co_return co_await place.commit(tip.commit, stop);
}

Task<Result<std::unique_ptr<Tree>>>
Source::tree(git::Location location, git::ObjectId commit, TreeLimits limits, std::stop_token stop)
{
    const auto place = mirror(location);
    const auto found = co_await place.commit(commit, stop);
    if (!found) co_return found.error();
    constexpr std::uint64_t bytes_per_entry = 512;
    auto entries =
        co_await place.list(found->tree, limits.entries * bytes_per_entry, limits.time, stop);
    if (!entries && entries.error().code == Code::refused) {
        co_return Error{
            Code::refused,
            fmt::format(
                "commit {} holds more than {} files and folders", commit.brief(), limits.entries
            ),
            "Split the repository, or raise the limit in the configuration."
        };
    }
    if (!entries && entries.error().code == Code::unavailable) place.doubt();
    if (!entries) co_return entries.error().during(fmt::format("list commit {}", commit.brief()));
    co_return Tree::make(place, {found->tree, std::move(*entries)}, limits, std::move(stop));
}

Task<Result<>> Source::keep_only(git::Location location, Kept wanted, std::stop_token stop)
{
    Care& known = care(location);
    const auto permit = co_await known.gate.acquire(stop);
    if (!permit) co_return Error{Code::cancelled, "tidying a mirror was stopped", ""};
    auto commits = co_await wanted();
    if (!commits) co_return commits.error();
    const auto place = mirror(location);
    if (commits->empty()) {
        co_await drop(place);
        co_return ok();
    }
    if (!std::filesystem::exists(place.folder())) co_return ok();
    const auto dropped = co_await place.keep_only(*std::move(commits), stop);
    if (!dropped) co_return dropped.error();
    co_return co_await compact_when_due(place, known, std::move(stop));
}

/// A push shall not pay for it: it is rare, and gives way.
Task<Result<>> Source::compact_when_due(git::Mirror place, Care& care, std::stop_token stop)
{
    const auto now = git_.scheduler().now();
    const std::uint64_t size = co_await place.size();
    if (!care.compacted) {
        care.compacted = now;
        care.size = size;
    }
    const bool doubled = size > 2 * care.size + small_mirror;
    if (now < *care.compacted + compact_every && !doubled) co_return ok();
    care.compacted = now;
    care.size = size;
    care.compacting = std::stop_source();
    const std::stop_callback link(stop, [source = care.compacting]() mutable {
        source.request_stop();
    });
    const auto compacted = co_await place.compact(care.compacting.get_token());
    const bool gave_way = care.compacting.stop_requested() && !stop.stop_requested();
    if (!compacted && !gave_way) co_return compacted.error();
    care.size = co_await place.size();
    co_return ok();
}

Task<> Source::drop(git::Mirror place)
{
    const auto work = [folder = place.folder()] { std::filesystem::remove_all(folder); };
    co_await blocking(git_.scheduler(), work);
}

git::Mirror Source::mirror(const git::Location& location) const
{
    return {git_, folder_ / (location.id() + ".git")};
}

Source::Care& Source::care(const git::Location& location)
{
    auto& care = cares_[location.id()];
    if (!care) care = std::make_unique<Care>(git_.scheduler());
    return *care;
}

}  // namespace diorama
