// Addresses, names, commits and listings from outside: whatever is accepted is harmless and reads
// back as itself.

#include "git/location.hpp"
#include "git/object.hpp"
#include "git/ref.hpp"

#include <cstdint>
#include <cstdlib>

using namespace diorama;

namespace {

void hold(bool promise)
{
    if (!promise) std::abort();
}

void read_location(std::string_view text)
{
    constexpr git::AllowedLocations everything{.local = true, .plain_http = true, .git = true};
    const auto location = git::Location::parse(text, everything);
    if (!location) return;
    hold(!location->text().starts_with('-') && !location->host().starts_with('-'));
    hold(
        !location->text().contains("::") || location->scheme() == git::Scheme::file ||
        location->host().starts_with('[')
    );
    hold(!location->name().empty());
    const auto again = git::Location::parse(location->text(), everything);
    hold(again && *again == *location);
}

void read_ref(std::string_view text)
{
    const auto ref = git::RefName::branch(text);
    if (ref) hold(ref->text().starts_with("refs/heads/") && ref->brief() == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    read_location(text);
    read_ref(text);
    static const auto id = git::ObjectId::parse(std::string(40, 'a')).value();
    (void)git::parse_commit(id, text);
    (void)git::parse_tree(text);
    return 0;
}
