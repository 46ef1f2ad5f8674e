#include "store/store.hpp"

#include "store/lane.hpp"
#include "store/migrations.hpp"
#include "store/seed.hpp"
#include "store/sqlite.hpp"

namespace diorama {

namespace {

Result<std::unique_ptr<Connection>>
open_writer(const std::shared_ptr<const Dialect>& dialect, const Seed& seed)
{
    auto connection = std::make_unique<Connection>(dialect, Tx::Mode::write);
    if (const auto done = migrate(*connection, embedded_migrations(), seed.now); !done)
        return done.error();
    sow(*connection, seed);
    return connection;
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(Scheduler& scheduler, Random& random, std::string path)
{
    auto opened = Sqlite::open(path);
    if (!opened) return opened.error();
    const std::shared_ptr<const Dialect> dialect = std::move(*opened);
    const auto now = scheduler.now();
    const Seed seed{now, TenantId::make(now, random), InstallationId::make(now, random)};
    try {
        auto connection = open_writer(dialect, seed);
        if (!connection) return connection.error().during(path);
        const auto writer =
            std::make_shared<Lane>(scheduler, std::move(*connection), Tx::Mode::write);
        if (!dialect->reads_beside()) return std::unique_ptr<Store>(new Store(writer, writer));
        const auto reader = std::make_shared<Lane>(
            scheduler, std::make_unique<Connection>(dialect, Tx::Mode::read), Tx::Mode::read
        );
        return std::unique_ptr<Store>(new Store(writer, reader));
    } catch (const DatabaseRefusal& refusal) {
        return refusal.error;
    }
}

Store::Store(std::shared_ptr<Lane> writer, std::shared_ptr<Lane> reader)
    : writer_(std::move(writer)),
      reader_(std::move(reader))
{}

Store::~Store() = default;

Task<Result<>> Store::run(Lane& lane, Tx::Mode mode, Erased work)
{
    Lane::Turn turn{lane, mode, std::move(work)};
    co_await turn;
    if (turn.thrown) std::rethrow_exception(turn.thrown);
    if (turn.refused) co_return *turn.refused;
    co_return ok();
}

void Store::gate(Gate gate)
{
    reader_->gate(gate);
    writer_->gate(std::move(gate));
}

Store::Statistics Store::statistics() const
{
    Statistics sum = writer_->statistics();
    if (reader_ != writer_) sum.reads += reader_->statistics().reads;
    return sum;
}

}  // namespace diorama
