#include "store/tx.hpp"

#include "store/connection.hpp"

#include <stdexcept>

namespace diorama {

ComposedSql& ComposedSql::add_list(Sql prefix, std::size_t count)
{
    text_ += '(';
    for (std::size_t i = 0; i < count; ++i) {
        text_ += i == 0 ? ":" : ", :";
        text_ += prefix.text();
        text_ += std::to_string(i);
    }
    text_ += count == 0 ? "NULL)" : ")";
    return *this;
}

std::int64_t Tx::execute(Sql sql, const Params& params)
{
    if (mode_ == Mode::read)
        throw std::logic_error(fmt::format("a reading work may not write: {}", sql.text()));
    return connection_.each(sql.text(), params, [](const Row&) {});
}

void Tx::each(Sql sql, const Params& params, const std::function<void(const Row&)>& visit)
{
    connection_.each(sql.text(), params, visit);
}

}  // namespace diorama
