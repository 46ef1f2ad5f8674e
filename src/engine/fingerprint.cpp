#include "engine/fingerprint.hpp"

#include "base/sha256.hpp"

namespace diorama {

namespace {

/// Writes values so that different ones never look alike: each with its length before it.
///
/// Structs are taken apart by structured bindings: a field added to the plan and forgotten here
/// does not compile.
class Canonical {
public:
    template <class... Values>
    void all(const Values&... values)
    {
        (add(values), ...);
    }
    std::string hash() { return hash_.hex(); }

private:
    void add(const std::string& text)
    {
        hash_.update(fmt::format("{}:", text.size()));
        hash_.update(text);
    }
    template <class T>
        requires std::is_arithmetic_v<T>
    void add(T number)
    {
        add(fmt::format("{}", number));
    }
    void add(milliseconds time) { add(time.count()); }
    void add(Dependency::Condition condition) { add(static_cast<int>(condition)); }
    template <class T>
    void add(const std::optional<T>& value)
    {
        add(value.has_value());
        if (value) add(*value);
    }
    template <class T>
    void add(const std::vector<T>& list)
    {
        add(list.size());
        for (const T& each : list)
            add(each);
    }
    template <class K, class V>
    void add(const std::map<K, V>& map)
    {
        add(map.size());
        for (const auto& [key, value] : map)
            all(key, value);
    }
    template <class A, class B>
    void add(const std::pair<A, B>& pair)
    {
        all(pair.first, pair.second);
    }
    template <class... Ts>
    void add(const std::variant<Ts...>& choice)
    {
        add(choice.index());
        std::visit([this](const auto& value) { this->add(value); }, choice);
    }

    void add(const ImageRef&) {}   // The image's id stands for how it was named
    void add(const BuildSpec&) {}  // and for what it was built from.
    void add(const VolumeMount& mount)
    {
        const auto& [volume, target, read_only, no_copy] = mount;
        all(volume, target, read_only, no_copy);
    }
    void add(const ContentMount& mount)
    {
        const auto& [source, target, read_only, inline_text, mode, owner] = mount;
        all(source, target, read_only, inline_text, mode, owner);
    }
    void add(const TmpfsMount& mount)
    {
        const auto& [target, size, mode] = mount;
        all(target, size, mode);
    }
    void add(const Healthcheck& check)
    {
        const auto& [disabled, test, interval, timeout, start_period, start_interval, retries] =
            check;
        all(disabled, test, interval, timeout, start_period, start_interval, retries);
    }
    void add(const HealthPath& health) { add(health.path); }
    void add(const NetworkJoin& join)
    {
        const auto& [network, aliases] = join;
        all(network, aliases);
    }
    void add(const Ulimit& limit)
    {
        const auto& [name, soft, hard] = limit;
        all(name, soft, hard);
    }
    void add(const Limits& limits)
    {
        const auto& [memory, cpus, pids] = limits;
        all(memory, cpus, pids);
    }

    void add(const Service& service)
    {
        // What is named with an underscore decides how a container is started or shown, not what
        // it is made from; `depends_on` and `replicas` are between containers.
        const auto& [name, source, entrypoint, command, environment, ports, published_, routed_, depends_on_, healthcheck, health_, mounts, networks, restart, user, working_dir, hostname, container_name, stop_signal, stop_grace_period, init, read_only, tty, stdin_open, shm_size, ulimits, platform, extra_hosts, cap_add, cap_drop, sysctls, group_add, replicas_, limits, labels, generated] =
            service;
        all(name, source, entrypoint, command, environment, ports, healthcheck, mounts, networks);
        all(restart, user, working_dir, hostname, container_name, stop_signal, stop_grace_period);
        all(init, read_only, tty, stdin_open, shm_size, ulimits, platform, extra_hosts, cap_add);
        all(cap_drop, sysctls, group_add, limits, labels, generated);
    }

    Sha256 hash_;
};

}  // namespace

std::string fingerprint(
    const Service& service, const std::string& image, const std::vector<std::string>& contents
)
{
    Canonical canonical;
    canonical.all(image, contents, service);
    return canonical.hash();
}

}  // namespace diorama
