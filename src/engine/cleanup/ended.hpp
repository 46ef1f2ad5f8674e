#pragma once

#include "model/environment.hpp"
#include "store/tx.hpp"

#include <optional>
#include <string>

namespace diorama {

/// That our own clock or a person took an environment down, though its pull request may still be
/// open.
struct Ended {
    std::string why;   ///< "idle for 2 d", "stopped by ann"; names are anybody's words.
    std::string head;  ///< The pull request's newest commit then; what is newer is a push.

    friend bool operator==(const Ended&, const Ended&) = default;
};

/// Nothing when it stands, or went because its forge or a rule said so. What was ended on purpose
/// stays down until a push, until its pull request is opened anew, or until somebody asks for it.
std::optional<Ended> ended_on_purpose(Tx& tx, const Environment& environment);

/// What the event of an end keeps, for `ended_on_purpose`.
std::string note_of_end(Tx& tx, const Environment& environment);

}  // namespace diorama
