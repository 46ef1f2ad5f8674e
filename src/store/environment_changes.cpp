#include "base/json.hpp"
#include "store/environment_row.hpp"
#include "store/environments.hpp"
#include "store/event_log.hpp"

namespace diorama::environments {

namespace {

constexpr auto want_sql = R"sql(
    UPDATE environments
    SET wanted_generation = wanted_generation + 1, wanted_ref = :ref, wanted_commit = :commit,
        wanted_presence = :presence, wanted_rebuild = :rebuild,
        wanted_untrusted = :untrusted,
        wanted_at = CASE WHEN :by_somebody = 1 THEN :now ELSE wanted_at END,
        version = version + 1, updated_at = :now
    WHERE id = :id
    RETURNING *
)sql";

constexpr auto presence_sql = R"sql(
    UPDATE environments
    SET wanted_presence = :presence, version = version + 1, updated_at = :now
    WHERE id = :id
    RETURNING *
)sql";

constexpr auto resolve_sql = R"sql(
    UPDATE environments SET wanted_commit = :commit, version = version + 1
    WHERE id = :id AND wanted_generation = :generation
    RETURNING *
)sql";

constexpr auto serve_sql = R"sql(
    UPDATE environments
    SET serving = :serving, serving_commit = :commit, presence = 'awake',
        presence_since = CASE WHEN presence = 'awake' THEN presence_since ELSE :now END,
        version = version + 1, updated_at = :now
    WHERE id = :id
    RETURNING *
)sql";

constexpr auto settle_sql = R"sql(
    UPDATE environments
    SET presence = :presence, presence_since = :now, version = version + 1, updated_at = :now
    WHERE id = :id AND version = :version
    RETURNING *
)sql";

constexpr auto keep_sql = R"sql(
    UPDATE environments
    SET pinned = :pinned, kept_until = :until, version = version + 1, updated_at = :now
    WHERE id = :id
    RETURNING *
)sql";

constexpr auto advance_sql = R"sql(
    UPDATE environments
    SET state = :to, cause = :cause, serving = :serving, serving_commit = :serving_commit,
        destroyed_at = :destroyed_at, presence = :presence, presence_since = :presence_since,
        standing_since = :standing_since, pinned = :pinned, kept_until = :kept_until, version = version + 1, updated_at = :now
    WHERE id = :id AND version = :version
    RETURNING *
)sql";

/// What answers after the move.
struct Serving {
    Generation generation = 0;
    std::string commit;
};

Serving serving_after(const Environment& seen, const Transition& transition, State to)
{
    if (to == State::destroyed) return {};
    if (!transition.serving) return {seen.serving, seen.serving_commit};
    return {*transition.serving, transition.serving_commit};
}

std::optional<Instant> destroyed_after(const Environment& seen, Instant now, State to)
{
    if (to == State::destroyed) return now;
    if (seen.state == State::destroyed) return std::nullopt;
    return seen.destroyed_at;
}

Presence presence_after(const Environment& seen, const Transition& transition, State to)
{
    if (to == State::destroyed) return Presence::gone;
    if (seen.state == State::destroyed) return Presence::awake;
    return transition.presence.value_or(seen.presence);
}

Result<Environment> found_or_missing(std::optional<Environment> found, EnvironmentId id)
{
    if (found) return *std::move(found);
    return Error{Code::not_found, fmt::format("there is no environment {}", id.text())};
}

std::string describe(const Wish& wish)
{
    return write_json(Node::Map{
        {"generation", wish.generation                 },
        {"ref",        wish.ref                        },
        {"commit",     wish.commit                     },
        {"presence",   std::string(name(wish.presence))},
        {"rebuild",    wish.rebuild                    },
        {"untrusted",  wish.untrusted                  },
    });
}

Error moved_on(Tx& tx, const Environment& seen)
{
    const auto now = find(tx, seen.id);
    if (!now) return now.error();
    return {
        Code::conflict,
        fmt::format(
            "environment {} changed meanwhile: version {} was seen, {} is there",
            seen.id.text(),
            seen.version,
            now->version
        )
    };
}

}  // namespace

Result<Environment>
want(Tx& tx, EnvironmentId id, const Wish& change, const Actor& actor, Instant now)
{
    const auto changed = tx.one(
        want_sql,
        read,
        {
            {"id",          id                               },
            {"ref",         change.ref                       },
            {"commit",      change.commit                    },
            {"presence",    change.presence                  },
            {"rebuild",     change.rebuild                   },
            {"untrusted",   change.untrusted                 },
            {"by_somebody", actor.type != Actor::Type::system},
            {"now",         now                              }
    }
    );
    if (!changed) return found_or_missing(changed, id);
    const auto noted = event_log::add(
        tx,
        {.environment = id,
         .at = now,
         .actor = actor,
         .event = "wanted",
         .from = changed->state,
         .to = changed->state,
         .data = describe(changed->wanted)}
    );
    if (!noted) return noted.error();
    return *changed;
}

Result<Environment> want_presence(Tx& tx, EnvironmentId id, Presence presence, Instant now)
{
    const auto changed = tx.one(
        presence_sql,
        read,
        {
            {"id",       id      },
            {"presence", presence},
            {"now",      now     }
    }
    );
    return found_or_missing(changed, id);
}

Result<Environment>
resolve(Tx& tx, EnvironmentId id, Generation generation, std::string_view commit)
{
    const auto changed = tx.one(
        resolve_sql,
        read,
        {
            {"id",         id        },
            {"generation", generation},
            {"commit",     commit    }
    }
    );
    if (changed) return *changed;
    const auto there = find(tx, id);
    if (!there) return there.error();
    return Error{
        Code::superseded,
        fmt::format("generation {} is wanted now, not {}", there->wanted.generation, generation)
    };
}

Result<Environment>
serve(Tx& tx, EnvironmentId id, Generation generation, std::string_view commit, Instant now)
{
    const auto changed = tx.one(
        serve_sql,
        read,
        {
            {"id",      id        },
            {"serving", generation},
            {"commit",  commit    },
            {"now",     now       }
    }
    );
    return found_or_missing(changed, id);
}

void set_sleep(Tx& tx, EnvironmentId id, std::optional<milliseconds> after)
{
    std::optional<std::int64_t> count;
    if (after) count = after->count();
    tx.execute(
        "UPDATE environments SET sleep_after = :after WHERE id = :id",
        {
            {"id",    id   },
            {"after", count}
    }
    );
}

Result<Environment> settle(Tx& tx, const Environment& seen, Presence presence, Instant now)
{
    const auto changed = tx.one(
        settle_sql,
        read,
        {
            {"id",       seen.id     },
            {"version",  seen.version},
            {"presence", presence    },
            {"now",      now         }
    }
    );
    if (changed) return *changed;
    return moved_on(tx, seen);
}

Result<Environment> keep(Tx& tx, EnvironmentId id, const Keeping& keeping, Instant now)
{
    const auto changed = tx.one(
        keep_sql,
        read,
        {
            {"id",     id            },
            {"pinned", keeping.pinned},
            {"until",  keeping.until },
            {"now",    now           }
    }
    );
    return found_or_missing(changed, id);
}

Result<Environment> advance(Tx& tx, const Environment& seen, const Transition& transition)
{
    const auto to = next(seen.state, transition.on);
    if (!to) return to.error();
    const auto serving = serving_after(seen, transition, *to);
    const auto presence = presence_after(seen, transition, *to);
    const bool anew = seen.state == State::destroyed;
    const auto moved = tx.one(
        advance_sql,
        read,
        {
            {"id", seen.id},
            {"version", seen.version},
            {"to", *to},
            {"cause", transition.cause},
            {"serving", serving.generation},
            {"serving_commit", serving.commit},
            {"destroyed_at", destroyed_after(seen, transition.now, *to)},
            {"presence", presence},
            {"presence_since", presence == seen.presence ? seen.presence_since : transition.now},
            {"standing_since", anew ? transition.now : seen.standing_since},
            {"pinned", seen.pinned && !anew},
            {"kept_until", anew ? std::nullopt : seen.kept_until},
            {"now", transition.now}
    }
    );
    if (!moved) return moved_on(tx, seen);
    const auto written = event_log::add(
        tx,
        {.environment = seen.id,
         .at = transition.now,
         .actor = transition.actor,
         .event = std::string(name(transition.on)),
         .from = seen.state,
         .to = *to,
         .data = transition.data}
    );
    if (!written) return written.error();
    return *moved;
}

}  // namespace diorama::environments
