#pragma once

#include "base/error.hpp"
#include "base/random.hpp"
#include "simulation/trace.hpp"

#include <map>
#include <optional>

namespace diorama::simulation {

/// What a call of the daemon goes to.
enum class Place { docker, git, forge, gateway, disk };

/// Numbers of one seed.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : random_(seed) {}

    bool happens(double percent)
    {
        return below(10'000) < static_cast<std::uint64_t>(percent * 100);
    }
    std::uint64_t below(std::uint64_t end) { return random_.number() % end; }
    std::uint64_t between(std::uint64_t low, std::uint64_t high)
    {
        return low + below(high - low + 1);
    }
    milliseconds up_to(milliseconds longest)
    {
        return milliseconds{
            static_cast<std::int64_t>(below(static_cast<std::uint64_t>(longest.count()) + 1))
        };
    }
    template <class List>
    auto& one_of(List& list)
    {
        return list.at(below(list.size()));
    }
    std::string hex(std::size_t digits) { return random_.hex(digits); }
    SeededRandom& random() { return random_; }

private:
    SeededRandom random_;
};

/// What becomes of each call the daemon makes, and when the daemon dies: at one of the moments at
/// which a call goes out or its answer comes back, which are all that anybody outside can tell
/// apart.
class Fate {
public:
    Fate(const Scheduler& scheduler, Dice& dice, Trace& trace)
        : scheduler_(scheduler),
          dice_(dice),
          trace_(trace)
    {}

    /// Another daemon is started. While the world is not well it dies sooner or later.
    void born();
    bool dead() const { return dead_; }
    void kill(std::string_view where);
    /// A call goes out, or its answer comes in; false when nobody is there any more.
    bool crosses(std::string_view what);

    /// From now on everything works.
    void heal();
    bool is_well() const { return well_; }

    /// `place` answers nothing until `until`.
    void take_down(Place place, Instant until);
    bool is_down(Place place) const;

    milliseconds delay(Place place);
    /// How long after its end the daemon learns that a commit or a read is done.
    milliseconds lag();
    /// The call does not get through.
    std::optional<Error> before(Place place);
    /// It gets through, and its answer does not.
    std::optional<Error> after(Place place);

private:
    const Scheduler& scheduler_;
    Dice& dice_;
    Trace& trace_;
    bool well_ = false;
    bool dead_ = false;
    std::optional<std::uint64_t> calls_left_;
    std::map<Place, Instant> down_;
};

/// A secret of the scene that stands in every message of the simulated world; nobody may see it.
inline constexpr std::string_view secret = "sesame";

}  // namespace diorama::simulation
