#include "base/described.hpp"
#include "base/json.hpp"
#include "hub/control_wishes.hpp"
#include "hub/world.hpp"

/// The control path: POST /_hub/{verb} with a JSON map, for tests and demos in any language.
namespace diorama::hub {

namespace {

Response say(const Node& node, int status = 200)
{
    Response response{.status = status, .body = write_json(node) + "\n"};
    response.headers.set("Content-Type", "application/json");
    return response;
}

Response say(const Error& error)
{
    const int status = error.code == Code::not_found  ? 404
                       : error.code == Code::conflict ? 409
                                                      : 422;
    return say(
        Node::Map{
            {"message", error.text()}
    },
        status
    );
}

Response say(const Result<>& done)
{
    return done ? say(Node::Map{}) : say(done.error());
}

template <class T>
Response say(std::string_view key, const Result<T>& done)
{
    return done ? say(Node::Map{
                      {std::string(key), *done}
    })
                : say(done.error());
}

using Verb = Task<Response> (*)(World&, Node);

/// A verb that reads its body as `Wish` first.
template <class Wish, Task<Response> (*work)(World&, Wish)>
Task<Response> with(World& world, Node body)
{
    auto wish = read<Wish>(body, "the wish");
    if (!wish) co_return say(wish.error());
    co_return co_await work(world, *std::move(wish));
}

Task<Response> create(World& world, wish::Create wish)
{
    const auto id = co_await world.actions.create(
        {wish.name, wish.private_, wish.default_branch, std::move(wish.files)}
    );
    co_return say("id", id);
}

Task<Response> make_fork(World& world, wish::Fork wish)
{
    const auto id = co_await world.actions.make_fork(wish.name, wish.owner);
    co_return say("id", id);
}

Task<Response> rename(World& world, wish::Rename wish)
{
    co_return say(world.actions.rename(wish.name, wish.to, wish.by));
}

Task<Response> remove(World& world, wish::Remove wish)
{
    co_return say(world.actions.remove(wish.name));
}

Task<Response> permit(World& world, wish::Permit wish)
{
    co_return say(world.actions.permit(wish.name, wish.login, wish.permission));
}

Task<Response> hook(World& world, wish::Hook wish)
{
    const auto id = world.actions.hook(
        wish.name, wish.url, wish.secret, {wish.events.begin(), wish.events.end()}
    );
    co_return say("id", id);
}

Task<Response> token(World& world, wish::Token wish)
{
    const std::string token = wish.token.empty() ? "ghp_" + world.random.hex(36) : wish.token;
    const User& user = world.state.user(wish.login, world.loop.now());
    world.state.tokens.insert_or_assign(
        token,
        Token{
            user.login, {wish.lacks.begin(), wish.lacks.end()}
    }
    );
    co_return say(Node::Map{
        {"token", token}
    });
}

Task<Response> push(World& world, wish::Push wish)
{
    NewCommit commit{
        .branch = wish.branch,
        .message = wish.message,
        .author = wish.by,
        .from = wish.from,
    };
    for (auto& [path, content] : wish.files)
        commit.files.emplace(path, std::move(content));
    for (const auto& path : wish.remove)
        commit.files.emplace(path, std::nullopt);
    const auto sha = co_await world.actions.push(wish.repository, std::move(commit), wish.by);
    co_return say("sha", sha);
}

Task<Response> remove_branch(World& world, wish::RemoveBranch wish)
{
    const auto done = co_await world.actions.remove_branch(wish.repository, wish.branch, wish.by);
    co_return say(done);
}

Task<Response> open(World& world, wish::Open wish)
{
    const auto number = co_await world.actions.open(
        {wish.repository,
         wish.author,
         wish.title,
         wish.head,
         wish.base,
         wish.body,
         wish.draft,
         wish.labels}
    );
    co_return say("number", number);
}

Task<Response> close(World& world, wish::Act wish)
{
    co_return say(world.actions.close(wish.at()));
}

Task<Response> reopen(World& world, wish::Act wish)
{
    const auto done = co_await world.actions.reopen(wish.at());
    co_return say(done);
}

Task<Response> merge(World& world, wish::Act wish)
{
    const auto done = co_await world.actions.merge(wish.at());
    co_return say(done);
}

Task<Response> label(World& world, wish::Act wish)
{
    co_return say(world.actions.label(wish.at(), wish.value));
}

Task<Response> unlabel(World& world, wish::Act wish)
{
    co_return say(world.actions.unlabel(wish.at(), wish.value));
}

Task<Response> draft(World& world, wish::Act wish)
{
    co_return say(world.actions.set_draft(wish.at(), true));
}

Task<Response> ready(World& world, wish::Act wish)
{
    co_return say(world.actions.set_draft(wish.at(), false));
}

Task<Response> title(World& world, wish::Act wish)
{
    co_return say(world.actions.set_title(wish.at(), wish.value));
}

Task<Response> retarget(World& world, wish::Act wish)
{
    const auto done = co_await world.actions.retarget(wish.at(), wish.value);
    co_return say(done);
}

Task<Response> comment(World& world, wish::Act wish)
{
    co_return say("id", world.actions.comment(wish.at(), wish.value));
}

Task<Response> delete_comment(World& world, wish::DeleteComment wish)
{
    for (auto& [id, repository] : world.state.repositories) {
        if (repository.full_name() == wish.repository && !repository.deleted)
            co_return say(world.actions.delete_comment(repository, wish.id, wish.by));
    }
    co_return say(Error{Code::not_found, "there is no such repository"});
}

Task<Response> fail_api(World& world, ApiFault fault)
{
    world.faults.add(std::move(fault));
    co_return say(Node::Map{});
}

Task<Response> fail_hooks(World& world, HookFaults faults)
{
    world.hooks.set_faults(faults);
    co_return say(Node::Map{});
}

Task<Response> heal(World& world, wish::Nothing)
{
    world.faults.clear();
    world.hooks.set_faults({});
    world.usage.clear();
    co_return say(Node::Map{});
}

Task<Response> limit(World& world, wish::Limit wish)
{
    world.limits = {wish.hourly, wish.writes_a_minute};
    co_return say(Node::Map{});
}

Task<Response> release(World& world, wish::Release wish)
{
    world.hooks.release(wish.newest_first);
    co_return say(Node::Map{});
}

Task<Response> redeliver(World& world, wish::Redeliver wish)
{
    if (world.hooks.redeliver(wish.id)) co_return say(Node::Map{});
    co_return say(Error{Code::not_found, "there is no such delivery"});
}

/// Returns when no webhook is on its way.
Task<Response> settle(World& world, wish::Nothing)
{
    co_await world.hooks.settled();
    co_return say(Node::Map{});
}

struct Row {
    std::string_view name;
    Verb verb;
};

constexpr Row table[] = {
    {"create",         with<wish::Create,        create>        },
    {"fork",           with<wish::Fork,          make_fork>     },
    {"rename",         with<wish::Rename,        rename>        },
    {"remove",         with<wish::Remove,        remove>        },
    {"permit",         with<wish::Permit,        permit>        },
    {"hook",           with<wish::Hook,          hook>          },
    {"token",          with<wish::Token,         token>         },
    {"push",           with<wish::Push,          push>          },
    {"remove-branch",  with<wish::RemoveBranch,  remove_branch> },
    {"open",           with<wish::Open,          open>          },
    {"close",          with<wish::Act,           close>         },
    {"reopen",         with<wish::Act,           reopen>        },
    {"merge",          with<wish::Act,           merge>         },
    {"label",          with<wish::Act,           label>         },
    {"unlabel",        with<wish::Act,           unlabel>       },
    {"draft",          with<wish::Act,           draft>         },
    {"ready",          with<wish::Act,           ready>         },
    {"title",          with<wish::Act,           title>         },
    {"retarget",       with<wish::Act,           retarget>      },
    {"comment",        with<wish::Act,           comment>       },
    {"delete-comment", with<wish::DeleteComment, delete_comment>},
    {"fail-api",       with<ApiFault,            fail_api>      },
    {"fail-hooks",     with<HookFaults,          fail_hooks>    },
    {"heal",           with<wish::Nothing,       heal>          },
    {"limit",          with<wish::Limit,         limit>         },
    {"release",        with<wish::Release,       release>       },
    {"redeliver",      with<wish::Redeliver,     redeliver>     },
    {"settle",         with<wish::Nothing,       settle>        },
};

Node view(const Delivery& delivery)
{
    Node::List attempts;
    for (const Attempt& attempt : delivery.attempts)
        attempts.push_back(Node::Map{
            {"at",      stamp(attempt.at)},
            {"status",  attempt.status   },
            {"problem", attempt.problem  },
            {"answer",  attempt.answer   }
        });
    return Node::Map{
        {"id",         delivery.id        },
        {"guid",       delivery.guid      },
        {"hook",       delivery.hook      },
        {"repository", delivery.repository},
        {"event",      delivery.event     },
        {"action",     delivery.action    },
        {"dropped",    delivery.dropped   },
        {"attempts",   std::move(attempts)}
    };
}

Response deliveries(const World& world, bool with_bodies)
{
    Node::List list;
    for (const Delivery& delivery : world.hooks.deliveries()) {
        Node& node = list.emplace_back(view(delivery));
        if (with_bodies) node.set("body", delivery.body);
    }
    return say(std::move(list));
}

Response asked(const World& world)
{
    Node::List list;
    for (const Asked& one : world.asked)
        list.push_back(Node::Map{
            {"at",     stamp(one.at)},
            {"method", one.method   },
            {"target", one.target   },
            {"login",  one.login    },
            {"status", one.status   },
            {"body",   one.body     }
        });
    return say(std::move(list));
}

Response usage(const World& world)
{
    Node::Map logins;
    for (const auto& [login, used] : world.usage)
        logins.push_back({
            login, Node::Map{{"used", used.used}, {"most_writes", used.most_writes}}
        });
    return say(std::move(logins));
}

}  // namespace

Task<Response> answer_control(World& world, Request request)
{
    // Browsers say which page asks: a stranger's must not play with this machine.
    const std::string_view origin = request.headers.get("Origin");
    if (!origin.empty() && origin != world.at.web) co_return Response{.status = 403};
    const std::string name = request.segments.size() == 2 ? request.segments[1] : "";
    if (request.method == "GET") {
        if (name == "deliveries")
            co_return deliveries(world, request.query_value("bodies").has_value());
        if (name == "asked") co_return asked(world);
        if (name == "usage") co_return usage(world);
    }
    const auto row = std::ranges::find(table, name, &Row::name);
    if (row == std::end(table) || request.method != "POST")
        co_return say(Error{Code::not_found, "there is no such verb"});
    auto body = parse_json(request.body.empty() ? "{}" : request.body);
    if (!body) co_return say(body.error());
    co_return co_await row->verb(world, *std::move(body));
}

}  // namespace diorama::hub
