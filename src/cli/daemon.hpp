#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"
#include "cli/arguments.hpp"
#include "cli/cli.hpp"
#include "net/address.hpp"

#include <string>

namespace diorama::cli {

/// Which daemon is spoken to, and as whom.
struct Daemon {
    Address address;
    std::string shown;       ///< As people write it: "http://127.0.0.1:3000".
    Secret token;            ///< Empty when none was found: the daemon then says 401.
    std::string token_from;  ///< For messages: "DIORAMA_TOKEN", a file, or why there is none.

    /// On this machine: only then is the daemon's own token file read, and starting one a cure.
    bool is_local() const;
};

/// From --server or DIORAMA_SERVER; the token from --token-file, DIORAMA_TOKEN, or the file the
/// daemon of this machine made at its first start. That file is never sent to another machine.
Result<Daemon> find_daemon(const CliWorld& world, const Arguments& arguments);

/// Where a daemon keeps what it has, unless told otherwise: DIORAMA_DATA, /var/lib/diorama for
/// root, the user's state folder (XDG Base Directory) for others.
std::filesystem::path data_folder(const CliWorld& world);

}  // namespace diorama::cli
