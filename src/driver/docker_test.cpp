#include "driver/docker.hpp"
#include "driver/docker_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;

TEST_CASE("the Docker driver keeps the contract (E01, E02, A05)")
{
    for (const Promise& promise : driver_contract()) {
        SUBCASE(promise.sentence)
        {
            DockerWorld world;
            world.run(promise.hold(world));
        }
    }
}
