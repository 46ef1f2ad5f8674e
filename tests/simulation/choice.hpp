#pragma once

#include "simulation/fate.hpp"

#include <span>

namespace diorama::simulation {

/// One of the things `Who` may do, as often as its weight says.
template <class Who>
struct Choice {
    unsigned weight;
    void (Who::*act)();
};

template <class Who>
void choose(Who& who, Dice& dice, std::span<const Choice<Who>> choices)
{
    unsigned sum = 0;
    for (const auto& choice : choices)
        sum += choice.weight;
    auto left = dice.below(sum);
    for (const auto& choice : choices) {
        if (left < choice.weight) return (who.*choice.act)();
        left -= choice.weight;
    }
}

}  // namespace diorama::simulation
