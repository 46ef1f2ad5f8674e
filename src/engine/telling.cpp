#include "engine/telling.hpp"

#include "base/sha256.hpp"
#include "forge/comment.hpp"

#include <algorithm>
#include <array>

namespace diorama {

namespace {

/// The first, and the one after somebody deleted it. Who deletes that one too means it.
constexpr std::uint64_t most_comments = 2;

/// Nothing more is to be told in this round.
bool ends_round(Code code)
{
    return code == Code::superseded || code == Code::too_many || code == Code::cancelled;
}

/// What stands in the row about a status: its state can be read again.
std::string noted(const CommitStatus& status)
{
    static constexpr std::array words{"pending", "success", "failure", "error"};
    return fmt::format(
        "{} {}",
        words.at(static_cast<std::size_t>(status.state)),
        sha256(status.description + "\n" + status.target_url)
    );
}

}  // namespace

Task<Result<>> Telling::run()
{
    // A token that may not do one of them may still do the others.
    static constexpr std::array parts{&Telling::comment, &Telling::status, &Telling::deployment};
    Result<> first = ok();
    for (const auto part : parts) {
        const auto told = co_await (this->*part)();
        if (!told && first) first = told.error();
        if (!told && ends_round(told.error().code)) co_return told.error();
    }
    co_return first;
}

bool Telling::is_gone() const
{
    return is_going(it_.scene.state);
}

/// Stands before each write: a wish that came meanwhile makes what was gathered old.
Task<Result<>> Telling::fence()
{
    if (stop_.stop_requested()) co_return Error{Code::cancelled, "the daemon stops"};
    const auto read = [id = it_.environment](Tx& tx) { return subject_of(tx, id); };
    const auto now = co_await world_.store.read(read);
    if (!now) co_return now.error();
    if (*now == it_.subject) co_return ok();
    co_return Error{Code::superseded, "a newer wish came"};
}

Task<Result<>> Telling::keep()
{
    const auto work = [told = it_.told](Tx& tx) -> Result<> {
        feedback::put(tx, told);
        return ok();
    };
    co_return co_await world_.store.transact(work);
}

Task<Result<>> Telling::comment()
{
    feedback::Record& told = it_.told;
    const bool never_told = told.comment.empty() && !told.comment_intended;
    if (!world_.settings.forges.comment || (is_gone() && never_told)) co_return ok();
    const std::string text = comment_text(it_.shown);
    if (told.comment_hash == sha256(text)) co_return ok();

    const bool stood = !told.comment.empty();
    if (stood) {
        const auto edited = co_await edit_comment(text);
        if (edited || edited.error().code != Code::not_found) co_return edited;
        // Deleted, or out of our sight for a while: a look says which.
        told.comment.clear();
        told.comment_hash.clear();
    }
    if (stood || told.comment_intended) {
        const auto looked = co_await find_comment();
        if (!looked) co_return looked.error();
        if (!told.comment.empty()) co_return co_await edit_comment(text);
    }
    if (told.comments_made >= most_comments) co_return ok();
    co_return co_await make_comment(text);
}

Task<Result<>> Telling::edit_comment(std::string text)
{
    const auto fenced = co_await fence();
    if (!fenced) co_return fenced.error();
    const auto edited = co_await forge_.edit_comment(it_.repository, it_.told.comment, text, stop_);
    if (!edited) co_return edited.error();
    it_.told.comment_hash = sha256(text);
    co_return co_await keep();
}

/// Whether one stands: an intent without an id was perhaps made, and its answer lost.
Task<Result<>> Telling::find_comment()
{
    const auto found =
        co_await forge_.find_comment(it_.repository, it_.number, comment_marker(it_.shown), stop_);
    if (!found) co_return found.error();
    feedback::Record& told = it_.told;
    if (*found)
        told.comment = **found;
    else if (told.comment_intended)
        --told.comments_made;  // That try made none.
    told.comment_intended = false;
    co_return co_await keep();
}

Task<Result<>> Telling::make_comment(std::string text)
{
    feedback::Record& told = it_.told;
    told.comment_intended = true;
    ++told.comments_made;
    const auto intended = co_await keep();
    if (!intended) co_return intended.error();
    const auto fenced = co_await fence();
    if (!fenced) co_return fenced.error();
    const auto made = co_await forge_.create_comment(it_.repository, it_.number, text, stop_);
    if (!made) co_return made.error();
    told.comment = *made;
    told.comment_intended = false;
    told.comment_hash = sha256(text);
    co_return co_await keep();
}

Task<Result<>> Telling::status()
{
    const feedback::Record& told = it_.told;
    if (!world_.settings.forges.status || it_.shown.commit.empty()) co_return ok();
    // A commit that failed stays one that failed, though its preview goes.
    if (is_gone() && (told.status_commit.empty() || told.status_hash.starts_with("failure")))
        co_return ok();
    const CommitStatus status = status_of(it_.shown);
    const bool same_commit = told.status_commit == it_.shown.commit;
    if (same_commit && told.status_hash == noted(status)) co_return ok();
    if (!same_commit && told.status_hash.starts_with("pending")) {
        const auto closed = co_await close_status();
        if (!closed) co_return closed.error();
    }
    co_return co_await say_status(it_.shown.commit, status);
}

/// The older commit will never be ready: it is not left pending.
Task<Result<>> Telling::close_status()
{
    CommitStatus status = status_of(it_.shown);
    status.state = CommitStatus::State::error;
    status.description = fmt::format("superseded by {}", short_commit(it_.shown.commit));
    status.target_url.clear();
    co_return co_await say_status(it_.told.status_commit, status);
}

/// An answer may be lost: an intent says before what may stand there afterwards.
Task<Result<>> Telling::say_status(std::string commit, CommitStatus status)
{
    const auto fenced = co_await fence();
    if (!fenced) co_return fenced.error();
    feedback::Record& told = it_.told;
    const bool stood = told.status_commit == commit && told.status_hash.starts_with("pending");
    const bool pending = stood || status.state == CommitStatus::State::pending;
    told.status_commit = commit;
    told.status_hash = pending ? "pending" : "";
    const auto intended = co_await keep();
    if (!intended) co_return intended.error();
    const auto said = co_await forge_.set_status(it_.repository, commit, status, stop_);
    if (!said) co_return said.error();
    told.status_hash = noted(status);
    co_return co_await keep();
}

}  // namespace diorama
