#include "hub/markdown.hpp"
#include "hub/page_style.hpp"
#include "hub/world.hpp"

#include <fmt/format.h>

#include <algorithm>

/// Pages for people: what the forge knows, without a script.
namespace diorama::hub {

namespace {

constexpr std::size_t most_commits = 30;

struct Page {
    int status = 200;
    std::string title;
    std::string above;  ///< Where we are, as HTML.
    std::string body;   ///< HTML.
    int reload = 0;     ///< Seconds; 0: not by itself.
};

Response show(const Page& page)
{
    Response response{.status = page.status};
    response.headers = {
        {"Content-Type",            "text/html; charset=utf-8"                               },
        {"Content-Security-Policy",
         "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"},
        {"Cache-Control",           "no-store"                                               },
        {"X-Content-Type-Options",  "nosniff"                                                },
    };
    const std::string reload =
        page.reload == 0
            ? ""
            : fmt::format("<meta http-equiv=\"refresh\" content=\"{}\">\n", page.reload);
    response.body = fmt::format(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n{}"
        "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<header>{}</header>\n<main>\n{}</"
        "main>\n"
        "<footer></footer>\n</body>\n</html>\n",
        reload,
        escape_html(page.title),
        page_style,
        page.above,
        page.body
    );
    return response;
}

Page nothing()
{
    return {
        .status = 404,
        .title = "Nothing here",
        .above = "<a href=\"/\">Hub</a>",
        .body = "<h1>Nothing here</h1>\n<p class=\"soft\">There is no such page, or it is "
                "private.</p>\n"
    };
}

std::string href(std::string_view path, std::string_view words)
{
    return fmt::format("<a href=\"{}\">{}</a>", escape_html(path), escape_html(words));
}

/// An address somebody told us: a link when it is a web address, nothing otherwise.
std::string outside(const std::string& url, std::string_view words)
{
    const bool web = url.starts_with("http://") || url.starts_with("https://");
    if (!web) return "";
    return fmt::format(
        "<a href=\"{}\" rel=\"nofollow noopener\">{}</a>", escape_html(url), escape_html(words)
    );
}

std::string pill(std::string_view kind, std::string_view words)
{
    return fmt::format("<span class=\"pill {}\">{}</span>", escape_html(kind), escape_html(words));
}

std::string time_of(Instant at)
{
    std::string text = stamp(at);
    std::ranges::replace(text, 'T', ' ');
    return text.substr(0, 16) + " UTC";
}

std::string row(const std::string& content)
{
    return fmt::format("<div class=\"row\">{}</div>\n", content);
}

std::string section(std::string_view name, const std::string& rows)
{
    if (rows.empty()) return "";
    return fmt::format("<h2>{}</h2>\n<div class=\"card\">\n{}</div>\n", name, rows);
}

std::string_view state_of(const Pull& pull)
{
    if (pull.merged) return "merged";
    if (!pull.open) return "closed";
    return pull.draft ? "draft" : "open";
}

/// The newest status of each context on the head commit.
std::map<std::string, const Status*> checks_of(const Repository& repository, const Pull& pull)
{
    std::map<std::string, const Status*> newest;
    for (const Status& status : repository.statuses) {
        if (status.sha == pull.head.sha) newest.insert_or_assign(status.context, &status);
    }
    return newest;
}

std::string checks_html(const Repository& repository, const Pull& pull)
{
    std::string rows;
    for (const auto& [context, status] : checks_of(repository, pull)) {
        rows += row(fmt::format(
            "{}<span class=\"grow\"><b>{}</b> <span class=\"soft\">{}</span></span>{}",
            pill(status->state, status->state),
            escape_html(context),
            escape_html(status->description),
            outside(status->target_url, "Details")
        ));
    }
    return section("Checks", rows);
}

/// Of this pull request's commits: newest first.
std::string deployments_html(const Repository& repository, const std::vector<CommitFacts>& commits)
{
    std::string rows;
    for (auto at = repository.deployments.rbegin(); at != repository.deployments.rend(); ++at) {
        const Deployment& deployment = at->second;
        const bool ours =
            std::ranges::find(commits, deployment.sha, &CommitFacts::sha) != commits.end();
        if (!ours) continue;
        const std::string state = deployment.state();
        const std::string url =
            deployment.statuses.empty() ? "" : deployment.statuses.back().environment_url;
        rows += row(fmt::format(
            "{}<span class=\"grow\"><b>{}</b> <code>{}</code></span>{}",
            pill(state, state),
            escape_html(deployment.environment),
            escape_html(deployment.sha.substr(0, 7)),
            outside(url, "View deployment")
        ));
    }
    return section("Deployments", rows);
}

std::string comment_html(std::string_view author, Instant at, bool edited, std::string_view text)
{
    return fmt::format(
        "<article class=\"card comment\"><div class=\"by\"><b>{}</b> commented at {}{}</div>"
        "<div class=\"text\">{}</div></article>\n",
        escape_html(author),
        time_of(at),
        edited ? " · edited" : "",
        render_markdown(text)
    );
}

std::string comments_html(const Repository& repository, const Pull& pull)
{
    std::string html;
    if (!pull.body.empty()) html += comment_html(pull.author, pull.created, false, pull.body);
    for (const auto& [id, comment] : repository.comments) {
        if (comment.pull != pull.number) continue;
        html += comment_html(
            comment.author, comment.created, comment.updated != comment.created, comment.body
        );
    }
    return html.empty() ? "" : "<h2>Conversation</h2>\n" + html;
}

std::string first_line(std::string_view text)
{
    return std::string(text.substr(0, text.find('\n')));
}

std::string commits_html(const Repository& repository, const std::vector<CommitFacts>& commits)
{
    std::string rows;
    for (std::size_t i = 0; i < std::min(commits.size(), most_commits); ++i) {
        const CommitFacts& commit = commits[i];
        rows += row(fmt::format(
            "<span class=\"grow\">{}</span><span class=\"soft small\">{}</span>"
            "<a href=\"/{}/commit/{}\"><code>{}</code></a>",
            escape_html(first_line(commit.message)),
            escape_html(commit.author),
            escape_html(repository.full_name()),
            commit.sha,
            commit.sha.substr(0, 7)
        ));
    }
    return section("Commits", rows);
}

/// Often while something is under way; not while somebody reads a failure.
int reload_of(const Repository& repository, const Pull& pull)
{
    if (!pull.open) return 0;
    const auto checks = checks_of(repository, pull);
    const auto any = [&](std::string_view state) {
        return std::ranges::any_of(checks, [&](const auto& entry) {
            return entry.second->state == state;
        });
    };
    if (checks.empty() || any("pending")) return 2;
    return any("failure") || any("error") ? 0 : 5;
}

std::string above(const Repository& repository)
{
    return fmt::format(
        "<a href=\"/\">Hub</a> / {}", href("/" + repository.full_name(), repository.full_name())
    );
}

Task<Page> pull_page(World& world, const Repository& repository, const Pull& pull)
{
    const auto commits = co_await world.bare.commits(repository.id, pull.base.sha, pull.head.sha);
    const std::vector<CommitFacts> known = commits ? *commits : std::vector<CommitFacts>{};
    const bool from_fork = pull.head.repository != repository.id;
    const std::string head = from_fork ? pull.head.owner + ":" + pull.head.ref : pull.head.ref;
    std::string labels;
    for (const auto& name : pull.labels)
        labels += pill("label", name);
    std::string body = fmt::format(
        "<h1>{} <span>#{}</span></h1>\n<p class=\"meta\">{}<b>{}</b> wants to merge {} into "
        "<code>{}</code> "
        "from <code>{}</code></p>\n",
        escape_html(pull.title),
        pull.number,
        pill(state_of(pull), state_of(pull)),
        escape_html(pull.author),
        pull.commits == 1 ? "1 commit" : fmt::format("{} commits", pull.commits),
        escape_html(pull.base.ref),
        escape_html(head)
    );
    if (!labels.empty()) body += fmt::format("<p>{}</p>\n", labels);
    body += checks_html(repository, pull);
    body += deployments_html(repository, known);
    body += comments_html(repository, pull);
    body += commits_html(repository, known);
    co_return Page{
        .title = fmt::format("{} · #{}", pull.title, pull.number),
        .above = above(repository),
        .body = std::move(body),
        .reload = reload_of(repository, pull),
    };
}

Page repository_page(const Repository& repository)
{
    std::string rows;
    for (auto at = repository.pulls.rbegin(); at != repository.pulls.rend(); ++at) {
        const Pull& pull = at->second;
        rows += row(fmt::format(
            "{}<span class=\"grow\">{} <span class=\"soft\">#{}</span></span>"
            "<span class=\"soft small\">{}</span>",
            pill(state_of(pull), state_of(pull)),
            href(fmt::format("/{}/pull/{}", repository.full_name(), pull.number), pull.title),
            pull.number,
            escape_html(pull.author)
        ));
    }
    const std::string none = "<p class=\"soft\">There is no pull request yet.</p>\n";
    return {
        .title = repository.full_name(),
        .above = above(repository),
        .body = fmt::format("<h1>{}</h1>\n", escape_html(repository.full_name())) +
                (rows.empty() ? none : section("Pull requests", rows)),
        .reload = 5,
    };
}

Page front_page(const World& world)
{
    std::string rows;
    for (const auto& [id, repository] : world.state.repositories) {
        if (repository.deleted || repository.is_private) continue;
        rows += row(href("/" + repository.full_name(), repository.full_name()));
    }
    return {
        .title = "Hub",
        .above = "A forge on this machine",
        .body = "<h1>Repositories</h1>\n" + section("All of them", rows),
    };
}

Task<Page> commit_page(World& world, const Repository& repository, std::string sha)
{
    const auto commit = co_await world.bare.commit(repository.id, std::move(sha));
    if (!commit) co_return nothing();
    co_return Page{
        .title = first_line(commit->message),
        .above = above(repository),
        .body = fmt::format(
            "<h1>{}</h1>\n<p class=\"meta\"><b>{}</b> committed at {}</p>\n<pre>{}</pre>\n"
            "<p><code>{}</code></p>\n",
            escape_html(first_line(commit->message)),
            escape_html(commit->author),
            time_of(commit->at),
            escape_html(commit->message),
            commit->sha
        ),
    };
}

Task<Page> find_page(World& world, std::vector<std::string> path)
{
    if (path.empty()) co_return front_page(world);
    const Repository* repository = path.size() > 1 ? world.state.find(path[0], path[1]) : nullptr;
    if (!repository || repository->is_private) co_return nothing();
    if (path.size() == 2) co_return repository_page(*repository);
    if (path.size() == 4 && path[2] == "commit")
        co_return co_await commit_page(world, *repository, path[3]);
    if (path.size() != 4 || path[2] != "pull") co_return nothing();
    for (const auto& [number, pull] : repository->pulls) {
        if (std::to_string(number) == path[3])
            co_return co_await pull_page(world, *repository, pull);
    }
    co_return nothing();
}

}  // namespace

Task<Response> answer_page(World& world, Request request)
{
    if (request.method != "GET" && request.method != "HEAD") co_return Response{.status = 405};
    const auto page = co_await find_page(world, request.segments);
    co_return show(page);
}

}  // namespace diorama::hub
