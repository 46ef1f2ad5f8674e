#include "store/connection.hpp"

#include <soci/soci.h>

namespace diorama {

/// A statement with the variables SOCI reads and writes by their address: made once, never moved.
struct Connection::Prepared {
    struct Bound {
        long long number = 0;
        std::string text;
        soci::indicator state = soci::i_ok;
    };

    explicit Prepared(soci::session& session) : statement(session) {}

    void bind(const Params& params);
    void set(const Params& params);
    void show(const std::function<void(const Row&)>& visit);

    soci::statement statement;
    std::vector<Bound> bound;
    std::vector<std::string> columns;
    std::vector<Row::Cell> cells;
    std::vector<soci::indicator> states;
};

void Connection::Prepared::bind(const Params& params)
{
    bound.resize(params.size());
    for (std::size_t i = 0; i < params.size(); ++i) {
        Bound& place = bound[i];
        if (std::holds_alternative<std::int64_t>(params[i].value))
            statement.exchange(soci::use(place.number, place.state, params[i].name));
        else
            statement.exchange(soci::use(place.text, place.state, params[i].name));
    }
    cells.resize(columns.size());
    states.resize(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i)
        statement.exchange(soci::into(cells[i].text, states[i]));
    statement.define_and_bind();
}

void Connection::Prepared::set(const Params& params)
{
    for (std::size_t i = 0; i < params.size(); ++i) {
        Bound& place = bound[i];
        const Value& value = params[i].value;
        place.state = soci::i_ok;
        if (const auto* number = std::get_if<std::int64_t>(&value))
            place.number = *number;
        else if (const auto* text = std::get_if<std::string>(&value))
            place.text = *text;
        else
            place.state = soci::i_null;
    }
}

void Connection::Prepared::show(const std::function<void(const Row&)>& visit)
{
    for (std::size_t i = 0; i < cells.size(); ++i)
        cells[i].null = states[i] == soci::i_null;
    visit(Row(columns, cells));
}

namespace {

/// A parameter is bound as a number or as text once and for all, so the same statement with other
/// types of parameters is another one.
std::string key(std::string_view sql, const Params& params)
{
    std::string text;
    text.reserve(sql.size() + params.size());
    for (const Param& param : params)
        text.push_back(std::holds_alternative<std::int64_t>(param.value) ? 'n' : 't');
    text += sql;
    return text;
}

}  // namespace

Connection::Connection(std::shared_ptr<const Dialect> dialect, Tx::Mode mode)
    : dialect_(std::move(dialect)),
      session_(dialect_->connect(mode))
{}

Connection::~Connection() = default;

Connection::Prepared& Connection::prepared(std::string_view sql, const Params& params)
{
    auto& place = statements_[key(sql, params)];
    if (place) return *place;
    auto fresh = std::make_unique<Prepared>(*session_);
    fresh->statement.alloc();
    fresh->statement.prepare(std::string(sql));
    auto shape = dialect_->shape(fresh->statement);
    if (shape.parameters != params.size())
        throw std::logic_error(
            fmt::format("{} parameters for the {} of: {}", params.size(), shape.parameters, sql)
        );
    fresh->columns = std::move(shape.columns);
    fresh->bind(params);
    place = std::move(fresh);
    return *place;
}

std::int64_t Connection::each(
    std::string_view sql, const Params& params, const std::function<void(const Row&)>& visit
)
{
    try {
        Prepared& use = prepared(sql, params);
        use.set(params);
        bool row = use.statement.execute(true);
        // To the end, also when nobody wants more: an unfinished statement keeps its snapshot.
        while (row && !use.columns.empty()) {
            use.show(visit);
            row = use.statement.fetch();
        }
        return use.statement.get_affected_rows();
    } catch (const soci::soci_error&) {
        statements_.erase(key(sql, params));
        dialect_->rethrow(sql);
    } catch (...) {
        statements_.erase(key(sql, params));
        throw;
    }
}

void Connection::run_once(std::string_view sql)
{
    try {
        *session_ << std::string(sql);
    } catch (const soci::soci_error&) {
        dialect_->rethrow(sql);
    }
}

void Connection::control(std::string_view sql)
{
    each(sql, {}, [](const Row&) {});
}

void Connection::begin(Tx::Mode mode)
{
    control(dialect_->begin(mode));
}

void Connection::commit()
{
    control("COMMIT");
}

void Connection::rollback()
{
    if (dialect_->in_transaction(*session_)) control("ROLLBACK");
}

void Connection::save()
{
    control("SAVEPOINT work");
}

void Connection::keep()
{
    control("RELEASE SAVEPOINT work");
}

void Connection::take_back()
{
    control("ROLLBACK TO SAVEPOINT work");
    keep();
}

}  // namespace diorama
