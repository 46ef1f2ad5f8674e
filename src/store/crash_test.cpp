#include "store/event_log.hpp"
#include "store/fixture.hpp"
#include "store/inventory.hpp"
#include "store/jobs.hpp"

#include <csignal>
#include <cstdio>
#include <sys/wait.h>
#include <unistd.h>

using namespace diorama;

namespace {

/// Moves an environment round and round, each time with what must stand or fall together: the
/// state, its event, a job and an entry of the inventory named by the event's number.
void churn(StoreFixture& at, EnvironmentId id, int progress)
{
    const Actor actor{.name = "test"};
    for (;;) {
        const auto done = at.write([&](Tx& tx) -> Result<> {
            const auto seen = environments::find(tx, id).value();
            const Event on = seen.state == State::ready ? Event::rested : Event::visited;
            const auto moved =
                environments::advance(tx, seen, {.on = on, .actor = actor, .now = at.now()});
            if (!moved) return moved.error();
            jobs::enqueue(tx, id, jobs::Priority::normal, at.now());
            const auto number = event_log::last(tx, id);
            Entry entry{.id = at.make_id<EntryId>(), .environment = id, .target = "local"};
            entry.name = fmt::format("c-{}", number);
            return inventory::intend(tx, entry).has_value() ? ok() : Error{Code::conflict, "?"};
        });
        const char mark = done ? '.' : '!';
        if (::write(progress, &mark, 1) != 1) return;
    }
}

/// Starts a child that churns, kills it after it reported some commits; how many it reported.
std::size_t kill_in_the_middle(const std::string& path, EnvironmentId id, std::size_t after)
{
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);
    std::fflush(nullptr);  // Or the child would print it again.
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::close(pipe[0]);
        StoreFixture at(path);
        at.random = SeededRandom(after);
        churn(at, id, pipe[1]);
        ::_exit(0);
    }
    ::close(pipe[1]);
    std::size_t reported = 0;
    char mark = 0;
    while (reported < after && ::read(pipe[0], &mark, 1) == 1 && mark == '.')
        ++reported;
    ::kill(child, SIGKILL);
    while (::read(pipe[0], &mark, 1) == 1)
        ++reported;
    ::close(pipe[0]);
    ::waitpid(child, nullptr, 0);
    return reported;
}

}  // namespace

TEST_CASE("SEC-71 kill -9 between any two writes leaves whole transactions, and none that was "
          "answered is lost")
{
    TemporaryDirectory directory;
    const auto path = directory.file("diorama.db");
    EnvironmentId id;
    {
        StoreFixture at(path);
        auto fresh = at.fresh(at.project());
        fresh.state = State::ready;
        id = fresh.id;
        CHECK(at.write([&](Tx& tx) { return environments::insert(tx, fresh); }).has_value());
    }
    std::size_t answered = 0;
    for (std::size_t round = 1; round <= 12; ++round) {
        answered += kill_in_the_middle(path, id, 5 + round * 3);
        StoreFixture at(path);
        const auto seen = at.read([&](Tx& tx) { return environments::find(tx, id); }).value();
        const auto records =
            at.read([&](Tx& tx) { return event_log::list(tx, id, 0, 1000); }).value();
        const auto entries =
            at.read([&](Tx& tx) { return inventory::of_environment(tx, id); }).value();
        CHECK(records.size() >= answered);
        CHECK(records.size() <= answered + round);  // One per kill may be done and not told.
        CHECK(entries.size() == records.size());
        CHECK(seen.version == records.size());
        CHECK(seen.state == records.back().to);
        CHECK(at.read([&](Tx& tx) { return jobs::waiting(tx, at.now()); }).value() == 1);
        for (std::size_t i = 0; i < records.size(); ++i)
            CHECK(records[i].sequence == i + 1);
    }
}
