#pragma once

#include "store/dialect.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace diorama {

/// One connection and the statements it prepared: each once, then used again. Used by one thread
/// at a time.
///
/// SOCI guesses the types of columns, and gets 64-bit numbers, expressions and RETURNING wrong. So
/// every column is fetched as text, which both databases write exactly, and Row reads it.
class Connection {
public:
    Connection(std::shared_ptr<const Dialect> dialect, Tx::Mode mode);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Runs `sql` and shows each row it answers to `visit`. Answers how many rows it changed.
    std::int64_t
    each(std::string_view sql, const Params& params, const std::function<void(const Row&)>& visit);

    /// A statement without parameters or answer that is run once: schemas.
    void run_once(std::string_view sql);

    void begin(Tx::Mode mode);
    void commit();
    /// Takes the transaction back if there still is one.
    void rollback();

    /// One work's part of a transaction.
    void save();
    void keep();
    void take_back();

private:
    struct Prepared;
    Prepared& prepared(std::string_view sql, const Params& params);
    void control(std::string_view sql);

    std::shared_ptr<const Dialect> dialect_;
    std::unique_ptr<soci::session> session_;
    std::map<std::string, std::unique_ptr<Prepared>, std::less<>> statements_;
};

}  // namespace diorama
