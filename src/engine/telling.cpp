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

}  // namespace

Task<Result<>> Telling::run()
{
    // A token that may not do one of them may still do the others.
    static constexpr std::array parts{&Telling::comment};
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
    return it_.scene.state == State::destroying || it_.scene.state == State::destroyed;
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
    const std::string hash = sha256(text);
    if (told.comment_hash == hash) co_return ok();

    if (!told.comment.empty()) {
        const auto fenced = co_await fence();
        if (!fenced) co_return fenced.error();
        const auto edited = co_await forge_.edit_comment(it_.repository, told.comment, text, stop_);
        if (edited) {
            told.comment_hash = hash;
            co_return co_await keep();
        }
        if (edited.error().code != Code::not_found) co_return edited.error();
        // Deleted, or out of our sight for a while: the next look says which.
        told.comment.clear();
        told.comment_hash.clear();
        told.comment_intended = true;
    }
    if (told.comment_intended) {
        const auto looked = co_await find_comment();
        if (!looked) co_return looked.error();
        if (!told.comment.empty()) co_return co_await comment();
    }
    if (told.comments_made >= most_comments) co_return co_await keep();
    co_return co_await make_comment(text);
}

/// An intent without an id: the comment was perhaps made, and its answer lost.
Task<Result<>> Telling::find_comment()
{
    const auto found =
        co_await forge_.find_comment(it_.repository, it_.number, comment_marker(it_.shown), stop_);
    if (!found) co_return found.error();
    it_.told.comment_intended = false;
    if (!*found) co_return ok();
    it_.told.comment = **found;
    it_.told.comments_made = std::max<std::uint64_t>(it_.told.comments_made, 1);
    co_return co_await keep();
}

Task<Result<>> Telling::make_comment(std::string text)
{
    feedback::Record& told = it_.told;
    told.comment_intended = true;
    const auto intended = co_await keep();
    if (!intended) co_return intended.error();
    const auto fenced = co_await fence();
    if (!fenced) co_return fenced.error();
    const auto made = co_await forge_.create_comment(it_.repository, it_.number, text, stop_);
    if (!made) co_return made.error();
    told.comment = *made;
    told.comment_intended = false;
    ++told.comments_made;
    told.comment_hash = sha256(text);
    co_return co_await keep();
}

}  // namespace diorama
