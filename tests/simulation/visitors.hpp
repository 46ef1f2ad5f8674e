#pragma once

#include "simulation/house.hpp"

#include <set>

namespace diorama::simulation {

/// Who looks at previews. Where nobody answers they wait at the door, for a while.
class Visitors {
public:
    explicit Visitors(House& house) : house_(house) {}

    /// Somebody comes to one of them.
    void come();
    /// Somebody comes to about half of all, the same ones each time.
    void come_to_many();
    /// Those of `come_to_many`.
    const std::set<EnvironmentId>& visited() const { return visited_; }

private:
    void visit(const Route& route);

    House& house_;
    std::set<EnvironmentId> visited_;
};

}  // namespace diorama::simulation
