#include "base/text.hpp"
#include "hub/world.hpp"

#include <fmt/format.h>

namespace diorama::hub {

namespace {

constexpr std::uint64_t most_output = 1ULL << 30U;

Response refuse(int status, std::string words)
{
    Response response{.status = status, .body = std::move(words) + "\n"};
    response.headers.set("Content-Type", "text/plain; charset=utf-8");
    if (status == 401) response.headers.set("WWW-Authenticate", "Basic realm=\"Hub\"");
    return response;
}

/// To the same thing below the new name; `target` is "/owner/name.git/rest?query".
Response redirect(const std::string& home, std::string_view target)
{
    const auto rest = target.find(".git/");
    Response response = refuse(301, "The repository has moved.");
    response.headers.set("Location", fmt::format("{}{}", home, target.substr(rest)));
    return response;
}

/// What a CGI program printed (RFC 3875, 6): header lines, an empty line, the body.
Response read_cgi(std::string output)
{
    const auto end = output.find("\r\n\r\n");
    if (end == output.npos) return refuse(500, "git http-backend gave no answer");
    Response response;
    for (const auto line : split(std::string_view(output).substr(0, end), '\n')) {
        const auto colon = line.find(':');
        if (colon == line.npos) continue;
        const std::string name(line.substr(0, colon));
        const std::string value(trim(line.substr(colon + 1)));
        if (lower(name) == "status")
            response.status = std::stoi(value.substr(0, 3));
        else
            response.headers.add(name, value);
    }
    response.body = output.substr(end + 4);
    return response;
}

/// `git http-backend` with one request in its environment, as a web server would run it.
Command backend(const World& world, Number id, const std::string& path, Request& request)
{
    Command command = world.bare.command(id, {"http-backend"});
    const auto question = request.target.find('?');
    auto& variables = command.environment;
    variables["GIT_PROJECT_ROOT"] = world.bare.root().string();
    variables["GIT_HTTP_EXPORT_ALL"] = "1";
    variables["PATH_INFO"] = fmt::format("/{}/{}", Bare::folder(id), path);
    variables["REQUEST_METHOD"] = request.method;
    variables["QUERY_STRING"] =
        question == request.target.npos ? "" : request.target.substr(question + 1);
    variables["CONTENT_TYPE"] = request.headers.get("Content-Type");
    variables["HTTP_CONTENT_ENCODING"] = request.headers.get("Content-Encoding");
    variables["HTTP_GIT_PROTOCOL"] = request.headers.get("Git-Protocol");
    variables["REMOTE_ADDR"] = request.remote;
    command.input = std::move(request.body);
    command.limits = {.output = most_output, .time = minutes{5}};
    return command;
}

}  // namespace

Task<Response> answer_git(World& world, Request request)
{
    const auto login = caller(world, request.headers);
    if (!login) co_return refuse(401, "Invalid username or token.");
    const auto& segments = request.segments;
    const std::string name = segments[1].substr(0, segments[1].size() - 4);
    const Repository* repository = world.state.find(segments[0], name);
    const auto moved = world.state.moved.find(lower(segments[0] + "/" + name));
    if (!repository && moved != world.state.moved.end()) {
        if (const Repository* now = world.state.find(moved->second))
            co_return redirect(world.shapes.web_of(*now), request.target);
    }
    if (!repository) co_return refuse(404, "Repository not found.");

    const Number id = repository->id;
    const std::string_view may = world.state.permission(*repository, *login);
    const bool pushes = request.target.find("git-receive-pack") != std::string::npos;
    if (may == "none") co_return refuse(login->empty() ? 401 : 404, "Repository not found.");
    if (pushes && login->empty()) co_return refuse(401, "No anonymous write access.");
    if (pushes && !may_write(may))
        co_return refuse(403, fmt::format("Permission to {} denied.", repository->full_name()));

    const std::vector<std::string> rest(segments.begin() + 2, segments.end());
    Command command = backend(world, id, join(rest, "/"), request);
    command.environment["REMOTE_USER"] = *login;
    auto done = co_await run_command(world.loop, std::move(command));
    if (!done) co_return refuse(500, done.error().text());
    if (pushes && request.method == "POST") {
        const auto noticed = co_await world.actions.notice_push(id, *login);
        if (!noticed) co_return refuse(500, noticed.error().text());
    }
    co_return read_cgi(std::move(done->output));
}

}  // namespace diorama::hub
