#pragma once

#include "engine/world.hpp"

#include <vector>

namespace diorama {

/// A pull request whose preview a pass would take down.
struct Leaver {
    enum class Why {
        unlisted,  ///< The forge's list of open ones does not name it any more.
        unwanted,  ///< It is open; the rules changed, and ask for no preview of it.
    };
    ProjectId project;
    std::int64_t number = 0;
    Why why = Why::unlisted;

    friend bool operator==(const Leaver&, const Leaver&) = default;
};
/// "its forge lists it no longer"
std::string_view sentence(Leaver::Why why);

/// DESIGN rule 5: a pass that would take down more than a fifth of the environments, and more than
/// three, stops and asks. A forge that answers with nothing is more often wrong than right, and so
/// are rules that let hardly any preview be.
struct Brake {
    Instant at{};
    std::vector<Leaver> leavers;  ///< What is held back.
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
