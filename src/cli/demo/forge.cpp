#include "cli/demo/forge.hpp"

namespace diorama::cli {

namespace {

/// Who comments: a user of the forge whose token the daemon has.
constexpr const char* platform = "diorama";

}  // namespace

DemoForge::DemoForge(Loop& loop, std::filesystem::path folder, std::string owner)
    : owner_(std::move(owner)),
      hub_(loop, *random_, {.folder = std::move(folder), .api = ""}),
      platform_token_(hub_.give_token(platform)),
      owner_token_(hub_.give_token(owner_)),
      stranger_token_(hub_.give_token(stranger))
{}

Result<> DemoForge::listen(std::uint16_t port)
{
    return hub_.listen(port);
}

Task<Result<>> DemoForge::create()
{
    const auto made = co_await hub_.actions().create({.name = repository(), .files = {}});
    if (!made) co_return made.error();
    co_return hub_.actions().permit(repository(), platform, "write");
}

Task<Result<>> DemoForge::make_fork()
{
    const auto made = co_await hub_.actions().make_fork(repository(), stranger);
    if (!made) co_return made.error();
    co_return ok();
}

Result<> DemoForge::hook(std::string url)
{
    const auto made = hub_.actions().hook(repository(), std::move(url), Secret(secret_), {});
    if (!made) return made.error();
    return ok();
}

std::string DemoForge::push_location(const std::string& login) const
{
    const std::string& token = login == stranger ? stranger_token_ : owner_token_;
    const std::string host = url().substr(std::string_view("http://").size());
    return fmt::format("http://{}:{}@{}/{}/shop.git", login, token, host, login);
}

std::string DemoForge::page(Number pull) const
{
    return fmt::format("{}/{}/pull/{}", url(), repository(), pull);
}

Task<Result<DemoForge::Number>>
DemoForge::open(std::string author, std::string title, std::string head)
{
    hub::NewPull wanted{
        .repository = repository(),
        .author = std::move(author),
        .title = std::move(title),
        .head = std::move(head)
    };
    co_return co_await hub_.actions().open(std::move(wanted));
}

Result<> DemoForge::comment(Number pull, std::string text)
{
    const auto made = hub_.actions().comment({repository(), pull, owner_}, std::move(text));
    if (!made) return made.error();
    return ok();
}

Result<> DemoForge::close_all()
{
    const hub::Repository* repository = find();
    if (!repository) return ok();
    for (const auto& [number, pull] : repository->pulls) {
        if (!pull.open) continue;
        const auto closed = hub_.actions().close({this->repository(), number, owner_});
        if (!closed) return closed;
    }
    return ok();
}

Result<std::string> DemoForge::told(Number pull) const
{
    std::string text;
    const hub::Repository* repository = find();
    if (!repository) return text;
    for (const auto& [id, comment] : repository->comments) {
        if (comment.pull != pull || comment.author != platform) continue;
        if (!text.empty())
            return Error{Code::conflict, fmt::format("pull request {} has two comments", pull), ""};
        text = comment.body;
    }
    return text;
}

std::string DemoForge::status(std::string_view commit) const
{
    std::string state;
    const hub::Repository* repository = find();
    if (!repository) return state;
    for (const hub::Status& status : repository->statuses)
        if (status.sha == commit) state = status.state;
    return state;
}

Task<Result<>> DemoForge::all_taken()
{
    co_await hub_.hooks().settled();
    for (const hub::Delivery& delivery : hub_.hooks().deliveries()) {
        if (delivery.attempts.empty()) continue;
        const hub::Attempt& last = delivery.attempts.back();
        if (last.status == 202) continue;
        co_return Error{
            Code::conflict,
            fmt::format(
                "a webhook ({} {}) was answered {}: {}",
                delivery.event,
                delivery.action,
                last.status,
                last.problem.empty() ? last.answer : last.problem
            ),
            ""
        };
    }
    co_return ok();
}

const hub::Repository* DemoForge::find() const
{
    for (const auto& [id, repository] : hub_.state().repositories)
        if (repository.full_name() == this->repository()) return &repository;
    return nullptr;
}

}  // namespace diorama::cli
