#pragma once

#include "base/error.hpp"
#include "store/tx.hpp"

#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace soci {
class session;
class statement;
}  // namespace soci

namespace diorama {

/// What the database refused for reasons of its own: disk full, file damaged, no permission. No
/// statement is to blame, and no statement can mend it.
class DatabaseRefusal final : public std::exception {
public:
    explicit DatabaseRefusal(Error reason) : error(std::move(reason)) {}
    const char* what() const noexcept override { return error.message.c_str(); }

    Error error;
};

/// The few things in which databases differ. All SQL of the aggregates is common to them.
class Dialect {
public:
    virtual ~Dialect() = default;

    /// A new connection, ready for transactions of `mode`. Throws DatabaseRefusal.
    virtual std::unique_ptr<soci::session> connect(Tx::Mode mode) const = 0;
    /// False when there is only one connection, which then serves reads, too.
    virtual bool reads_beside() const = 0;

    virtual std::string_view begin(Tx::Mode mode) const = 0;
    /// False after the database ended a transaction by itself, as some failures make it do.
    virtual bool in_transaction(soci::session& session) const = 0;

    /// The columns a prepared statement answers, and how many parameters it wants.
    struct Shape {
        std::vector<std::string> columns;
        std::size_t parameters = 0;
    };
    virtual Shape shape(soci::statement& statement) const = 0;

    /// Throws the exception that is being handled again: as DatabaseRefusal when the database is to
    /// blame, else as std::logic_error. Never with the values of parameters in its text.
    [[noreturn]] virtual void rethrow(std::string_view sql) const = 0;
};

}  // namespace diorama
