#include "build/build.hpp"

#include "base/duration.hpp"

namespace diorama {

Error too_slow(const std::string& service, milliseconds limit)
{
    return {
        Code::refused,  // A limit of this installation: what was too slow once is so again.
        fmt::format("the image of {} was not built within {}", service, format_duration(limit)),
        "Raise deadlines.build in diorama.toml, or make the build smaller."
    };
}

}  // namespace diorama
