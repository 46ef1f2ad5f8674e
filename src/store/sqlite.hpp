#pragma once

#include "store/dialect.hpp"

#include <memory>
#include <string>

namespace diorama {

/// SQLite in WAL mode: one writer, readers on snapshots, durable commits (synchronous=FULL).
///
/// Holds an exclusive lock on `<path>.lock` as long as it lives, so that two daemons never share a
/// data directory. The kernel drops the lock when the process dies, however it dies.
class Sqlite final : public Dialect {
public:
    /// Takes the lock, and makes the file (mode 0600) when there is none. ":memory:" needs neither.
    static Result<std::unique_ptr<Sqlite>> open(std::string path);
    ~Sqlite() override;

    std::unique_ptr<soci::session> connect(Tx::Mode mode) const override;
    bool reads_beside() const override { return !in_memory(); }
    std::string_view begin(Tx::Mode mode) const override;
    bool in_transaction(soci::session& session) const override;
    Shape shape(soci::statement& statement) const override;
    [[noreturn]] void rethrow(std::string_view sql) const override;

private:
    Sqlite(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
    bool in_memory() const { return path_ == ":memory:"; }
    Error refused(int code) const;

    std::string path_;
    int lock_;  ///< File descriptor, -1 in memory.
};

}  // namespace diorama
