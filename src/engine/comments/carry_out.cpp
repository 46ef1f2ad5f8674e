#include "base/duration.hpp"
#include "base/instant.hpp"
#include "engine/comments/orders.hpp"
#include "store/environments.hpp"
#include "store/feedback.hpp"
#include "store/pull_requests.hpp"

#include <algorithm>

namespace diorama {

namespace {

using Verb = CommentCommand::Verb;
using deliveries::Verdict;

/// What an order came to: said where its delivery is listed, and in our comment.
struct Deed {
    std::string what;
    bool acted = true;
};

using Answer = Result<Deed>;

/// An order in its transaction.
struct Case {
    Tx& tx;
    const OrderPlace& place;
    const Order& order;
    std::optional<Environment> there;

    const Moment& moment() const { return order.moment; }
};

bool brings_up(Verb verb)
{
    return verb == Verb::up || verb == Verb::redeploy || verb == Verb::approve;
}

/// Whether a failure is the answer; any other may pass by itself.
bool is_answer(Code code)
{
    switch (code) {
        case Code::invalid:
        case Code::forbidden:
        case Code::refused:
        case Code::not_found:
        case Code::conflict:
        case Code::too_many: return true;
        default: return false;
    }
}

/// It stands at the newest commit, or is on its way there.
bool is_up(const Case& it)
{
    if (!it.there || is_going(it.there->state)) return false;
    const State state = it.there->state;
    return state != State::failed && state != State::awaiting_approval &&
           it.there->wanted.commit == it.place.facts.head_commit;
}

/// What came of waking or resting, where nothing may have been to do.
Answer moved(const Case& it, const Result<Environment>& wished, std::string done, std::string idle)
{
    if (!wished) return wished.error();
    const bool acted = wished->wanted.presence != it.there->wanted.presence;
    return Deed{acted ? std::move(done) : std::move(idle), acted};
}

Answer up(const Case& it)
{
    if (is_up(it)) {
        const auto woken = wishes::wake(it.tx, *it.there, it.moment());
        return moved(it, woken, "it is woken", "it is there already");
    }
    const Project& project = it.place.project;
    const DeployRequest request{
        .repository = project.repository,
        .name = project.name,
        .kind = Kind::pull_request,
        .key = fmt::format("{}", it.place.facts.number)
    };
    const auto wished = wishes::put_up_cleared(
        it.tx, it.place.forges, it.place.settings, project, request, it.moment()
    );
    if (!wished) return wished.error();
    return Deed{fmt::format("{} is deployed", short_commit(wished->wanted.commit))};
}

Answer redeploy(const Case& it)
{
    const auto wished =
        wishes::redeploy(it.tx, it.place.forges, it.place.settings, *it.there, it.moment());
    if (!wished) return wished.error();
    return Deed{fmt::format("{} is built and started anew", short_commit(wished->wanted.commit))};
}

Answer approve(const Case& it)
{
    const auto wished = wishes::approve(it.tx, *it.there, it.order.command.commit, it.moment());
    if (!wished) return wished.error();
    return Deed{fmt::format("approved {}", short_commit(it.place.facts.head_commit))};
}

Answer stop(const Case& it)
{
    if (is_going(it.there->state)) return Deed{"it is gone already", false};
    const auto wished = wishes::take_down(it.tx, *it.there, it.moment());
    if (!wished) return wished.error();
    return Deed{"it is taken down"};
}

Answer extend(const Case& it)
{
    const auto wished = wishes::extend(it.tx, *it.there, it.order.command.by, it.moment());
    if (!wished) return wished.error();
    const std::string until = format_instant(*wished->kept_until);
    return Deed{fmt::format("it stays until {} {} UTC", until.substr(0, 10), until.substr(11, 5))};
}

Answer answer(const Case& it)
{
    const Verb verb = it.order.command.verb;
    if (verb == Verb::up) return up(it);
    if (!it.there)
        return Error{
            Code::not_found, fmt::format("pull request {} has no preview", it.place.facts.number)
        };
    const Environment& there = *it.there;
    switch (verb) {
        case Verb::up: break;
        case Verb::approve: return approve(it);
        case Verb::stop: return stop(it);
        case Verb::sleep:
            return moved(
                it,
                wishes::rest(it.tx, there, Presence::frozen, it.moment()),
                "it is put to sleep",
                "it sleeps already"
            );
        case Verb::wake:
            return moved(it, wishes::wake(it.tx, there, it.moment()), "it is woken", "it is awake");
        case Verb::redeploy: return redeploy(it);
        case Verb::extend: return extend(it);
        case Verb::why: return Deed{"told", false};
    }
    std::abort();
}

std::optional<Environment> environment_of(Tx& tx, const OrderPlace& place)
{
    const auto identity = pull_request_identity(place.project.id, place.facts.number);
    const auto found = environments::find(tx, place.project.tenant, identity);
    return found ? std::optional(*found) : std::nullopt;
}

/// What shall come up waits while the same still goes down; what is unwanted has its answer now.
bool waits(const Case& it)
{
    if (!brings_up(it.order.command.verb)) return false;
    if (!it.there || it.there->state != State::destroying) return false;
    const auto record = pull_requests::find(it.tx, it.place.project.id, it.place.facts.number);
    return record && record->verdict != pull_requests::Verdict::unwanted;
}

/// Another look, the sooner the fresher the end is.
void put_off(const Case& it)
{
    const Instant now = it.order.moment.now;
    const milliseconds pause =
        std::clamp<milliseconds>(now - it.there->wanted_at, seconds{2}, minutes{10});
    const auto reason = fmt::format("{} is still being taken down; this waits", it.there->slug);
    deliveries::settle(it.tx, it.order.delivery, Verdict::failed, reason, now);
    pull_requests::ask(it.tx, it.place.project.id, it.place.facts.number, now + pause);
}

/// Whether a worker has something to do.
Result<bool> carry_out(const Case& it)
{
    const Answer answered = answer(it);
    if (!answered && !is_answer(answered.error().code)) return answered.error();
    const bool acted = answered && answered->acted;
    deliveries::settle(
        it.tx,
        it.order.delivery,
        acted ? Verdict::acted : Verdict::nothing,
        answered ? answered->what : answered.error().text(),
        it.order.moment.now
    );
    return acted;
}

}  // namespace

Result<std::optional<EnvironmentId>>
carry_out(Tx& tx, const OrderPlace& place, const std::vector<Order>& orders)
{
    std::optional<EnvironmentId> changed;
    for (const Order& order : orders) {
        const Instant now = order.moment.now;
        if (!order.refusal.empty()) {
            deliveries::settle(tx, order.delivery, Verdict::refused, order.refusal, now);
            continue;
        }
        const Case it{tx, place, order, environment_of(tx, place)};
        if (waits(it)) {
            put_off(it);
            return changed;  // Those behind it keep their order.
        }
        const auto acted = carry_out(it);
        if (!acted) return acted.error();
        const auto there = environment_of(tx, place);
        if (there) feedback::changed(tx, there->id, now);
        if (*acted) changed = there.value().id;
    }
    if (orders.size() == deliveries::commands_at_once)
        pull_requests::ask(tx, place.project.id, place.facts.number, orders.back().moment.now);
    return changed;
}

}  // namespace diorama
