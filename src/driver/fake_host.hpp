#pragma once

#include "base/concurrency.hpp"
#include "driver/driver.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace diorama {

/// What the containers of an image do in the fake's world.
struct Behaviour {
    std::vector<std::uint16_t> ports;  ///< What the image exposes.
    std::vector<std::string> says;     ///< Its lines at each start.
    bool well = true;                  ///< False: it never passes a gate.
    milliseconds well_after{100};
    std::optional<std::int64_t> exits;  ///< Ends with this code …
    milliseconds exits_after{0};        ///< … this long after its start.
    bool out_of_memory = false;         ///< That is why.
    /// Answers `exec`; nothing set: every command succeeds in silence.
    std::function<std::int64_t(std::vector<std::string>, std::function<void(OutputLine)>)> exec;
};

/// A pretended engine: the objects there are, whoever made them, and the life of containers on
/// the scheduler's clock. It outlives drivers, as a machine outlives a daemon that was killed.
class FakeHost {
public:
    struct Container {
        ContainerIntent intent;
        std::vector<Attachment> attachments;
        std::map<std::string, std::string> addresses;  ///< Network → its address there.
        std::map<std::string, std::string> contents;   ///< Target → the tar laid there.
        Running running = Running::created;
        bool well = false;
        std::int64_t exit_code = 0;
        bool out_of_memory = false;
        std::vector<OutputLine> lines;
        unsigned starts = 0;
        unsigned connection = 0;  ///< Changes when connections to it would have broken.
    };
    struct Object {
        EntryType type = EntryType::container;
        std::string name;
        std::string id;
        Labels labels;
        std::string subnet;         ///< Networks.
        std::string seed;           ///< Volumes: the tar they were seeded with, empty: none.
        std::uint64_t written = 0;  ///< Bytes, of containers and volumes.
        Container container{};      ///< Containers.
    };

    explicit FakeHost(Scheduler& scheduler) : scheduler_(scheduler), changed_(scheduler) {}

    // What a test arranges.

    void behave(const std::string& image, Behaviour behaviour) { images_[image] = behaviour; }
    /// From now on the engine does not have `image`.
    void lose_image(const std::string& image) { lost_images_.insert(image); }
    /// An object that somebody else made.
    Object& place(EntryType type, const std::string& name, Labels labels = {});
    /// The container's process ends now, whatever its behaviour.
    void crash(const std::string& name, std::int64_t code, bool out_of_memory = false);
    void say(const std::string& name, const std::string& text);
    /// An administrator removes it behind our back. By value: the name may be its own.
    void vanish(EntryType type, std::string name);

    std::vector<Subnet> routes;  ///< Of the machine, to others.

    // What a test looks at.

    /// Valid until the next change of the host; null when there is none.
    Object* find(EntryType type, const std::string& name);
    std::vector<const Object*> objects() const;
    /// The addresses that container `from` gets for `name` from the networks it is on.
    std::vector<std::string> resolve(const std::string& from, const std::string& name) const;

    // What drivers do. They hold the engine's own rules, not those of the contract.

    Result<Object*> create(const NetworkIntent& intent);
    Object& create(const VolumeIntent& intent);
    Result<Object*> create(const ContainerIntent& intent);
    Result<> remove(EntryType type, const std::string& name);
    void start(Object& object);
    void stop(Object& object);
    void freeze(Object& object);
    void thaw(Object& object);
    const Behaviour& behaviour(const Object& object) const;
    /// Notified whenever anything of a container changes.
    Notice& changed() { return changed_; }
    Scheduler& scheduler() { return scheduler_; }

private:
    struct Life {
        std::unique_ptr<Scheduler::Timer> well, end;
    };
    using Key = std::pair<EntryType, std::string>;

    Object& add(EntryType type, const std::string& name, const Labels& labels);
    Result<std::string> free_address(const Object& network) const;
    bool in_use(const Object& object) const;
    void live(Object& object);
    void end(const std::string& name, std::int64_t code, bool out_of_memory);

    Scheduler& scheduler_;
    Notice changed_;
    std::map<std::string, Behaviour> images_;
    std::set<std::string> lost_images_;
    std::map<Key, Object> objects_;
    std::map<std::string, Life> lives_;
    std::uint64_t made_ = 0;
};

}  // namespace diorama
