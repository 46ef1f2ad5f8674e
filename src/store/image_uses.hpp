#pragma once

#include "model/ids.hpp"
#include "store/tx.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Which environments need which built image. An image has uses, not an owner: it goes when the
/// last use does.
namespace diorama::image_uses {

struct Use {
    std::string target;       ///< The engine that has it.
    std::string reference;    ///< "diorama/shop/api:3f2a…"
    std::string content_key;  ///< What it was built from, hashed.
    std::string scope;        ///< Who may use it: the project, or one untrusted environment.
    EnvironmentId environment;
    Generation generation = 0;
    Instant created_at{};

    friend bool operator==(const Use&, const Use&) = default;
};

/// Recording the same use twice is recording it once.
void add(Tx& tx, const Use& use);

/// Lists an image that nobody uses, so that it goes: one found on its engine without a row. Nothing
/// happens when it has one.
void adopt(Tx& tx, std::string_view target, std::string_view reference, Instant now);

/// Whose images an environment keeps: of the generation that serves, of the newest one, and of the
/// last `successes` that ever served, for a way back.
struct Keeping {
    Generation serving = 0;
    Generation newest = 0;
    std::size_t successes = 0;
};
/// Drops the environment's other uses. The images nobody uses any more stay listed as unused until
/// `forget`.
void keep_only(Tx& tx, EnvironmentId environment, const Keeping& keeping);
void release_all(Tx& tx, EnvironmentId environment);

/// Images on `target` that no environment uses: free to be removed.
std::vector<std::string> unused(Tx& tx, std::string_view target);

/// An image of ours, and what it is there for.
struct Listed {
    std::string reference;
    Instant used_at{};       ///< The last time that a generation was made from it.
    std::uint64_t uses = 0;  ///< By generations of environments.
    bool needed = false;     ///< One of these serves, or is the newest.
};
/// Those on `target`, longest unused first.
std::vector<Listed> list(Tx& tx, std::string_view target);

/// Drops all uses of an image that nothing needs; one that is needed stays as it is.
void release(Tx& tx, std::string_view target, std::string_view reference);

/// The image is gone from its engine. Nothing happens when it is in use again.
void forget(Tx& tx, std::string_view target, std::string_view reference);

/// How many images we made there are on `target`.
std::uint64_t count(Tx& tx, std::string_view target);

std::vector<Use> of_environment(Tx& tx, EnvironmentId environment);

}  // namespace diorama::image_uses
