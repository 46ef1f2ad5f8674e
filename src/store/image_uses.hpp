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

/// Drops the environment's uses but those of the generation that serves and of the newest one. The
/// images nobody uses any more stay listed as unused until `forget`.
void keep_only(Tx& tx, EnvironmentId environment, Generation serving, Generation newest);
void release_all(Tx& tx, EnvironmentId environment);

/// Images on `target` that no environment uses: free to be removed.
std::vector<std::string> unused(Tx& tx, std::string_view target);

/// The image is gone from its engine. Nothing happens when it is in use again.
void forget(Tx& tx, std::string_view target, std::string_view reference);

std::vector<Use> of_environment(Tx& tx, EnvironmentId environment);

}  // namespace diorama::image_uses
