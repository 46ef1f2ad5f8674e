#pragma once

#include "driver/driver_contract.hpp"
#include "driver/owner.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace diorama {

inline const EnvironmentId shop{*Uuid::parse("01900000-0000-7000-8000-000000000001")};
inline const EnvironmentId blog{*Uuid::parse("01900000-0000-7000-8000-000000000002")};

/// The text of an error, for messages of checks.
template <class T>
std::string problem(const Result<T>& answer)
{
    return answer ? "" : answer.error().text();
}

/// A scene under construction: makes intents and entries with the names of this run.
struct Stage {
    ContractWorld& world;
    EnvironmentId environment = shop;

    Labels labels() const
    {
        return {
            {std::string(installation_label), world.installation()},
            {std::string(environment_label),  environment.text()  }
        };
    }
    std::string name(const std::string& part) const { return world.prefix() + "-" + part; }

    NetworkIntent network(const std::string& part = "net", unsigned range = 0) const
    {
        return {.name = name(part), .subnet = world.subnet(range), .labels = labels()};
    }
    VolumeIntent volume(const std::string& part) const { return {name(part), labels()}; }

    /// A container of service `part` on the network; with its name there unless hidden.
    ContainerIntent container(const std::string& part, Part plays, bool hidden = false) const
    {
        ContainerIntent intent;
        intent.name = name(part);
        intent.service.name = part;
        intent.labels = labels();
        intent.attachments = {
            {name("net"), {}}
        };
        if (!hidden) intent.attachments.front().aliases = {part};
        world.cast(intent, plays);
        return intent;
    }
    Entry entry(const std::string& part, EntryType type = EntryType::container) const
    {
        Entry entry;
        entry.environment = environment;
        entry.type = type;
        entry.name = name(part);
        entry.service = part;
        return entry;
    }

    Task<Made> make(Intent intent) const
    {
        auto made = co_await world.driver().apply(std::move(intent), {});
        REQUIRE_MESSAGE(made.has_value(), problem(made));
        co_return *made;
    }
    Task<> remove(std::string part, EntryType type) const
    {
        const auto removed = co_await world.driver().remove(entry(part, type), {});
        CHECK_MESSAGE(removed.has_value(), problem(removed));
    }
    /// Takes containers, then the network, away, and looks that nothing is left.
    Task<> strike(std::vector<std::string> containers) const
    {
        for (const std::string& part : containers)
            co_await remove(part, EntryType::container);
        co_await remove("net", EntryType::network);
        const auto left = co_await world.driver().observe(environment);
        REQUIRE(left.has_value());
        CHECK(left->empty());
    }
};

/// An open port 8080.
inline Gate tcp_gate(milliseconds limit = seconds{20})
{
    return {.port = 8080, .limit = limit};
}

}  // namespace diorama
