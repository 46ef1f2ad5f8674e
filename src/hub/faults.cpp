#include "hub/faults.hpp"

namespace diorama::hub {

std::optional<ApiFault> ApiFaults::take(std::string_view method, std::string_view path)
{
    for (ApiFault& fault : faults_) {
        const bool hits =
            (fault.method.empty() || fault.method == method) && path.find(fault.path) != path.npos;
        if (!hits || fault.times == 0) continue;
        if (fault.times > 0) --fault.times;
        return fault;
    }
    return std::nullopt;
}

}  // namespace diorama::hub
