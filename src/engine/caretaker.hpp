#pragma once

#include "engine/bell.hpp"
#include "engine/deployment_run.hpp"

namespace diorama {

/// Goes round every minute: asks for every environment to be looked at, pays what is owed, and
/// removes what carries our labels but no row knows (H07). What a host does not answer is unknown,
/// and unknown deletes nothing (DESIGN rule 5).
class Caretaker {
public:
    Caretaker(Workshop& shop, Bell& bell) : shop_(shop), bell_(bell) {}

    Task<> run(std::stop_token stop);

    /// One round; what it could not do is tried again in the next.
    Task<Result<>> round(std::stop_token stop);

private:
    Task<Result<>> ask_for_all();
    Task<Result<>> pay_debts();
    Task<Result<>> remove_orphans();

    Workshop& shop_;
    Bell& bell_;
};

}  // namespace diorama
