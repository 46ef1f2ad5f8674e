#pragma once

#include "store/param.hpp"
#include "store/row.hpp"
#include "store/sql.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <type_traits>
#include <vector>

namespace diorama {

class Connection;

/// The inside of a transaction: plain synchronous SQL. Store makes one for each work and takes back
/// all that work did when it answers an error or throws.
///
/// What the database itself refuses (disk full, file damaged) is thrown and answered by Store as
/// `unavailable`; queries do not look for it.
class Tx {
public:
    enum class Mode { write, read };

    Tx(Connection& connection, Mode mode) : connection_(connection), mode_(mode) {}
    Tx(const Tx&) = delete;
    Tx& operator=(const Tx&) = delete;

    /// What `read(row)` makes of the only row, nothing when there is none. A second row is a bug of
    /// the statement and throws.
    template <class Read>
    auto one(Sql sql, Read read, const Params& params = {})
        -> std::optional<std::invoke_result_t<Read&, const Row&>>
    {
        std::optional<std::invoke_result_t<Read&, const Row&>> found;
        each(sql, params, [&](const Row& row) {
            if (found) throw std::logic_error("more than one row answers");
            found.emplace(read(row));
        });
        return found;
    }

    /// What `read(row)` makes of every row, in the statement's order.
    template <class Read>
    auto all(Sql sql, Read read, const Params& params = {})
        -> std::vector<std::invoke_result_t<Read&, const Row&>>
    {
        std::vector<std::invoke_result_t<Read&, const Row&>> found;
        each(sql, params, [&](const Row& row) { found.push_back(read(row)); });
        return found;
    }

    /// How many rows it changed.
    std::int64_t execute(Sql sql, const Params& params = {});

private:
    void each(Sql sql, const Params& params, const std::function<void(const Row&)>& visit);

    Connection& connection_;
    Mode mode_;
};

}  // namespace diorama
