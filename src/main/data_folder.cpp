#include "main/data_folder.hpp"

#include <unistd.h>

namespace diorama {

namespace {

/// The database's log grows by a few megabytes before it is folded into its file.
constexpr std::uintmax_t least_room = 8 * 1024 * 1024;

}  // namespace

std::filesystem::path default_data_folder(const Lookup& environment)
{
    if (::geteuid() == 0) return "/var/lib/diorama";
    if (const auto state = environment("XDG_STATE_HOME"))
        return std::filesystem::path(*state) / "diorama";
    return std::filesystem::path(environment("HOME").value_or("/tmp")) / ".local/state/diorama";
}

Result<> make_folder(const std::filesystem::path& folder)
{
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (!failed) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
    if (!failed) return ok();
    return Error{
        Code::unavailable,
        fmt::format("cannot use the data folder {}: {}", folder.string(), failed.message()),
        "Give another with --data or 'data' in diorama.toml, or run as a user who may write there."
    };
}

bool has_room(const std::filesystem::path& folder)
{
    std::error_code failed;
    const auto space = std::filesystem::space(folder, failed);
    return !failed && space.available >= least_room;
}

}  // namespace diorama
