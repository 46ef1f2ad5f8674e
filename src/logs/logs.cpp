#include "logs/logs.hpp"

#include <utility>

namespace diorama {

namespace {

/// After the store refused: it may have no room on its disk, or be locked.
constexpr milliseconds pause_after_failure{1000};

/// Counting and deleting is not for every batch.
constexpr std::uint64_t lines_between_trims = 5000;

}  // namespace

Logs::Room::Room(EnvironmentId id, const LogLimits& limits, Scheduler& scheduler)
    : environment(id),
      intake(id, limits, nullptr),
      channel(std::make_shared<Channel>(scheduler))
{}

Logs::Logs(Scheduler& scheduler, Store& store, LogLimits limits)
    : scheduler_(scheduler),
      store_(store),
      limits_(limits),
      common_(std::make_shared<const SecretSet>(everywhere_)),
      writers_(scheduler)
{}

Logs::~Logs() = default;

Logs::RoomPtr Logs::room(EnvironmentId environment)
{
    auto& found = rooms_[environment];
    if (!found) {
        found = std::make_shared<Room>(environment, limits_, scheduler_);
        refresh(*found);
    }
    return found;
}

void Logs::refresh(Room& room)
{
    room.set = common_;
    if (!room.secrets.empty()) {
        auto all = everywhere_;
        all.insert(all.end(), room.secrets.begin(), room.secrets.end());
        room.set = std::make_shared<const SecretSet>(all);
    }
    room.intake.set_secrets(room.set);
}

void Logs::know(EnvironmentId environment, std::vector<NamedSecret> secrets)
{
    const auto of = room(environment);
    of->secrets = std::move(secrets);
    refresh(*of);
}

void Logs::know_everywhere(std::vector<NamedSecret> secrets)
{
    everywhere_ = std::move(secrets);
    common_ = std::make_shared<const SecretSet>(everywhere_);
    for (auto& [environment, each] : rooms_)
        refresh(*each);
}

std::string Logs::redact(EnvironmentId environment, std::string_view text)
{
    const auto found = rooms_.find(environment);
    return redacted(found == rooms_.end() ? common_ : found->second->set, text);
}

void Logs::write(LogLine line)
{
    const auto to = room(line.environment);
    to->intake.take(std::move(line), scheduler_.now());
    if (to->intake.queued().size() >= limits_.batch) store(to);
    arm(limits_.delay);
}

void Logs::arm(milliseconds delay)
{
    if (timer_ || stopped_) return;
    timer_ = scheduler_.after(delay, [this] { tick(); });
}

void Logs::tick()
{
    timer_.reset();
    bool again = false;
    for (auto& [environment, each] : rooms_) {
        each->intake.settle(scheduler_.now());
        store(each);
        again = again || each->intake.restless() || !each->intake.queued().empty();
    }
    if (again) arm(limits_.delay);
}

void Logs::store(const RoomPtr& room)
{
    const bool resting = scheduler_.now() < room->retry_at && !stopped_;
    if (room->writing || resting || room->intake.queued().empty()) return;
    room->writing = true;
    writers_.spawn(drain(room));
}

Task<> Logs::drain(RoomPtr room)
{
    struct Done {
        Room& room;
        ~Done() { room.writing = false; }
    } done{*room};
    bool more = true;
    while (more && !room->intake.queued().empty())
        more = co_await store_batch(room);
}

Task<bool> Logs::store_batch(RoomPtr room)
{
    auto batch = room->intake.next(limits_.batch);
    room->stored += batch.size();
    const bool trim = room->stored >= lines_between_trims;
    if (trim) room->stored = 0;

    const auto work = [&batch, trim, id = room->environment, most = limits_.keep](Tx& tx) {
        auto kept = log_lines::append(tx, id, batch);
        if (kept && trim) log_lines::forget_beyond(tx, id, most);
        return kept;
    };
    const auto stored = co_await store_.transact(work);
    if (!stored) co_return keep(*room, std::move(batch), stored.error());
    room->channel->publish(*stored);
    co_return true;
}

/// What to do with lines the store did not take. True when the next may be tried at once.
bool Logs::keep(Room& room, std::vector<LogLine> batch, const Error& error)
{
    if (error.code == Code::not_found) {
        // Nobody can ever ask for the lines of an environment that is not in the store.
        return true;
    }
    if (!is_retryable(error.code) || room.gone || stopped_) {
        room.intake.lose(batch.size());
        return false;
    }
    room.intake.put_back(std::move(batch));
    room.retry_at = scheduler_.now() + pause_after_failure;
    arm(pause_after_failure);
    return false;
}

Task<Result<std::vector<LogLine>>> Logs::page(log_lines::Query query)
{
    const auto work = [query = std::move(query)](Tx& tx) { return log_lines::page(tx, query); };
    co_return co_await store_.read(work);
}

Follower Logs::follow(log_lines::Query query)
{
    const auto of = room(query.environment);
    return {store_, of->channel, std::move(query)};
}

void Logs::forget(EnvironmentId environment)
{
    const auto found = rooms_.find(environment);
    if (found == rooms_.end()) return;
    const auto gone = found->second;
    rooms_.erase(found);
    gone->gone = true;
    gone->intake.finish(scheduler_.now());
    store(gone);
}

Task<> Logs::stop()
{
    stopped_ = true;
    timer_.reset();
    for (auto& [environment, each] : rooms_) {
        each->intake.finish(scheduler_.now());
        store(each);
    }
    co_await writers_.join();
}

}  // namespace diorama
