#include "store/lane.hpp"

#include <algorithm>

namespace diorama {

void Lane::add(Turn* turn)
{
    waiting_.push_back(turn);
    start();
}

void Lane::start()
{
    if (running_ || waiting_.empty()) return;
    running_ = true;
    auto batch = std::make_shared<const Batch>(std::exchange(waiting_, {}));
    // The lane is held until the batch is over, even when its store has gone.
    scheduler_.beside(
        [lane = shared_from_this(), batch] { lane->run(*batch); },
        [lane = shared_from_this(), batch] { lane->finish(*batch); }
    );
}

std::optional<Error> Lane::refusal(const Batch& batch) const
{
    if (!gate_) return std::nullopt;
    return gate_(std::ranges::any_of(batch, [](const Turn* turn) {
        return turn->mode == Tx::Mode::write;
    }));
}

void Lane::run(const Batch& batch) noexcept
{
    try {
        if (auto refused = refusal(batch)) throw DatabaseRefusal{*std::move(refused)};
        connection_->begin(mode_);
        for (Turn* turn : batch)
            perform(*turn);
        connection_->commit();
    } catch (const DatabaseRefusal& refusal) {
        connection_->rollback();
        for (Turn* turn : batch)
            turn->refused = Error{Code::unavailable, refusal.error.message, refusal.error.mend};
    } catch (...) {
        connection_->rollback();
        for (Turn* turn : batch)
            turn->thrown = std::current_exception();
    }
}

void Lane::perform(Turn& turn)
{
    Tx tx(*connection_, turn.mode);
    connection_->save();
    bool keep = false;
    try {
        keep = turn.work(tx);
    } catch (const DatabaseRefusal&) {
        throw;  // The database may have ended the whole transaction: nobody's part is safe.
    } catch (...) {
        turn.thrown = std::current_exception();
    }
    if (keep)
        connection_->keep();
    else
        connection_->take_back();
}

void Lane::finish(const Batch& batch)
{
    running_ = false;
    for (const Turn* turn : batch)
        ++(turn->mode == Tx::Mode::write ? statistics_.works : statistics_.reads);
    if (mode_ == Tx::Mode::write && !batch.front()->refused) ++statistics_.commits;
    start();
    for (Turn* turn : batch)
        turn->caller.resume();
}

}  // namespace diorama
