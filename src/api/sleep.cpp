#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/views.hpp"
#include "base/unicode.hpp"
#include "engine/facts.hpp"

namespace diorama::api {

namespace {

struct SleepBody {
    std::string to = "frozen";
};
BOOST_DESCRIBE_STRUCT(SleepBody, (), (to))

struct ExtendBody {
    milliseconds by{};

    static constexpr auto required = {"by"};
};
BOOST_DESCRIBE_STRUCT(ExtendBody, (), (by))

/// What a command made of it: 202 while a worker still has to see to it.
Task<Response> answer(Context& context, int status, Result<Environment> wished)
{
    if (!wished) co_return problem(wished.error());
    const auto read = [environment = *wished, &settings = context.world.settings](Tx& tx) {
        return facts_of(tx, settings, environment);
    };
    const auto facts = co_await context.world.store.read(read);
    if (!facts) co_return problem(facts.error());
    Response response = json(status, view(context, *facts));
    response.headers.set("Location", "/api/v1/environments/" + wished->id.text());
    co_return response;
}

/// How deep it shall sleep; without a body, frozen.
Result<Presence> wanted_rung(const Request& request)
{
    const auto body =
        request.body.empty() ? Result<SleepBody>(SleepBody{}) : body_as<SleepBody>(request);
    if (!body) return body.error();
    const auto rung = presence_named(body->to);
    if (rung && is_asleep(*rung)) return rung;
    return Error{
        Code::invalid,
        fmt::format("'{}' is no way to sleep", display(body->to, 40)),
        "Write frozen, stopped or archived."
    };
}

Task<Response> set_pin(Context& context, Call call, bool pinned)
{
    const auto found =
        co_await find_environment(context, call.caller, call.right, call.param("id"));
    if (!found) co_return problem(found.error());
    auto kept = co_await context.commands.pin(call.caller, found->id, pinned);
    co_return co_await answer(context, 200, std::move(kept));
}

}  // namespace

Task<Response> sleep_environment(Context& context, Call call)
{
    const auto rung = wanted_rung(call.request);
    if (!rung) co_return problem(rung.error());
    const auto found =
        co_await find_environment(context, call.caller, call.right, call.param("id"));
    if (!found) co_return problem(found.error());
    auto wished = co_await context.commands.sleep(call.caller, found->id, *rung);
    co_return co_await answer(context, 202, std::move(wished));
}

Task<Response> wake_environment(Context& context, Call call)
{
    const auto found =
        co_await find_environment(context, call.caller, call.right, call.param("id"));
    if (!found) co_return problem(found.error());
    auto wished = co_await context.commands.wake(call.caller, found->id);
    const bool awake = wished && wished->presence == Presence::awake;
    co_return co_await answer(context, awake ? 200 : 202, std::move(wished));
}

Task<Response> pin_environment(Context& context, Call call)
{
    co_return co_await set_pin(context, std::move(call), true);
}

Task<Response> unpin_environment(Context& context, Call call)
{
    co_return co_await set_pin(context, std::move(call), false);
}

Task<Response> extend_environment(Context& context, Call call)
{
    const auto body = body_as<ExtendBody>(call.request);
    if (!body) co_return problem(body.error());
    const auto found =
        co_await find_environment(context, call.caller, call.right, call.param("id"));
    if (!found) co_return problem(found.error());
    auto kept = co_await context.commands.extend(call.caller, found->id, body->by);
    co_return co_await answer(context, 200, std::move(kept));
}

}  // namespace diorama::api
