#include "base/unicode.hpp"
#include "forge/github/github.hpp"
#include "forge/github/paths.hpp"
#include "forge/limits.hpp"

namespace diorama {

using namespace github;

namespace {

constexpr std::size_t most_comment_pages = 50;

struct Author {
    std::int64_t id = 0;
    std::string type;
    static constexpr auto required = {"id"};
};
BOOST_DESCRIBE_STRUCT(Author, (), (id, type))

struct Comment {
    std::int64_t id = 0;
    std::optional<std::string> body;
    std::optional<Author> user;
    static constexpr auto required = {"id"};
};
BOOST_DESCRIBE_STRUCT(Comment, (), (id, body, user))

struct Made {
    std::int64_t id = 0;
    static constexpr auto required = {"id"};
};
BOOST_DESCRIBE_STRUCT(Made, (), (id))

std::string_view word(CommitStatus::State state)
{
    switch (state) {
        case CommitStatus::State::pending: return "pending";
        case CommitStatus::State::success: return "success";
        case CommitStatus::State::failure: return "failure";
        case CommitStatus::State::error: return "error";
    }
    std::abort();
}

std::string_view word(ForgeDeployment::State state)
{
    switch (state) {
        case ForgeDeployment::State::queued: return "queued";
        case ForgeDeployment::State::in_progress: return "in_progress";
        case ForgeDeployment::State::success: return "success";
        case ForgeDeployment::State::failure: return "failure";
        case ForgeDeployment::State::inactive: return "inactive";
    }
    std::abort();
}

void set_if(Node& body, std::string_view key, const std::string& text)
{
    if (!text.empty()) body.set(key, text);
}

Error no_id(std::string_view what, std::string_view id)
{
    return {Code::not_found, fmt::format("GitHub knows no {} '{}'", what, display(id, 40)), ""};
}

Result<std::string> id_in(const Result<Answer>& answer)
{
    if (!answer) return answer.error();
    const auto made = part_of<Made>(answer->body);
    if (!made) return made.error();
    return std::to_string(made->id);
}

Result<> done(const Result<Answer>& answer)
{
    if (!answer) return answer.error();
    return ok();
}

}  // namespace

Task<Result<std::int64_t>> GitHub::account(std::stop_token stop)
{
    if (account_) co_return *account_;
    // The token of an app is no account's.
    Call call{.path = "/user", .needs = "Metadata: read", .expected = Code::forbidden};
    const auto answer = co_await rest_.ask(std::move(call), stop);
    if (!answer && answer.error().code == Code::forbidden) {
        account_ = 0;
        co_return *account_;
    }
    if (!answer) co_return answer.error();
    const auto found = part_of<Made>(answer->body);
    if (!found) co_return found.error();
    account_ = found->id;
    co_return *account_;
}

Task<Result<std::optional<std::string>>> GitHub::find_comment(
    ForgeRepository repository, std::int64_t number, std::string marker, std::stop_token stop
)
{
    const auto path = path_in(repository, fmt::format("/issues/{}/comments", number));
    if (!path) co_return path.error();
    const auto own = co_await account(stop);
    if (!own) co_return own.error();
    std::optional<std::string> first;
    const auto look = [&](const Node& node) -> Result<> {
        const auto comment = part_of<Comment>(node);
        if (!comment) return comment.error();
        const auto& author = comment->user;
        const bool ours = author && (*own > 0 ? author->id == *own : author->type == "Bot");
        if (!first && ours && comment->body.value_or("").contains(marker))
            first = std::to_string(comment->id);
        return ok();
    };
    const Call call{.path = *path, .needs = "Pull requests: read"};
    const auto read_all = co_await rest_.each(call, most_comment_pages, look, stop);
    if (!read_all) co_return read_all.error();
    co_return first;
}

Task<Result<std::string>> GitHub::create_comment(
    ForgeRepository repository, std::int64_t number, std::string text, std::stop_token stop
)
{
    const auto path = path_in(repository, fmt::format("/issues/{}/comments", number));
    if (!path) co_return path.error();
    Call call{
        .method = "POST",
        .path = *path,
        .body = Node::Map{{"body", shortened(text, comment_limit)}},
        .needs = "Pull requests: write",
        .repeatable = false,
    };
    const auto answer = co_await rest_.ask(std::move(call), stop);
    co_return id_in(answer);
}

Task<Result<>> GitHub::edit_comment(
    ForgeRepository repository, std::string comment, std::string text, std::stop_token stop
)
{
    const auto path = path_in(repository, "/issues/comments/" + comment);
    if (!path) co_return path.error();
    if (!is_id(comment)) co_return no_id("comment", comment);
    Call call{
        .method = "PATCH",
        .path = *path,
        .body = Node::Map{{"body", shortened(text, comment_limit)}},
        .needs = "Pull requests: write",
        .expected = Code::not_found,
    };
    const auto answer = co_await rest_.ask(std::move(call), stop);
    co_return done(answer);
}

Task<Result<>> GitHub::set_status(
    ForgeRepository repository, std::string commit, CommitStatus status, std::stop_token stop
)
{
    const auto path = path_in(repository, "/statuses/" + commit);
    if (!path) co_return path.error();
    if (!is_commit(commit)) co_return no_id("commit", commit);
    Node body = Node::Map{
        {"state", word(status.state)}
    };
    set_if(body, "context", status.context);
    set_if(body, "description", shortened(status.description, description_limit));
    set_if(body, "target_url", status.target_url);
    Call call{.method = "POST", .path = *path, .body = body, .needs = "Commit statuses: write"};
    const auto answer = co_await rest_.ask(std::move(call), stop);
    co_return done(answer);
}

Task<Result<std::optional<std::string>>> GitHub::find_deployment(
    ForgeRepository repository, std::string commit, std::string environment, std::stop_token stop
)
{
    const auto path = path_in(repository, "/deployments");
    if (!path) co_return path.error();
    Call call{
        .path = *path,
        .query = {{"sha", commit}, {"environment", environment}, {"per_page", "1"}},
        .needs = "Deployments: read",
    };
    const auto answer = co_await rest_.ask(std::move(call), stop);
    if (!answer) co_return answer.error();
    const auto* list = answer->body.list();
    if (!list) co_return not_sensible({Code::invalid, "no list of deployments", ""});
    if (list->empty()) co_return std::nullopt;
    const auto found = part_of<Made>(list->front());
    if (!found) co_return found.error();
    co_return std::to_string(found->id);
}

Task<Result<std::string>> GitHub::create_deployment(
    ForgeRepository repository, std::string commit, std::string environment, std::stop_token stop
)
{
    if (!is_commit(commit)) co_return no_id("commit", commit);
    const auto there = co_await find_deployment(repository, commit, environment, stop);
    if (!there) co_return there.error();
    if (*there) co_return **there;
    // Asked once: whoever tries again after an error finds it when it was made all the same.
    Call call{
        .method = "POST",
        .path = path_in(repository, "/deployments").value(),
        .body =
            Node::Map{
                      {"ref", commit},
                      {"environment", environment},
                      {"description", "Preview by Diorama"},
                      {"auto_merge", false},
                      {"required_contexts", Node::List{}},
                      {"transient_environment", true},
                      {"production_environment", false},
                      },
        .needs = "Deployments: write",
        .repeatable = false,
    };
    const auto answer = co_await rest_.ask(std::move(call), stop);
    co_return id_in(answer);
}

Task<Result<>> GitHub::set_deployment(
    ForgeRepository repository, std::string deployment, ForgeDeployment state, std::stop_token stop
)
{
    const auto path = path_in(repository, fmt::format("/deployments/{}/statuses", deployment));
    if (!path) co_return path.error();
    if (!is_id(deployment)) co_return no_id("deployment", deployment);
    Node body = Node::Map{
        {"state",         word(state.state)},
        {"auto_inactive", false            }
    };
    set_if(body, "environment_url", state.environment_url);
    set_if(body, "log_url", state.log_url);
    set_if(body, "description", shortened(state.description, description_limit));
    Call call{
        .method = "POST",
        .path = *path,
        .body = body,
        .needs = "Deployments: write",
        .expected = Code::not_found,
    };
    const auto answer = co_await rest_.ask(std::move(call), stop);
    co_return done(answer);
}

}  // namespace diorama
