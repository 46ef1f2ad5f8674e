#include "store/sqlite.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

namespace diorama {

namespace {

using soci::sqlite3_session_backend;
using soci::sqlite3_statement_backend;

/// SOCI reads `key=value` pairs where it finds a '=', else the whole text is the file's name.
Result<std::string> connect_string(const std::string& path)
{
    if (!path.contains('=')) return path;
    if (!path.contains('"')) return fmt::format("dbname=\"{}\"", path);
    return Error{
        Code::invalid,
        fmt::format("the database's path '{}' has both '=' and '\"' in it", path),
        "Choose a path without them."
    };
}

Error cannot_open(const std::string& path)
{
    return {
        Code::unavailable,
        fmt::format("cannot open the database {}: {}", path, std::strerror(errno)),
        "Make sure its directory exists, can be written by this user and is not full."
    };
}

Result<int> take_lock(const std::string& path)
{
    const std::string name = path + ".lock";
    const int lock = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) return cannot_open(path);
    if (::flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
    ::close(lock);
    return Error{
        Code::conflict,
        fmt::format("another Diorama has the database {} open", path),
        "Stop it first, or give this one a data directory of its own."
    };
}

/// Made here rather than by SQLite, so that nobody else can read it.
Result<> make_file(const std::string& path)
{
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return cannot_open(path);
    ::close(file);
    return ok();
}

}  // namespace

Result<std::unique_ptr<Sqlite>> Sqlite::open(std::string path)
{
    if (path == ":memory:") return std::unique_ptr<Sqlite>(new Sqlite(std::move(path), -1));
    path = std::filesystem::absolute(path).lexically_normal().string();
    if (const auto text = connect_string(path); !text) return text.error();
    const auto lock = take_lock(path);
    if (!lock) return lock.error();
    std::unique_ptr<Sqlite> opened(new Sqlite(path, *lock));
    if (const auto made = make_file(path); !made) return made.error();
    return opened;
}

Sqlite::~Sqlite()
{
    if (lock_ >= 0) ::close(lock_);
}

std::unique_ptr<soci::session> Sqlite::connect(Tx::Mode mode) const
{
    try {
        auto session = std::make_unique<soci::session>(soci::sqlite3, *connect_string(path_));
        *session << "PRAGMA busy_timeout = 5000";
        *session << "PRAGMA temp_store = MEMORY";
        *session << "PRAGMA foreign_keys = ON";
        *session << "PRAGMA synchronous = FULL";
        if (in_memory()) return session;
        if (mode == Tx::Mode::write) *session << "PRAGMA journal_mode = WAL";
        if (mode == Tx::Mode::read) *session << "PRAGMA query_only = ON";
        return session;
    } catch (const soci::soci_error&) {
        rethrow("open");
    }
}

std::string_view Sqlite::begin(Tx::Mode mode) const
{
    // A plain BEGIN takes the write lock at its first write, and may then find that it cannot.
    return mode == Tx::Mode::write ? "BEGIN IMMEDIATE" : "BEGIN";
}

bool Sqlite::in_transaction(soci::session& session) const
{
    const auto* backend = static_cast<sqlite3_session_backend*>(session.get_backend());
    return sqlite_api::sqlite3_get_autocommit(backend->conn_) == 0;
}

Dialect::Shape Sqlite::shape(soci::statement& statement) const
{
    auto* prepared = static_cast<sqlite3_statement_backend*>(statement.get_backend())->stmt_;
    Shape shape;
    shape.parameters = static_cast<std::size_t>(sqlite_api::sqlite3_bind_parameter_count(prepared));
    const int columns = sqlite_api::sqlite3_column_count(prepared);
    for (int i = 0; i < columns; ++i)
        shape.columns.emplace_back(sqlite_api::sqlite3_column_name(prepared, i));
    return shape;
}

Error Sqlite::refused(int code) const
{
    const auto about = [&](Code kind, std::string_view what, std::string mend) {
        return Error{kind, fmt::format("the database {} {}", path_, what), std::move(mend)};
    };
    switch (code) {
        case SQLITE_FULL:
            return about(
                Code::unavailable, "cannot grow: the disk is full", "Free some space on its disk."
            );
        case SQLITE_CORRUPT: return about(Code::invalid, "is damaged", "Restore it from a backup.");
        case SQLITE_NOTADB:
            return about(
                Code::invalid,
                "is not a database of Diorama",
                "Name another file, or move this one away."
            );
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return about(
                Code::unavailable,
                "is locked by another program",
                "Close the program that has it open."
            );
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_CANTOPEN:
        case SQLITE_AUTH:
            return about(
                Code::unavailable,
                "cannot be opened for writing",
                "Make the file and its directory writable by this user."
            );
        default:
            return about(
                Code::unavailable,
                "cannot be read or written",
                "Look into the system's log for failures of its disk, and for space left on it."
            );
    }
}

void Sqlite::rethrow(std::string_view sql) const
{
    try {
        throw;
    } catch (const soci::sqlite3_soci_error& error) {
        switch (error.result() & 0xFF) {
            case SQLITE_ERROR:
            case SQLITE_CONSTRAINT:
            case SQLITE_MISMATCH:
            case SQLITE_MISUSE:
            case SQLITE_RANGE:
            case SQLITE_TOOBIG:
                // Not what(): it lists the values of the parameters.
                throw std::logic_error(fmt::format("{} in: {}", error.get_error_message(), sql));
            default: throw DatabaseRefusal(refused(error.result() & 0xFF));
        }
    } catch (const soci::soci_error& error) {
        throw std::logic_error(fmt::format("{} in: {}", error.get_error_message(), sql));
    }
}

}  // namespace diorama
