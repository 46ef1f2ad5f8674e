#pragma once

#include "hub/actions.hpp"
#include "hub/bare.hpp"
#include "hub/faults.hpp"
#include "hub/hooks.hpp"
#include "hub/shapes.hpp"
#include "hub/state.hpp"
#include "net/http.hpp"
#include "net/loop.hpp"

#include <deque>

namespace diorama::hub {

/// How much one token may ask, as GitHub limits it.
struct Limits {
    Number hourly = 5000;         ///< Requests (primary limit).
    Number writes_a_minute = 80;  ///< Requests that make content (secondary limit).
};

/// What one login has used up.
struct Usage {
    Instant reset;  ///< When `used` begins anew.
    Number used = 0;
    std::deque<Instant> writes;  ///< Of the last minute.
    Number most_writes = 0;      ///< In any minute so far.
};

/// One request the API answered, for tests to look at.
struct Asked {
    Instant at;
    std::string method;
    std::string target;
    std::string login;
    std::string body;
    int status = 0;
};

/// All parts of a hub, for the hub's own files.
struct World {
    World(Loop& on, Random& chance, std::filesystem::path folder)
        : loop(on),
          random(chance),
          bare(on, std::move(folder)),
          hooks(on, chance)
    {}

    Loop& loop;
    Random& random;
    Addresses at;
    Limits limits;
    State state;
    Bare bare;
    Hooks hooks;
    Shapes shapes{state, at};
    Actions actions{loop, state, bare, hooks, shapes};
    ApiFaults faults;
    std::map<std::string, Usage> usage;  ///< By login; "" for everybody else.
    std::deque<Asked> asked;             ///< The last 20,000.
};

/// The login of the request's token: nothing for none, an error for one nobody has.
Result<std::string> caller(const World& world, const Headers& headers);

/// The parts of the hub's address space. Each answers everything, if only with 404.
Task<Response> answer_api(World& world, Request request);
Task<Response> answer_control(World& world, Request request);
Task<Response> answer_git(World& world, Request request);
Task<Response> answer_page(World& world, Request request);

}  // namespace diorama::hub
