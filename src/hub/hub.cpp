#include "hub/hub.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace diorama::hub {

namespace {

bool is_api(std::string_view first)
{
    return first == "repos" || first == "repositories" || first == "user" || first == "rate_limit";
}

Task<Response> answer(World& world, Request request)
{
    auto& segments = request.segments;
    if (segments.size() >= 2 && segments[0] == "api" && segments[1] == "v3") {
        segments.erase(segments.begin(), segments.begin() + 2);
        request.path = request.path.substr(std::string_view("/api/v3").size());
    }
    const std::string first = segments.empty() ? "" : segments.front();
    if (first == "_hub") co_return co_await answer_control(world, std::move(request));
    if (is_api(first)) co_return co_await answer_api(world, std::move(request));
    const bool is_git = segments.size() > 2 && segments[1].ends_with(".git");
    if (is_git) co_return co_await answer_git(world, std::move(request));
    co_return co_await answer_page(world, std::move(request));
}

ServerOptions server_options()
{
    ServerOptions options;
    options.body_limit = 512U << 20U;  // A push is one request.
    return options;
}

}  // namespace

Result<std::string> caller(const World& world, const Headers& headers)
{
    const std::string_view header = headers.get("Authorization");
    if (header.empty()) return std::string();
    const auto blank = header.find(' ');
    const std::string scheme = lower(header.substr(0, blank));
    std::string token(blank == header.npos ? "" : trim(header.substr(blank)));
    if (scheme == "basic") {
        // git sends the token as a password, whatever the user is called.
        const auto pair = from_base64(token);
        if (!pair) return pair.error();
        token = pair->substr(pair->find(':') + 1);
    }
    const auto found = world.state.tokens.find(token);
    if (found != world.state.tokens.end()) return found->second.login;
    return Error{Code::unauthorized, "Bad credentials"};
}

Hub::Hub(Loop& loop, Random& random, Options options)
    : world_(std::make_unique<World>(loop, random, options.folder)),
      server_(
          loop,
          [world = world_.get()](Request request) { return answer(*world, std::move(request)); },
          server_options()
      ),
      options_(std::move(options))
{}

Hub::~Hub() = default;

Result<> Hub::listen(std::uint16_t port)
{
    const auto begun = server_.listen(Address::tcp("127.0.0.1", port));
    if (!begun) return begun.error();
    world_->at.web = fmt::format("http://127.0.0.1:{}", server_.port());
    world_->at.api = options_.api.empty() ? world_->at.web : options_.api;
    return ok();
}

const std::string& Hub::url() const
{
    return world_->at.web;
}

Task<> Hub::stop()
{
    co_await world_->hooks.stop();
    co_await server_.stop();
}

std::string Hub::give_token(std::string login, std::set<std::string> lacks, std::string token)
{
    if (token.empty()) token = "ghp_" + world_->random.hex(36);
    const User& user = world_->state.user(login, world_->loop.now());
    world_->state.tokens.insert_or_assign(token, Token{user.login, std::move(lacks)});
    return token;
}

Actions& Hub::actions()
{
    return world_->actions;
}
Hooks& Hub::hooks()
{
    return world_->hooks;
}
ApiFaults& Hub::faults()
{
    return world_->faults;
}
Limits& Hub::limits()
{
    return world_->limits;
}
const State& Hub::state() const
{
    return world_->state;
}
const std::deque<Asked>& Hub::asked() const
{
    return world_->asked;
}

}  // namespace diorama::hub
