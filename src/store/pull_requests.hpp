#pragma once

#include "model/pull_request.hpp"
#include "store/page.hpp"
#include "store/tx.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What forges said about pull requests when they were last asked, what was decided, and which
/// shall be asked about again. The key is project and number, never the branch.
namespace diorama::pull_requests {

/// What the last look at a pull request came to. `why` shows it with the reason.
enum class Verdict {
    unread,    ///< Known by its number only; the forge has not been asked yet.
    preview,   ///< It has an environment, or gets one.
    passed,    ///< Its newest push is not deployed.
    unwanted,  ///< A rule says no.
    held,      ///< Its newest commit waits for an approval.
    refused,   ///< A limit or a policy says no.
    unknown,   ///< The forge did not answer; nothing was changed.
};
std::string_view name(Verdict verdict);
Result<Verdict> verdict_named(std::string_view text);

/// Somebody with the right let one commit run.
struct Approval {
    std::string commit;
    std::string by;
    Instant at{};

    friend bool operator==(const Approval&, const Approval&) = default;
};

struct Record {
    ProjectId project;
    PullRequest facts;  ///< Of an unread one only the number.
    Permission permission = Permission::unknown;
    std::optional<Instant> read_at;  ///< When the facts were read.
    Verdict verdict = Verdict::unread;
    std::string reason;
    std::string rules;  ///< `mark_of` those it was decided by; empty while unread.
    std::optional<Approval> approval;
    std::uint64_t attempt = 0;  ///< Failed questions in a row.

    friend bool operator==(const Record&, const Record&) = default;
};

/// Asks for a look at it from `due` on; makes an unread row for a new one.
void ask(Tx& tx, ProjectId project, std::int64_t number, Instant due);

/// Those that are due, the longest due first. They stay due until `note` or `put_off`.
struct Due {
    ProjectId project;
    std::int64_t number = 0;
    std::uint64_t asked = 0;  ///< How often it was asked for; `note` names the count it answers.

    friend bool operator==(const Due&, const Due&) = default;
};
std::vector<Due> due(Tx& tx, Instant now, std::size_t limit);
/// When the next one is due.
std::optional<Instant> next_due(Tx& tx);

/// Writes what was read and decided. It is no longer due, unless somebody asked again
/// after `seen`.
void note(Tx& tx, const Record& record, std::uint64_t seen);

/// Facts that nobody was asked for: a webhook's, where the forge has no API for us. No decision.
void keep_facts(Tx& tx, const Record& record);

/// The forge did not answer: another try at `due`, for `reason`.
void put_off(Tx& tx, ProjectId project, std::int64_t number, std::string_view reason, Instant due);

Result<Record> find(Tx& tx, ProjectId project, std::int64_t number);

/// Of one project, by number; with `open_only` those that were open when last read, or are unread.
std::vector<Record> list(Tx& tx, ProjectId project, bool open_only);

struct ListQuery {
    std::vector<ProjectId> projects;  ///< Of these only.
    bool open_only = true;            ///< As for `list`.
    bool held_only = false;           ///< Those that wait for an approval.
    std::string after;                ///< A Page's `next`.
    std::size_t limit = 50;
};

/// By project and number. `invalid` for a cursor that is none.
Result<Page<Record>> page(Tx& tx, const ListQuery& query);

/// Lets exactly that commit run; one that was held is no longer.
Result<> approve(Tx& tx, ProjectId project, std::int64_t number, const Approval& approval);

}  // namespace diorama::pull_requests
