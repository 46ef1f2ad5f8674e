#include "gateway/shard.hpp"

#include "gateway/session.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/eventfd.h>
#include <system_error>

namespace diorama::gateway {

namespace {

/// Often enough that no time-out is late by more than a quarter, seldom enough to cost nothing.
milliseconds pace_for(const GatewayTimeouts& timeouts)
{
    const milliseconds shortest = std::min(
        {timeouts.head,
         timeouts.idle,
         timeouts.connect,
         timeouts.upstream_head,
         timeouts.stall,
         timeouts.tunnel,
         timeouts.abandoned,
         timeouts.linger,
         timeouts.upstream_idle,
         timeouts.wake,
         timeouts.wake_page}
    );
    return std::clamp<milliseconds>(shortest / 4, milliseconds{10}, seconds{1});
}

}  // namespace

template <class Use>
void Shard::each_pool(const RouteTable& table, Use use)
{
    for (Destination* destination : table.destinations())
        for (const auto& backend : destination->backends())
            use(backend->pool(index));
}

Shard::Shard(unsigned number, const Settings& chosen, Log& journal, const RouteTable& first)
    : index(number),
      settings(chosen),
      log(journal),
      loop(pace_for(chosen.timeouts)),
      waiting(chosen.limits.waiting),
      bell_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      table_(&first)
{
    if (!bell_) throw std::system_error(errno, std::system_category(), "eventfd");
    bell_key_ = loop.watch(bell_.get(), *this);
}

Shard::~Shard()
{
    loop.forget(bell_key_);
}

void Shard::listen(Fd socket)
{
    listeners_.emplace_back(*this, std::move(socket));
}

void Shard::run()
{
    while (!draining_ || !sessions_.empty()) {
        loop.turn();
        if (loop.now() >= drain_until_) cut_off();
    }
    each_pool(*table_, [](Pool& pool) {
        pool.want(false);
        pool.close_if_unwanted();
    });
}

void Shard::hand_over(const RouteTable& table)
{
    handed_over_.store(&table, std::memory_order_release);
    wake();
}

void Shard::ask_to_stop()
{
    stop_asked_.store(true, std::memory_order_release);
    wake();
}

void Shard::wake() noexcept
{
    const std::uint64_t one = 1;
    // It fails only when the bell rings already.
    [[maybe_unused]] const ssize_t rung = ::write(bell_.get(), &one, sizeof one);
}

void Shard::ready(std::uint32_t)
{
    std::uint64_t rings = 0;
    [[maybe_unused]] const ssize_t heard = ::read(bell_.get(), &rings, sizeof rings);
    const auto* table = handed_over_.exchange(nullptr, std::memory_order_acquire);
    if (table != nullptr) take_up(*table);
    if (stop_asked_.load(std::memory_order_acquire) && !draining_) begin_to_drain();
}

void Shard::take_up(const RouteTable& table)
{
    each_pool(*table_, [](Pool& pool) { pool.want(false); });
    each_pool(table, [](Pool& pool) { pool.want(true); });
    each_pool(*table_, [](Pool& pool) { pool.close_if_unwanted(); });
    table_ = &table;
    taken_up_.store(table.epoch(), std::memory_order_release);
    waiting.look_again(table);
}

void Shard::tick(Tick)
{
    // An ask may be lost.
    waiting.each([this](const Destination& destination) { ask_to_wake(destination); });
}

void Shard::ask_to_wake(const Destination& destination) noexcept
{
    if (!settings.ask || !destination.bell().ring(loop.now())) return;
    try {
        settings.ask(destination.route().environment);
    } catch (...) {
        counters.accidents.add();
    }
}

bool Shard::trusts(const Address& address) const
{
    const auto contains = [&](const Network& network) { return network.contains(address); };
    return std::ranges::any_of(settings.trusted, contains);
}

std::list<Session*>::iterator Shard::enter(Session& session)
{
    return sessions_.insert(sessions_.end(), &session);
}

void Shard::begin_to_drain()
{
    draining_ = true;
    drain_until_ = loop.after(settings.timeouts.drain);
    listeners_.clear();
    waiting.call_all();
    for (Session* session : sessions_)
        session->drain();
}

void Shard::cut_off()
{
    for (Session* session : sessions_)
        session->cut_off();
}

}  // namespace diorama::gateway
