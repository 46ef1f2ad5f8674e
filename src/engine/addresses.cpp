#include "engine/addresses.hpp"

#include "store/hosts.hpp"

namespace diorama {

Result<std::map<std::string, PublicAddress>> claim_addresses(
    Tx& tx,
    const EngineSettings& settings,
    const Project& project,
    const Environment& environment,
    const Plan& plan,
    Instant now
)
{
    std::map<std::string, PublicAddress> shown;
    for (const Service& service : plan.services) {
        if (!service.routed) continue;
        const AddressTaken taken = [&](const PublicAddress& wanted) -> bool {
            const auto owner = hosts::find(tx, wanted.host, wanted.path);
            return owner &&
                   (owner->environment != environment.id || owner->service != service.name);
        };
        for (const Shape shape : settings.shapes) {
            const Endpoint endpoint{project, environment, service.name, service.name == plan.main};
            const auto where = diorama::address(shape, endpoint, settings.domain, taken);
            if (!where) continue;
            const auto claimed = hosts::claim(
                tx,
                {.host = where->host,
                 .path = where->path,
                 .environment = environment.id,
                 .service = service.name},
                now
            );
            if (!claimed) return claimed.error();
            shown.emplace(service.name, *where);
        }
    }
    return shown;
}

}  // namespace diorama
