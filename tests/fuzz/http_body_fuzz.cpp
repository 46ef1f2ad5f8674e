#include "gateway/body.hpp"

#include <cstdint>
#include <cstdlib>

using namespace diorama::gateway;

/// A chunked body ends at the same byte and breaks for the same bytes, however it is cut.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    RequestHead head;
    head.chunked = true;
    Body whole = Body::of(head);
    const std::size_t taken = whole.take(text);
    Body slow = Body::of(head);
    std::size_t slowly = 0;
    for (std::size_t at = 0; at < size && !slow.done() && !slow.broken(); ++at)
        slowly += slow.take(text.substr(at, 1));
    const bool same =
        taken == slowly && whole.done() == slow.done() && whole.broken() == slow.broken();
    if (!same || taken > size) std::abort();
    return 0;
}
