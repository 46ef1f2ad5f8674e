#pragma once

#include "base/clock.hpp"
#include "model/ids.hpp"
#include "model/lifecycle.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// What an environment previews.
enum class Kind { pull_request, branch, commit, named };

std::string_view name(Kind kind);
Result<Kind> kind_named(std::string_view text);

/// Who an environment is, unique within its tenant. The key is the pull request's number, the
/// branch, the full commit or the chosen name: facts a person typed, so display only.
struct Identity {
    ProjectId project;
    Kind kind = Kind::pull_request;
    std::string key;

    friend auto operator<=>(const Identity&, const Identity&) = default;
};

/// Of a pull request: its number, never its branch.
Identity pull_request_identity(ProjectId project, std::int64_t number);

/// Who does something. Every command takes one and every event records it.
struct Actor {
    enum class Type { user, token, forge, timer, system };

    Type type = Type::system;
    std::string name;  ///< For people: a login, a token's name, "resync".
    std::optional<UserId> user;

    friend bool operator==(const Actor&, const Actor&) = default;
};

std::string_view name(Actor::Type type);
Result<Actor::Type> actor_type_named(std::string_view text);

/// How far an environment is from running: the ladder of DESIGN section 4, each rung freeing more
/// and waking more slowly. Gone is no rung of it: there is no way back up.
enum class Presence {
    awake,
    frozen,    ///< Its processes stand still where they are, and go on in milliseconds.
    stopped,   ///< Its containers have ended; they start again as they were.
    archived,  ///< Without containers; images and volumes are kept.
    gone,
};

inline constexpr std::array presences{
    Presence::awake, Presence::frozen, Presence::stopped, Presence::archived, Presence::gone
};

constexpr bool is_asleep(Presence presence)
{
    return presence > Presence::awake && presence < Presence::gone;
}

std::string_view name(Presence presence);
Result<Presence> presence_named(std::string_view text);

/// What shall be. Written by commands, read by the worker, who makes it so.
struct Wish {
    Generation generation = 0;
    std::string ref;     ///< Full ref name or empty when the commit was named directly.
    std::string commit;  ///< 40 or 64 hex digits; empty until the source resolved `ref`.
    Presence presence = Presence::awake;
    bool rebuild = false;    ///< Redeploy: build and restart even where nothing changed.
    bool untrusted = false;  ///< A stranger's commit: no secrets, tighter limits, its own images.

    friend bool operator==(const Wish&, const Wish&) = default;
};

/// As people write a commit.
constexpr std::string_view short_commit(std::string_view commit)
{
    return commit.substr(0, 7);
}

/// One preview and where it stands.
struct Environment {
    EnvironmentId id;
    TenantId tenant;
    Identity identity;
    std::optional<std::int64_t> pull_request;
    std::optional<UserId> owner;
    std::string slug;  ///< Unique among hosts and names; see naming.hpp.
    State state = State::pending;
    Presence presence = Presence::awake;  ///< Where it is now; `wanted.presence` is where to.
    Instant presence_since{};
    std::uint64_t version = 0;  ///< Counts writes: an update names the one it saw.
    Wish wanted;
    Generation serving = 0;      ///< The generation whose containers answer; 0 while none does.
    std::string serving_commit;  ///< Empty while none serves.
    std::string cause;           ///< Why the last deployment failed, one sentence; else empty.
    Instant created_at{};
    Instant updated_at{};
    Instant wanted_at{};       ///< The last push, or somebody's wish for it; never our own.
    Instant standing_since{};  ///< Made, or brought back: what its greatest age counts from.
    std::optional<Instant> last_accessed_at;
    std::optional<Instant> destroyed_at;
    bool pinned = false;  ///< Neither idleness nor age puts it to sleep or takes it down.
    std::optional<Instant> kept_until;  ///< Somebody extended its life until then.
    /// What its manifest says: so long after its last use it goes to sleep; 0: never. None: as
    /// scenes usually do.
    std::optional<milliseconds> sleep_after;

    friend bool operator==(const Environment&, const Environment&) = default;
};

/// When somebody last had to do with it: a visit, a push, or waking it.
Instant last_used(const Environment& environment);

/// What services may use together of a machine.
struct Needs {
    std::uint64_t memory = 0;     ///< Bytes.
    std::int64_t cpu_millis = 0;  ///< Thousandths of a core.

    friend bool operator==(const Needs&, const Needs&) = default;
};

/// One attempt to put a generation up.
struct Deployment {
    DeploymentId id;
    EnvironmentId environment;
    Generation generation = 0;
    std::string commit;
    DeploymentStatus status = DeploymentStatus::queued;
    std::string cause;       ///< Why it failed or was superseded, one sentence; else empty.
    Code code = Code::none;  ///< Of the failure: whether it may pass by itself.
    Instant created_at{};
    std::optional<Instant> started_at;
    std::optional<Instant> fetched_at;  ///< The commit and its plan were here.
    std::optional<Instant> built_at;    ///< So were all images.
    std::optional<Instant> well_at;     ///< Its containers were well and took over.
    std::optional<Instant> completed_at;
    std::string main_chosen;  ///< Which service is the main one and why; empty before `built_at`.
    Needs needs;              ///< Of its plan, from `fetched_at` on.
    std::optional<Instant> admitted_at;  ///< There was a place for it.
    std::string waits;  ///< Which limit keeps it waiting for a place, a clause; empty: none does.

    friend bool operator==(const Deployment&, const Deployment&) = default;
};

/// A part of a deployment, and how long it took.
struct Phase {
    std::string name;  ///< "queue", "fetch", "build", "start" or "switch".
    milliseconds took{};

    friend bool operator==(const Phase&, const Phase&) = default;
};

/// Of one that is over: in their order, as far as it came. Together they are its whole time.
std::vector<Phase> phases(const Deployment& deployment);

/// A repository whose pull requests and branches get environments.
struct Project {
    ProjectId id;
    TenantId tenant;
    std::string slug;           ///< Chosen once, unique.
    std::string repository;     ///< Canonical location, without credentials.
    std::string name;           ///< owner/name as people say it.
    std::string forge;          ///< Whose API knows it: "github"; empty for plain git.
    std::string repository_id;  ///< The forge's id of it; empty for plain git.
    Instant created_at{};

    friend bool operator==(const Project&, const Project&) = default;
};

}  // namespace diorama
