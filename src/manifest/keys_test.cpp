#include "manifest/keys.hpp"
#include "tests/support/golden.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace diorama::manifest;

TEST_CASE("docs/compose.md says what the reader does with each key")
{
    check_golden("docs/compose.md", keys_page());
}

TEST_CASE("every key stands once, and what is not used says why")
{
    std::set<std::pair<Scope, std::string_view>> seen;
    for (const Key& key : keys()) {
        CAPTURE(key.name);
        CHECK(seen.emplace(key.in, key.name).second);
        CHECK((key.use == Use::used || !key.text.empty()));
        CHECK((key.use == Use::refused || key.harmless.empty()));
    }
}
