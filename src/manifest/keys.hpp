#pragma once

#include <span>
#include <string>
#include <string_view>

namespace diorama::manifest {

/// The maps of a Compose file, in their long form.
enum class Scope {
    none,
    top,
    include,
    service,
    build,
    depends_on,
    deploy,
    resources,
    limits,
    reservations,
    restart_policy,
    healthcheck,
    port,
    mount,
    mount_bind,
    mount_volume,
    mount_tmpfs,
    env_file,
    join,
    file_mount,
    extends,
    ulimit,
    network,
    volume,
    secret,
    config,
    diorama,
    diorama_service,
};

/// What Diorama does with a key. A key that is not in the table is an error.
enum class Use {
    used,
    ignored,  ///< With a note in the build log.
    refused,  ///< Unless its value asks for nothing.
};

/// How the values below a key are laid out.
enum class Below {
    one,   ///< A map of the scope.
    each,  ///< A list or a map of such maps.
};

/// A row of the table: one key of the Compose specification.
struct Key {
    Scope in;
    std::string_view name;
    Use use;
    /// used: what is done (may be empty); ignored: why; refused: how to do without.
    std::string_view text;
    Scope scope = Scope::none;  ///< What its value holds.
    Below below = Below::one;
    std::string_view harmless;  ///< refused: values that ask for nothing, with '|' between them.
};

/// Every key of the Compose specification, and ours under x-diorama.
std::span<const Key> keys();

/// The row of `name`; null when the specification does not know it.
const Key* find_key(Scope scope, std::string_view name);

/// Where the keys of a scope stand, e.g. "services.*.build".
std::string_view path(Scope scope);
std::string_view name(Use use);

/// docs/compose.md
std::string keys_page();

}  // namespace diorama::manifest
