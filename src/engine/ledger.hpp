#pragma once

#include "engine/world.hpp"

#include <vector>

namespace diorama {

/// Makes and removes outside objects so that none is ever forgotten (DESIGN rule 4): the row comes
/// before the object and goes after it.
class Ledger {
public:
    explicit Ledger(World world) : world_(world) {}

    /// The row, then the object, then what came of it. A network without a subnet gets the next
    /// free one of the configured range; where somebody else has that, the one after. A crash in
    /// between leaves a row, which removal walks.
    Task<Result<Entry>> make(Entry row, Intent intent, std::stop_token stop);

    /// Removes the object, then its row. What cannot be removed now is owed: its row says why, and
    /// cleanup tries again.
    Task<Result<>> remove(Entry row);

    /// All of `rows` side by side, but containers first: while one is left, what it may use stays.
    /// The first error, after all that could be tried were.
    Task<Result<>> remove_all(std::vector<Entry> rows);

    Task<Result<std::vector<Entry>>> of_environment(EnvironmentId environment);

private:
    Task<Result<Entry>> intend(Entry row, std::vector<Subnet> avoided);
    Task<Result<Entry>> apply(Entry intended, Intent intent, std::stop_token stop);
    Task<Result<Entry>> make_network(Entry row, NetworkIntent intent, std::stop_token stop);
    Task<Result<>> forget(EntryId row);
    Task<Result<>> owe(Entry row, Error why);

    World world_;
};

}  // namespace diorama
