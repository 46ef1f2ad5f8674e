#pragma once

#include "model/environment.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace diorama {

/// Names of things, made of words that strangers chose: repositories, branches, services. Whatever
/// comes in, what goes out is made of the characters the receiving system takes, and no longer
/// than it takes. Pure: the same words give the same name on every machine, for ever.
///
/// Different words may give the same name (`a-b/c` and `a/b-c`). Names that must differ are rows of
/// the store; the first keeps the plain form, a later one is hashed: `unique_label`.

/// The longest label of a host name (RFC 1035, 2.3.4).
inline constexpr std::size_t label_limit = 63;

/// One label of a host name from any text: lower-case letters, digits and single dashes inside
/// (RFC 1123, 2.1), never empty, never with a dot, never with "--", so never an IDNA "xn--" (RFC
/// 5891, 4.2.3.1). Text without a usable character becomes `x-` and a hash. What is longer than
/// `limit` (at least 16) is cut and ends in a hash of the whole text.
std::string label(std::string_view text, std::size_t limit = label_limit);

/// `plain` with `-` and 8 hex digits of a hash of `full`, within `limit`.
std::string
hashed_label(std::string_view plain, std::string_view full, std::size_t limit = label_limit);

/// Says whether somebody else has this name already.
using Taken = std::function<bool(std::string_view)>;

/// `plain` when it is free, else hashed with what is particular to its owner: `full` must differ
/// between owners. Throws when no hash is free, which means that `taken` is wrong.
std::string unique_label(
    std::string_view plain,
    std::string_view full,
    const Taken& taken,
    std::size_t limit = label_limit
);

/// True for the first parts of paths and hosts that Diorama itself answers: api, webhooks, www …
bool is_reserved_word(std::string_view word);

/// A project's slug from `owner/name` as people say it: `myorg/myapp` → `myorg-myapp` (F03). At
/// most 40 characters; a reserved word is hashed.
std::string project_slug(std::string_view owner_and_name);

/// What an environment is called within its project: `pr-7`, `branch-feature-x`,
/// `commit-0123456789ab`, or the chosen name.
std::string scene_label(Kind kind, std::string_view key);

/// What an environment is called on this machine: `{project}-{scene_label}`. Unique once stored.
std::string environment_slug(std::string_view project_slug, Kind kind, std::string_view key);

/// `pr-{n}-{service}-{8 hex}`, other kinds alike (E03). `unique` is 8 random hex digits.
std::string container_name(const Identity& who, std::string_view service, std::string_view unique);

/// `diorama-{environment}-{name}-{12 hex}`: the hash is over the environment's id and the name as
/// written, so `a_b` and `a-b` differ and two Dioramas on one engine never meet.
std::string network_name(const Environment& environment, std::string_view network);
std::string volume_name(const Environment& environment, std::string_view volume);

/// `dio` and 12 hex digits: 15 characters, as long as Linux takes (IFNAMSIZ less its NUL).
std::string bridge_name(EnvironmentId environment, std::string_view network);

/// `diorama/{project}/{service}:{key}`, as Docker's reference grammar has it
/// (distribution/reference: lower-case components, a tag of at most 128 of `[A-Za-z0-9_.-]`). `key`
/// is the content key.
std::string
image_name(std::string_view project_slug, std::string_view service, std::string_view key);

/// `pr-{n}-{repository}` (E13): the repository's name without its owner, cut at 20 characters.
std::string namespace_name(const Project& project, Kind kind, std::string_view key);

/// A database's name from a template, `{slug}_pr_{n}_db` unless configured (ACCEPTANCE decision 7).
/// `{slug}` is the project; `pr_{n}` is the scene, whatever its kind (`branch_main`). At most 63
/// characters of `[a-z0-9_]`, as PostgreSQL and MySQL take them unquoted.
inline constexpr std::string_view default_database_template = "{slug}_pr_{n}_db";
std::string database_name(
    std::string_view form, std::string_view project_slug, Kind kind, std::string_view key
);

/// Refuses a template under which two of this many projects would share a database.
Result<> check_database_template(std::string_view form, std::size_t projects);

}  // namespace diorama
