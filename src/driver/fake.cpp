#include "driver/fake.hpp"

#include "driver/owner.hpp"
#include "driver/unwell.hpp"

namespace diorama {

namespace {

Error cancelled()
{
    return {Code::cancelled, "the call was cancelled"};
}

Task<Result<std::string>> whole(Content content)
{
    std::string bytes;
    if (!content.open) co_return bytes;
    const Chunks next = content.open();
    for (;;) {
        const auto chunk = co_await next();
        if (!chunk) co_return chunk.error();
        if (!*chunk) co_return bytes;
        bytes += **chunk;
    }
}

Made made(const FakeHost::Object& object, const Behaviour& behaviour)
{
    Made answer{.external_id = object.id, .ports = behaviour.ports};
    std::ranges::sort(answer.ports);
    const auto& container = object.container;
    if (!container.attachments.empty())
        answer.address = container.addresses.at(container.attachments.front().network);
    return answer;
}

/// Frozen or not: it has not ended.
bool is_running(Running running)
{
    return running == Running::running || running == Running::frozen;
}

Unwell unwell(const Entry& entry, const FakeHost::Container& container)
{
    Unwell what{
        .service = entry.service.empty() ? entry.name : entry.service,
        .out_of_memory = container.out_of_memory
    };
    if (container.running != Running::running) what.exit_code = container.exit_code;
    const std::size_t from = container.lines.size() - std::min(container.lines.size(), last_words);
    for (std::size_t i = from; i < container.lines.size(); ++i)
        what.said.push_back(container.lines[i].text);
    return what;
}

}  // namespace

void FakeDriver::fail_next(Verb verb, Fault fault, std::string name)
{
    planned_.push_back({verb, std::move(name), std::move(fault)});
}

std::optional<Fault> FakeDriver::next_fault(Verb verb, const std::string& name)
{
    const auto planned = std::ranges::find_if(planned_, [&](const Planned& each) {
        return each.verb == verb && (each.name.empty() || each.name == name);
    });
    if (planned != planned_.end()) {
        Fault fault = std::move(planned->fault);
        planned_.erase(planned);
        return fault;
    }
    return faults_ ? faults_(verb, name) : std::nullopt;
}

Task<Result<FakeDriver::Lost>> FakeDriver::begin(Verb verb, std::string name, std::stop_token stop)
{
    calls.push_back({verb, name});
    const std::optional<Fault> fault = next_fault(verb, name);
    const milliseconds time = latency_ + (fault ? fault->delay : milliseconds{0});
    const bool slept = co_await sleep(host_.scheduler(), time, stop);
    if (!slept) co_return cancelled();
    if (!fault || !fault->error) co_return Lost{};
    if (!fault->after) co_return *fault->error;
    co_return std::make_shared<const Error>(*fault->error);
}

/// Null when there is none; `conflict` when the name is somebody else's.
Result<FakeHost::Object*>
FakeDriver::owned(EntryType type, const std::string& name, const Labels& ours)
{
    Object* object = host_.find(type, name);
    if (!object || label::same_owner(object->labels, ours)) return object;
    return Error{
        Code::conflict,
        fmt::format("a {} named {} exists and is not ours", diorama::name(type), name),
        "Remove or rename it, or look at who made it."
    };
}

Labels FakeDriver::labels_of(const Entry& entry) const
{
    return {
        {std::string(installation_label), installation_           },
        {std::string(environment_label),  entry.environment.text()}
    };
}

Result<FakeHost::Object*> FakeDriver::container(const Entry& entry)
{
    const auto object = owned(EntryType::container, entry.name, labels_of(entry));
    if (object && *object) return *object;
    return Error{Code::not_found, fmt::format("there is no container {} of ours", entry.name)};
}

Result<Made> FakeDriver::make(const NetworkIntent& intent)
{
    const auto existing = owned(EntryType::network, intent.name, intent.labels);
    if (!existing) return existing.error();
    if (*existing) return made(**existing, {});
    const auto created = host_.create(intent);
    if (!created) return created.error();
    return made(**created, {});
}

Result<Made> FakeDriver::make(const VolumeIntent& intent)
{
    const auto existing = owned(EntryType::volume, intent.name, intent.labels);
    if (!existing) return existing.error();
    return made(*existing ? **existing : host_.create(intent), {});
}

Task<Result<>> FakeDriver::fill(ContainerIntent intent)
{
    for (const Content& content : intent.contents) {
        auto bytes = co_await whole(content);
        if (!bytes) co_return bytes.error();
        Object* object = host_.find(EntryType::container, intent.name);
        Object* volume = host_.find(EntryType::volume, content.volume);
        if (!object) co_return Error{Code::not_found, "the container went while it was filled"};
        if (content.volume.empty())
            object->container.contents[content.target] = *bytes;
        else if (volume && volume->seed.empty())
            volume->seed = *bytes;
    }
    co_return ok();
}

Task<Result<Made>> FakeDriver::make(ContainerIntent intent)
{
    const auto existing = owned(EntryType::container, intent.name, intent.labels);
    if (!existing) co_return existing.error();
    if (!*existing) {
        const auto created = host_.create(intent);
        if (!created) co_return created.error();
    }
    Object* object = host_.find(EntryType::container, intent.name);
    // What has run once is adopted as it is: a job that ended must not run again.
    if (object->container.running != Running::created)
        co_return made(*object, host_.behaviour(*object));

    const auto filled = co_await fill(intent);
    if (!filled) co_return filled.error();
    object = host_.find(EntryType::container, intent.name);
    if (!object) co_return Error{Code::not_found, "the container went while it was made"};
    host_.start(*object);
    co_return made(*object, host_.behaviour(*object));
}

Task<Result<std::vector<Subnet>>> FakeDriver::routes()
{
    co_return host_.routes;
}

Task<Result<Made>> FakeDriver::apply(Intent intent, std::stop_token stop)
{
    const std::string name = std::visit([](const auto& each) { return each.name; }, intent);
    const auto lost = co_await begin(Verb::apply, name, stop);
    if (!lost) co_return lost.error();
    Result<Made> answer = Made{};
    if (const auto* network = std::get_if<NetworkIntent>(&intent)) {
        answer = make(*network);
    } else if (const auto* volume = std::get_if<VolumeIntent>(&intent)) {
        answer = make(*volume);
    } else {
        answer = co_await make(std::get<ContainerIntent>(intent));
    }
    if (*lost) co_return **lost;
    co_return answer;
}

Task<Result<>> FakeDriver::remove(Entry entry, std::stop_token stop)
{
    const auto lost = co_await begin(Verb::remove, entry.name, stop);
    if (!lost) co_return lost.error();
    // A stranger's object of that name means that ours is gone.
    const auto object = owned(entry.type, entry.name, labels_of(entry));
    const auto removed = object && *object ? host_.remove(entry.type, entry.name) : ok();
    if (*lost) co_return **lost;
    co_return removed;
}

Task<Result<std::vector<Found>>> FakeDriver::observe(std::optional<EnvironmentId> environment)
{
    const auto lost = co_await begin(Verb::observe, {}, {});
    if (!lost) co_return lost.error();
    if (*lost) co_return **lost;
    std::vector<Found> found;
    for (const Object* object : host_.objects()) {
        if (label::value(object->labels, installation_label) != installation_) continue;
        const std::string owner = label::value(object->labels, environment_label);
        if (environment && owner != environment->text()) continue;
        const auto& container = object->container;
        found.push_back({
            .type = object->type,
            .name = object->name,
            .external_id = object->id,
            .labels = object->labels,
            .address = object->type == EntryType::container
                           ? made(*object, host_.behaviour(*object)).address
                           : object->subnet,
            .running = container.running,
            .exit_code = container.exit_code,
        });
        if (container.intent.service.healthcheck) found.back().healthy = container.well;
    }
    co_return found;
}

Task<Result<>> FakeDriver::gate(Entry entry, milliseconds limit, std::stop_token stop)
{
    const Deadline deadline(host_.scheduler(), limit, stop);
    for (;;) {
        const auto object = container(entry);
        if (!object) co_return object.error();
        const auto& state = (*object)->container;
        if (state.well && state.running == Running::running) co_return ok();
        if (state.running == Running::exited) co_return ended(unwell(entry, state));
        if (deadline.expired()) co_return not_well_within(unwell(entry, state), limit);
        if (deadline.token().stop_requested()) co_return cancelled();
        co_await host_.changed().wait(deadline.token());
    }
}

Task<Result<>> FakeDriver::wait_healthy(Entry container, Gate gate, std::stop_token stop)
{
    const auto lost = co_await begin(Verb::wait_healthy, container.name, stop);
    if (!lost) co_return lost.error();
    const auto answer = co_await this->gate(container, gate.limit, stop);
    if (*lost) co_return **lost;
    co_return answer;
}

Task<Result<std::int64_t>> FakeDriver::wait_exit(Entry entry, std::stop_token stop)
{
    const auto lost = co_await begin(Verb::wait_exit, entry.name, stop);
    if (!lost) co_return lost.error();
    for (;;) {
        const auto object = container(entry);
        if (!object) co_return object.error();
        if (stop.stop_requested()) co_return cancelled();
        if ((*object)->container.running == Running::exited) {
            if (*lost) co_return **lost;
            co_return (*object)->container.exit_code;
        }
        co_await host_.changed().wait(stop);
    }
}

Task<Result<>> FakeDriver::promote(Entry entry, std::vector<Attachment> attachments)
{
    const auto lost = co_await begin(Verb::promote, entry.name, {});
    if (!lost) co_return lost.error();
    const auto object = container(entry);
    if (!object) co_return object.error();
    auto& state = (*object)->container;
    for (const Attachment& joined : attachments) {
        if (!state.addresses.contains(joined.network))
            co_return Error{
                Code::invalid, fmt::format("{} is not on network {}", entry.name, joined.network)
            };
    }
    state.attachments = std::move(attachments);
    if (*lost) co_return **lost;
    co_return ok();
}

Task<Result<>> FakeDriver::change(Verb verb, Entry entry, Change change, bool (*may)(Running))
{
    const auto lost = co_await begin(verb, entry.name, {});
    if (!lost) co_return lost.error();
    const auto object = container(entry);
    if (!object) co_return object.error();
    if (may && !may((*object)->container.running))
        co_return Error{Code::conflict, fmt::format("{} does not run", entry.name)};
    (host_.*change)(**object);
    if (*lost) co_return **lost;
    co_return ok();
}

Task<Result<>> FakeDriver::start(Entry container)
{
    co_return co_await change(Verb::start, container, &FakeHost::start);
}

Task<Result<>> FakeDriver::stop(Entry container)
{
    co_return co_await change(Verb::stop, container, &FakeHost::stop);
}

Task<Result<>> FakeDriver::freeze(Entry container)
{
    co_return co_await change(Verb::freeze, container, &FakeHost::freeze, is_running);
}

Task<Result<>> FakeDriver::thaw(Entry container)
{
    co_return co_await change(Verb::thaw, container, &FakeHost::thaw, is_running);
}

Task<Result<>> FakeDriver::follow(
    Entry entry, Instant since, std::function<void(OutputLine)> line, std::stop_token stop
)
{
    const auto lost = co_await begin(Verb::follow, entry.name, stop);
    if (!lost) co_return lost.error();
    for (std::size_t next = 0;;) {
        const auto object = container(entry);
        if (!object) co_return object.error();
        const auto& state = (*object)->container;
        for (; next < state.lines.size(); ++next) {
            if (state.lines[next].at >= since) line(state.lines[next]);
        }
        if (*lost) co_return **lost;
        if (state.running == Running::exited) co_return ok();
        if (stop.stop_requested()) co_return cancelled();
        co_await host_.changed().wait(stop);
    }
}

Task<Result<Stats>> FakeDriver::stats(Entry entry)
{
    const auto lost = co_await begin(Verb::stats, entry.name, {});
    if (!lost) co_return lost.error();
    const auto object = container(entry);
    if (!object) co_return object.error();
    if (*lost) co_return **lost;
    const bool runs = (*object)->container.running == Running::running;
    co_return Stats{
        .cpu = runs ? 0.01 : 0,
        .memory = runs ? 4ULL << 20 : 0,
        .memory_limit = (*object)->container.intent.service.limits.memory,
        .pids = runs ? 1U : 0U,
    };
}

Task<Result<std::map<EnvironmentId, std::uint64_t>>> FakeDriver::written()
{
    const auto lost = co_await begin(Verb::written, {}, {});
    if (!lost) co_return lost.error();
    if (*lost) co_return **lost;
    std::map<EnvironmentId, std::uint64_t> all;
    for (const Object* object : host_.objects())
        if (const auto owner = label::owner(object->labels, installation_))
            all[*owner] += object->written;
    co_return all;
}

Task<Result<std::int64_t>> FakeDriver::exec(
    Entry entry,
    std::vector<std::string> argv,
    std::function<void(OutputLine)> line,
    std::stop_token stop
)
{
    const auto lost = co_await begin(Verb::exec, entry.name, stop);
    if (!lost) co_return lost.error();
    const auto object = container(entry);
    if (!object) co_return object.error();
    if ((*object)->container.running != Running::running)
        co_return Error{Code::conflict, fmt::format("{} does not run", entry.name)};
    const auto& run = host_.behaviour(**object).exec;
    const std::int64_t code = run ? run(argv, line) : 0;
    if (*lost) co_return **lost;
    co_return code;
}

}  // namespace diorama
