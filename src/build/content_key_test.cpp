#include "build/content_key.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace diorama;

namespace {

/// All facts of one image, to be changed one at a time.
struct Facts {
    Context context{
        .files =
            {{.path = "a", .file = {.path = "a", .object = "01", .size = 1}},
                    {.path = "b", .file = {.path = "b", .object = "02", .size = 1}}}
    };
    std::string dockerfile = "FROM base\nCOPY a /\n";
    BuildSpec spec{.args = {{"A", "1"}}, .target = "one", .labels = {{"l", "1"}}};
    std::string scope = "trusted";
    std::map<std::string, std::string> bases{
        {"base", "sha256:01"}
    };

    std::string key() const
    {
        return content_key({
            .context = context,
            .dockerfile = dockerfile,
            .spec = spec,
            .scope = scope,
            .bases = bases,
        });
    }
};

}  // namespace

TEST_CASE("equal facts give an equal key, fit for an image's tag")
{
    CHECK(Facts{}.key() == Facts{}.key());
    CHECK(Facts{}.key().size() == 40);
    // Written down: a change of it rebuilds every image there is.
    CHECK(Facts{}.key() == "026d77785e7e9aa5cd5b30bec7e7cf7267bdd8f6");
}

TEST_CASE("SEC-45 every fact changes the key, the trust scope too (complaint 34)")
{
    const std::vector<void (*)(Facts&)> changes{
        [](Facts&) {},
        [](Facts& f) { f.context.files[0].file.object = "03"; },
        [](Facts& f) { f.context.files[0].file.type = FileEntry::Type::executable; },
        [](Facts& f) { f.context.files[0].file.type = FileEntry::Type::link; },
        [](Facts& f) { f.context.files[0].file.type = FileEntry::Type::submodule; },
        [](Facts& f) { f.context.files[0].path = "c"; },
        [](Facts& f) { f.context.files.pop_back(); },
        [](Facts& f) { f.dockerfile += "#"; },
        [](Facts& f) { f.spec.args["A"] = "2"; },
        [](Facts& f) { f.spec.args["B"] = ""; },
        [](Facts& f) { f.spec.args.clear(); },
        [](Facts& f) { f.spec.target = "two"; },
        [](Facts& f) { f.spec.labels["l"] = "2"; },
        [](Facts& f) { f.scope = "018f3c5e"; },
        [](Facts& f) { f.bases["base"] = "sha256:02"; },
        [](Facts& f) { f.bases["more"] = ""; },
        // The same letters, cut elsewhere.
        [](Facts& f) {
            f.spec.args = {
                {"A1", ""}
            };
        },
        [](Facts& f) {
            f.spec.labels.clear();
            f.spec.args["l"] = "1";
        },
    };
    std::set<std::string> keys;
    for (const auto change : changes) {
        Facts facts;
        change(facts);
        keys.insert(facts.key());
    }
    CHECK(keys.size() == changes.size());
}

TEST_CASE("where the context lies, and what was left out of it, is not in the key")
{
    Facts moved;
    moved.context.folder = "api";
    moved.context.files[0].file.path = "api/a";
    moved.spec.context = "api";
    CHECK(moved.key() == Facts{}.key());
}
