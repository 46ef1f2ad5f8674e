#include "store/environment_row.hpp"

namespace diorama::environments {

namespace {

Wish read_wish(const Row& row)
{
    return {
        .generation = row.count("wanted_generation"),
        .ref = row.text("wanted_ref"),
        .commit = row.text("wanted_commit"),
        .presence = row.named(presence_named, "wanted_presence"),
        .rebuild = row.flag("wanted_rebuild"),
        .untrusted = row.flag("wanted_untrusted"),
    };
}

std::optional<milliseconds> read_sleep(const Row& row)
{
    const auto count = row.optional_integer("sleep_after");
    return count ? std::optional(milliseconds{*count}) : std::nullopt;
}

}  // namespace

Environment read(const Row& row)
{
    return {
        .id = row.id<EnvironmentId>("id"),
        .tenant = row.id<TenantId>("tenant"),
        .identity =
            {
                       .project = row.id<ProjectId>("project"),
                       .kind = row.named(kind_named, "kind"),
                       .key = row.text("identity_key"),
                       },
        .pull_request = row.optional_integer("pull_request"),
        .owner = row.optional_id<UserId>("owner_id"),
        .slug = row.text("slug"),
        .state = row.named(state_named, "state"),
        .presence = row.named(presence_named, "presence"),
        .presence_since = row.instant("presence_since"),
        .version = row.count("version"),
        .wanted = read_wish(row),
        .serving = row.count("serving"),
        .serving_commit = row.text("serving_commit"),
        .cause = row.text("cause"),
        .created_at = row.instant("created_at"),
        .updated_at = row.instant("updated_at"),
        .wanted_at = row.instant("wanted_at"),
        .standing_since = row.instant("standing_since"),
        .last_accessed_at = row.optional_instant("last_accessed_at"),
        .destroyed_at = row.optional_instant("destroyed_at"),
        .pinned = row.flag("pinned"),
        .kept_until = row.optional_instant("kept_until"),
        .sleep_after = read_sleep(row),
    };
}

}  // namespace diorama::environments
