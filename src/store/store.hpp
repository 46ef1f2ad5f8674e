#pragma once

#include "base/random.hpp"
#include "base/scheduler.hpp"
#include "store/tx.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace diorama {

class Lane;

namespace detail {

template <class T>
struct StoreAnswer {
    using type = Result<T>;
};
template <class T>
struct StoreAnswer<Result<T>> {
    using type = Result<T>;
};

/// What awaiting a work gives: its Result, or its value as a Result.
template <class Work>
using store_answer = typename StoreAnswer<std::invoke_result_t<Work&, Tx&>>::type;

}  // namespace detail

/// The daemon's memory: one database, opened by one daemon at a time.
///
/// A work is plain code over a `Tx&`. It runs beside the loop, so it takes values, touches nothing
/// else of the program and asks no clock. An error it answers, or an exception it throws, takes
/// back all it did and nothing else; the exception is thrown again where it is awaited. What the
/// database refuses (disk full, damaged) is answered as `unavailable`, and then the works that
/// shared its commit are taken back too and answered alike.
///
/// Group commit: works asked for while one commit is under way share the next one. When
/// `transact` answers, what was written is on the disk.
class Store {
public:
    /// Opens or makes the database at `path` (":memory:": one that goes with the store) and brings
    /// its schema up to date. Errors, each with a mend: `conflict` when another daemon has it open,
    /// `invalid` when it is damaged, no database, or written by a newer Diorama; `unavailable` when
    /// the disk is full or cannot be written.
    static Result<std::unique_ptr<Store>>
    open(Scheduler& scheduler, Random& random, std::string path);

    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    /// Runs `work(tx)` in a transaction; what it answers is committed.
    template <class Work>
    Task<detail::store_answer<Work>> transact(Work work)
    {
        return answer(*writer_, std::move(work));
    }

    /// Runs `work(tx)` on a snapshot that sees every commit answered before the call. It may not
    /// write: that throws. Never waits for writers, except in memory, where there is one
    /// connection.
    template <class Work>
    Task<detail::store_answer<Work>> read(Work work)
    {
        return answer(*reader_, std::move(work), Tx::Mode::read);
    }

    /// For tests that fill the disk or kill the daemon: asked before each batch; what it answers
    /// refuses the whole of it, as the database does.
    using Gate = std::function<std::optional<Error>(bool writes)>;
    void gate(Gate gate);

    /// What happened since the store was opened.
    struct Statistics {
        std::uint64_t commits = 0;
        std::uint64_t works = 0;  ///< Writing works, kept and taken back.
        std::uint64_t reads = 0;
    };
    Statistics statistics() const;

private:
    /// Does the work and keeps its answer; false when it shall be taken back.
    using Erased = std::function<bool(Tx&)>;

    Store(std::shared_ptr<Lane> writer, std::shared_ptr<Lane> reader);
    static Task<Result<>> run(Lane& lane, Tx::Mode mode, Erased work);

    template <class Work>
    static Task<detail::store_answer<Work>>
    answer(Lane& lane, Work work, Tx::Mode mode = Tx::Mode::write)
    {
        std::optional<detail::store_answer<Work>> found;
        Erased keep = [&](Tx& tx) {
            if constexpr (std::is_void_v<std::invoke_result_t<Work&, Tx&>>) {
                work(tx);
                found.emplace();
            } else {
                found.emplace(work(tx));
            }
            return found->has_value();
        };
        const auto done = co_await run(lane, mode, std::move(keep));
        if (!done) co_return done.error();
        co_return std::move(*found);
    }

    std::shared_ptr<Lane> writer_;
    std::shared_ptr<Lane> reader_;  ///< The same as `writer_` in memory.
};

}  // namespace diorama
