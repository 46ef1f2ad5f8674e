#pragma once

#include "model/environment.hpp"
#include "model/route.hpp"
#include "store/page.hpp"
#include "store/tx.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The desired state, and how far it came. Every write counts `version`, so that nobody overwrites
/// what they did not see.
namespace diorama::environments {

/// What the forge says about an environment; none of it decides who it is.
struct Facts {
    std::optional<std::string> forge;  ///< "github", "git" …
    std::optional<std::string> repository_id;
    std::optional<std::string> installation_id;  ///< The forge's own, of its app (K02).
    std::optional<std::string> title;            ///< Of the pull request.

    friend bool operator==(const Facts&, const Facts&) = default;
};

/// `conflict` when its identity exists or its slug is taken.
Result<> insert(Tx& tx, const Environment& environment, const Facts& facts = {});
Result<Facts> facts(Tx& tx, EnvironmentId id);
Result<> set_facts(Tx& tx, EnvironmentId id, const Facts& facts);

Result<Environment> find(Tx& tx, EnvironmentId id);
Result<Environment> find(Tx& tx, TenantId tenant, const Identity& identity);
Result<Environment> find_by_slug(Tx& tx, std::string_view slug);

/// Records a new wish: the next generation with what `change` says (its own number is ignored).
/// An event "wanted" says who wished what.
Result<Environment>
want(Tx& tx, EnvironmentId id, const Wish& change, const Actor& actor, Instant now);

/// Awake, or how deep asleep: no new generation, nothing is built for it.
Result<Environment> want_presence(Tx& tx, EnvironmentId id, Presence presence, Instant now);

/// Fills in the commit the source found behind the wanted ref. `superseded` when a newer wish came.
Result<Environment>
resolve(Tx& tx, EnvironmentId id, Generation generation, std::string_view commit);

/// Records what answers from now on, awake, in the middle of a deployment: the next move may come
/// later, or belong to a newer wish.
Result<Environment>
serve(Tx& tx, EnvironmentId id, Generation generation, std::string_view commit, Instant now);

/// Keeps what the manifest of what serves says about its sleep. No new version.
void set_sleep(Tx& tx, EnvironmentId id, std::optional<milliseconds> after);

/// Records the rung of sleep that `seen` has come to, where its state does not move. `conflict`
/// when it is no longer as it was seen.
Result<Environment> settle(Tx& tx, const Environment& seen, Presence presence, Instant now);

/// What holds an environment back from sleep and its end.
struct Keeping {
    bool pinned = false;
    std::optional<Instant> until;
};
Result<Environment> keep(Tx& tx, EnvironmentId id, const Keeping& keeping, Instant now);

/// A move of the state machine and what goes with it.
struct Transition {
    Event on;
    Actor actor;
    Instant now{};
    std::string cause;                  ///< Kept as the environment's: empty clears it.
    std::optional<Generation> serving;  ///< What answers from now on; 0: nothing. None: unchanged.
    std::string serving_commit;         ///< With `serving`.
    std::optional<Presence> presence;  ///< Where on the ladder it stands after it. None: as before.
    std::string data = "{}";           ///< JSON for the event's row.
};

/// Makes the move from `seen` and writes its event in the same transaction. `conflict` when the
/// move is not legal, or the environment is no longer as it was seen.
Result<Environment> advance(Tx& tx, const Environment& seen, const Transition& transition);

/// Keeps when somebody last looked; older visits change nothing. No new version.
void touch(Tx& tx, const std::vector<Visit>& visits);

/// What the actor may see.
struct Scope {
    TenantId tenant;
    std::optional<std::vector<ProjectId>> projects;  ///< None: all of the tenant.
};

enum class Sort { created, updated, slug };

struct Filter {
    std::vector<State> states;  ///< Any when empty.
    std::optional<ProjectId> project;
    std::optional<Kind> kind;
    std::optional<UserId> owner;
    std::optional<std::int64_t> pull_request;
    std::string search;          ///< Part of slug, key, commit or title; any when empty.
    bool with_destroyed = true;  ///< False hides `destroyed` unless `states` names it.
};

struct ListQuery {
    Filter filter;
    Sort sort = Sort::created;
    bool descending = true;
    std::string after;  ///< A Page's `next`; of the same sort and direction.
    std::size_t limit = 50;
};

/// `invalid` for a cursor that is not one of this list, or a search that is too long or no text.
Result<Page<Environment>> list(Tx& tx, const Scope& scope, const ListQuery& query);
Result<std::uint64_t> count(Tx& tx, const Scope& scope, const Filter& filter);

/// Gone since before `time`, with more history than its outline: at most `limit`, longest gone
/// first.
std::vector<EnvironmentId> with_history(Tx& tx, Instant time, std::size_t limit);

/// All that are not destroyed, for the resync. Oldest first.
std::vector<Environment> all_live(Tx& tx);

}  // namespace diorama::environments
