#include "manifest/keys.hpp"

#include <fmt/format.h>

#include <utility>

namespace diorama::manifest {

namespace {

constexpr std::string_view opening = R"(# The keys of a Compose file

This page is printed from the table that the reader itself uses (src/manifest/keys.cpp): what does
not stand here is an error with file, line, column and the nearest name.

- **used**: it takes effect, as the Compose specification says unless the note says otherwise.
- **ignored**: it takes no effect, and the build log says so.
- **refused**: it is an error, unless its value asks for nothing; the note says how to do without.

Keys that begin with `x-` may stand anywhere and mean nothing, but `x-diorama`, which is ours.
)";

std::string sentence(const Key& key)
{
    std::string text(key.text);
    if (!key.harmless.empty()) text += fmt::format(" Taken: `{}`.", key.harmless);
    std::string cell;
    for (const char each : text) {
        if (each == '|')
            cell += "` or `";
        else
            cell += each;
    }
    return cell;
}

}  // namespace

std::string keys_page()
{
    std::string page(opening);
    Scope scope = Scope::none;
    for (const Key& key : keys()) {
        if (std::exchange(scope, key.in) != key.in) {
            const auto where = path(key.in);
            page += fmt::format(
                "\n## {}\n\n| key | | |\n|---|---|---|\n", where.empty() ? "Top level" : where
            );
        }
        page += fmt::format("| {} | {} | {} |\n", key.name, name(key.use), sentence(key));
    }
    return page;
}

}  // namespace diorama::manifest
