#include "driver/fake_host.hpp"

#include "model/addresses.hpp"

namespace diorama {

FakeHost::Object& FakeHost::add(EntryType type, const std::string& name, const Labels& labels)
{
    Object object{.type = type, .name = name, .labels = labels};
    object.id = fmt::format("{:012x}", ++made_);
    return objects_[Key{type, name}] = std::move(object);
}

FakeHost::Object& FakeHost::place(EntryType type, const std::string& name, Labels labels)
{
    Object& object = add(type, name, labels);
    object.container.running = Running::running;
    return object;
}

void FakeHost::crash(const std::string& name, std::int64_t code, bool out_of_memory)
{
    end(name, code, out_of_memory);
}

void FakeHost::say(const std::string& name, const std::string& text)
{
    if (Object* object = find(EntryType::container, name)) {
        object->container.lines.push_back({"stdout", text, scheduler_.now()});
        changed_.notify();
    }
}

void FakeHost::vanish(EntryType type, std::string name)
{
    objects_.erase({type, name});
    lives_.erase(name);
    changed_.notify();
}

FakeHost::Object* FakeHost::find(EntryType type, const std::string& name)
{
    const auto found = objects_.find({type, name});
    return found == objects_.end() ? nullptr : &found->second;
}

std::vector<const FakeHost::Object*> FakeHost::objects() const
{
    std::vector<const Object*> all;
    all.reserve(objects_.size());
    for (const auto& [key, object] : objects_)
        all.push_back(&object);
    return all;
}

std::vector<std::string> FakeHost::resolve(const std::string& from, const std::string& name) const
{
    std::vector<std::string> found;
    const auto asker = objects_.find({EntryType::container, from});
    if (asker == objects_.end()) return found;
    for (const auto& [key, object] : objects_) {
        const Container& other = object.container;
        if (other.running != Running::running && other.running != Running::frozen) continue;
        for (const Attachment& joined : other.attachments) {
            if (!asker->second.container.addresses.contains(joined.network)) continue;
            if (std::ranges::find(joined.aliases, name) == joined.aliases.end()) continue;
            found.push_back(other.addresses.at(joined.network));
        }
    }
    return found;
}

Result<FakeHost::Object*> FakeHost::create(const NetworkIntent& intent)
{
    const auto wanted = Subnet::parse(intent.subnet);
    if (!wanted) return wanted.error();
    for (const auto& [key, other] : objects_) {
        const auto taken = Subnet::parse(other.subnet);
        if (other.type != EntryType::network || !taken || !taken->overlaps(*wanted)) continue;
        return Error{
            Code::conflict,
            fmt::format("range {} overlaps that of network {}", intent.subnet, other.name),
            "Choose another range."
        };
    }
    Object& object = add(EntryType::network, intent.name, intent.labels);
    object.subnet = intent.subnet;
    return &object;
}

FakeHost::Object& FakeHost::create(const VolumeIntent& intent)
{
    return add(EntryType::volume, intent.name, intent.labels);
}

Result<std::string> FakeHost::free_address(const Object& network) const
{
    const auto range = Subnet::parse(network.subnet);
    if (!range) return range.error();
    std::set<std::string> taken;
    for (const auto& [key, object] : objects_) {
        const auto there = object.container.addresses.find(network.name);
        if (there != object.container.addresses.end()) taken.insert(there->second);
    }
    for (std::uint32_t index = 0; index < range->hosts(); ++index) {
        const std::string address = range->host(index).text();
        if (!taken.contains(address)) return address;
    }
    return Error{Code::too_many, fmt::format("network {} has no free address", network.name)};
}

Result<FakeHost::Object*> FakeHost::create(const ContainerIntent& intent)
{
    if (intent.image.empty() || lost_images_.contains(intent.image))
        return Error{Code::not_found, fmt::format("the engine has no image '{}'", intent.image)};
    Container container{.intent = intent, .attachments = intent.attachments};
    for (const Attachment& joined : intent.attachments) {
        const Object* network = find(EntryType::network, joined.network);
        if (!network)
            return Error{Code::not_found, fmt::format("there is no network {}", joined.network)};
        const auto address = free_address(*network);
        if (!address) return address.error();
        container.addresses[joined.network] = *address;
    }
    Object& object = add(EntryType::container, intent.name, intent.labels);
    object.container = std::move(container);
    return &object;
}

bool FakeHost::in_use(const Object& object) const
{
    return std::ranges::any_of(objects_, [&](const auto& each) {
        const Container& container = each.second.container;
        if (object.type == EntryType::network) return container.addresses.contains(object.name);
        return object.type == EntryType::volume &&
               std::ranges::any_of(container.intent.volumes, [&](const auto& volume) {
                   return volume.second == object.name;
               });
    });
}

Result<> FakeHost::remove(EntryType type, const std::string& name)
{
    const Object* object = find(type, name);
    if (!object) return ok();
    if (in_use(*object))
        return Error{
            Code::unavailable,
            fmt::format("{} {} is still used by a container", diorama::name(type), name)
        };
    vanish(type, name);
    return ok();
}

const Behaviour& FakeHost::behaviour(const Object& object) const
{
    static const Behaviour ordinary;
    const auto found = images_.find(object.container.intent.image);
    return found == images_.end() ? ordinary : found->second;
}

void FakeHost::start(Object& object)
{
    Container& container = object.container;
    if (container.running == Running::frozen) return thaw(object);
    if (container.running == Running::running) return;
    container.running = Running::running;
    container.well = false;
    ++container.starts;
    ++container.connection;
    for (const std::string& text : behaviour(object).says)
        container.lines.push_back({"stdout", text, scheduler_.now()});
    live(object);
    changed_.notify();
}

/// Sets the timers of its behaviour. Thawing sets them anew, which is near enough.
void FakeHost::live(Object& object)
{
    const Behaviour& does = behaviour(object);
    Life& life = lives_[object.name];
    life = {};
    const std::string name = object.name;
    if (does.well && !object.container.well)
        life.well = scheduler_.after(does.well_after, [this, name] {
            if (Object* it = find(EntryType::container, name)) it->container.well = true;
            changed_.notify();
        });
    if (does.exits)
        life.end = scheduler_.after(
            does.exits_after,
            [this, name, code = *does.exits, killed = does.out_of_memory] {
                end(name, code, killed);
            }
        );
}

void FakeHost::end(const std::string& name, std::int64_t code, bool out_of_memory)
{
    Object* object = find(EntryType::container, name);
    if (!object) return;
    const std::string& restart = object->container.intent.service.restart;
    const bool again = restart == "always" || restart == "unless-stopped" ||
                       (restart.starts_with("on-failure") && code != 0);
    object->container.running = again ? Running::restarting : Running::exited;
    object->container.exit_code = code;
    object->container.out_of_memory = out_of_memory;
    object->container.well = false;
    ++object->container.connection;
    if (const auto life = lives_.find(name); life != lives_.end()) life->second.well.reset();
    changed_.notify();
}

void FakeHost::stop(Object& object)
{
    Container& container = object.container;
    if (container.running == Running::created || container.running == Running::exited) return;
    lives_.erase(object.name);
    container.running = Running::exited;
    container.exit_code = 143;
    container.well = false;
    ++container.connection;
    changed_.notify();
}

void FakeHost::freeze(Object& object)
{
    if (object.container.running != Running::running) return;
    lives_.erase(object.name);
    object.container.running = Running::frozen;
    changed_.notify();
}

void FakeHost::thaw(Object& object)
{
    if (object.container.running != Running::frozen) return;
    object.container.running = Running::running;
    live(object);
    changed_.notify();
}

}  // namespace diorama
