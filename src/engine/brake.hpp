#pragma once

#include "engine/world.hpp"

#include <vector>

namespace diorama {

/// A pull request that a list of open ones no longer names.
struct Missing {
    ProjectId project;
    std::int64_t number = 0;

    friend bool operator==(const Missing&, const Missing&) = default;
};

/// DESIGN rule 5: a pass that would take down more than a fifth of the environments, and more than
/// three, stops and asks. A forge that answers with nothing is more often wrong than right.
struct Brake {
    Instant at{};
    std::vector<Missing> missing;  ///< What is held back.
};

/// Whether taking down `lost` of `standing` environments needs somebody's word.
bool too_many_at_once(std::size_t lost, std::size_t standing);

/// What is held back now; nothing while nothing is. Kept in the store, so that a restart does not
/// let go.
namespace brake {

std::optional<Brake> read(Tx& tx);
void hold(Tx& tx, const Brake& brake);
void let_go(Tx& tx);

/// What to tell people: how many, since when, and the two ways on.
std::string sentence(const Brake& brake);

}  // namespace brake

}  // namespace diorama
