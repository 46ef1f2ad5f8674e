#include "chaos/database.hpp"

#include "model/lifecycle.hpp"

#include <sqlite3.h>

#include <list>
#include <set>

namespace diorama::chaos {

namespace {

/// One connection; a transaction of it is one thread's at a time.
class Connection {
public:
    explicit Connection(Faults& faults) : faults_(faults) {}

    void wrote(std::string_view table) { note(fmt::format("commit.{}", table)); }

    void begins(std::string_view sql)
    {
        if (sql == "ROLLBACK") effects_.clear();
        if (sql == "COMMIT") pass(Side::before);
    }

    void ended(sqlite3_stmt* statement)
    {
        const std::string_view sql = sqlite3_sql(statement);
        if (sql.find("INSERT INTO events") != sql.npos) note_move(statement);
        if (sql != "COMMIT") return;
        pass(Side::after);
        effects_.clear();
    }

private:
    void note(std::string effect)
    {
        if (Faults::knows(effect)) effects_.insert(std::move(effect));
    }
    /// Both states stand side by side in the row, as `event_log` writes it.
    void note_move(sqlite3_stmt* statement)
    {
        const std::unique_ptr<char, decltype(&sqlite3_free)> text(
            sqlite3_expanded_sql(statement), &sqlite3_free
        );
        const std::string_view sql = text.get();
        for (const Move& move : moves()) {
            if (sql.find(fmt::format("'{}', '{}'", name(move.from), name(move.to))) != sql.npos)
                note(fmt::format("move.{}.{}", name(move.from), name(move.to)));
        }
    }
    void pass(Side side)
    {
        for (const std::string& effect : effects_)
            faults_.pass(effect, side);
    }

    Faults& faults_;
    std::set<std::string> effects_;  ///< Of the transaction under way.
};

Faults* watching = nullptr;
std::list<Connection> connections;  ///< As long as the process: databases are opened at its start.

void on_row(void* connection, int, const char*, const char* table, sqlite3_int64)
{
    static_cast<Connection*>(connection)->wrote(table);
}

int on_statement(unsigned type, void* connection, void* statement, void* text)
{
    auto& it = *static_cast<Connection*>(connection);
    if (type == SQLITE_TRACE_STMT) it.begins(static_cast<const char*>(text));
    if (type == SQLITE_TRACE_PROFILE) it.ended(static_cast<sqlite3_stmt*>(statement));
    return 0;
}

int on_open(sqlite3* database, char**, const sqlite3_api_routines*)
{
    Connection& connection = connections.emplace_back(*watching);
    sqlite3_update_hook(database, on_row, &connection);
    constexpr unsigned what = SQLITE_TRACE_STMT | SQLITE_TRACE_PROFILE;
    return sqlite3_trace_v2(database, what, on_statement, &connection);
}

}  // namespace

void watch_databases(Faults& faults)
{
    watching = &faults;
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(&on_open));
}

}  // namespace diorama::chaos
