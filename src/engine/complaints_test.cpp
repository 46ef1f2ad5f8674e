// What people say of other platforms, acted out: the numbers are those of the field study.
#include "engine/forge_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

/// Two services, one with a volume.
const FakeCommits::Content with_volume{
    {"compose.yaml",
     "services:\n"
     "  web: {image: 'web:1', ports: [80]}\n"
     "  db: {image: 'db:1', volumes: ['data:/data']}\n"
     "volumes: {data: {}}\n"}
};

struct Preview : ForgeWorld {
    Preview()
    {
        pull(7, 'a');
        commits.push(forge.location(repository), "refs/pull/7/head", commit('a'), with_volume);
        tell_and_settle(arrival(7, "opened"));
    }
    /// All that carries our labels, of any type.
    std::size_t objects()
    {
        return count(EntryType::container) + count(EntryType::network) + count(EntryType::volume);
    }
};

}  // namespace

TEST_CASE("closed it leaves no container, network or volume (H09, complaint 2)")
{
    Preview world;
    REQUIRE(world.count(EntryType::volume) == 1);
    world.close(7);
    world.tell_and_settle(world.arrival(7, "closed"));
    CHECK(world.state(7) == State::destroyed);
    CHECK(world.objects() == 0);
    CHECK(world.inventory(world.preview(7)->id).empty());
}

TEST_CASE("taking a preview down needs neither its branch nor its repository (complaint 5)")
{
    Preview world;
    REQUIRE(world.state(7) == State::ready);
    world.commits.fault = Error{Code::not_found, "the branch is gone"};
    world.close(7);
    world.tell_and_settle(world.arrival(7, "closed"));
    CHECK(world.state(7) == State::destroyed);
    CHECK(world.objects() == 0);
}

TEST_CASE("closed after it was retargeted and its branch renamed, it is still found (complaint 6)")
{
    Preview world;
    PullRequest& it = world.pull(7, 'b');
    it.base_ref = "stacked/on-another";
    it.head_ref = "renamed";
    world.close(7);  // One webhook for all of it; the others were lost.
    world.tell_and_settle(world.arrival(7, "closed"));
    CHECK(world.state(7) == State::destroyed);
    CHECK(world.objects() == 0);
}

TEST_CASE("what a former life left over does not keep a reopened one from standing (complaint 8)")
{
    Preview world;
    struct Left {
        EntryType type;
        std::string name;
        std::map<std::string, std::string> labels;
    };
    std::vector<Left> left;
    for (const auto* object : world.host.objects())
        if (object->type != EntryType::network)
            left.push_back({object->type, object->name, object->labels});
    world.close(7);
    world.tell_and_settle(world.arrival(7, "closed"));
    REQUIRE(world.objects() == 0);
    for (const auto& [type, name, labels] : left)
        world.host.place(type, name, labels);

    world.pull(7, 'a');
    world.commits.push(
        world.forge.location(world.repository), "refs/pull/7/head", world.commit('a'), with_volume
    );
    world.tell_and_settle(world.arrival(7, "reopened"));
    world.scheduler.run_for(minutes{10});
    CHECK(world.state(7) == State::ready);
    world.close(7);
    world.tell_and_settle(world.arrival(7, "closed"));
    world.scheduler.run_for(minutes{10});
    CHECK(world.objects() == 0);
}
