#pragma once

#include "base/fake_scheduler.hpp"
#include "store/environments.hpp"
#include "store/projects.hpp"
#include "store/store.hpp"
#include "store/tenants.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

namespace diorama {

/// A directory of its own for a test, gone after it.
class TemporaryDirectory {
public:
    TemporaryDirectory()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "diorama-XXXXXX").string();
        if (!::mkdtemp(pattern.data())) throw std::runtime_error("cannot make " + pattern);
        path_ = pattern;
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    std::string file(const std::string& name) const { return (path_ / name).string(); }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// A store, in memory unless told otherwise, and the hands a test needs to use it.
struct StoreFixture {
    explicit StoreFixture(const std::string& path = ":memory:")
        : store(Store::open(scheduler, random, path).value())
    {}

    /// Runs `work` in a transaction; its answer.
    template <class Work>
    auto write(Work work)
    {
        return scheduler.run(store->transact(std::move(work)));
    }
    template <class Work>
    auto read(Work work)
    {
        return scheduler.run(store->read(std::move(work)));
    }

    template <class Id>
    Id make_id()
    {
        return Id::make(scheduler.now(), random);
    }
    Instant now() const { return scheduler.now(); }

    /// A project with that slug, stored.
    Project project(const std::string& slug = "shop")
    {
        Project made{.id = make_id<ProjectId>(), .slug = slug, .created_at = now()};
        made.repository = "https://git.example/" + slug;
        made.name = "example/" + slug;
        const auto stored = write([&](Tx& tx) {
            made.tenant = tenants::standard(tx);
            return projects::insert(tx, made);
        });
        CHECK(stored.has_value());
        return made;
    }

    /// An environment for a pull request of `of`, not yet stored.
    Environment fresh(const Project& of, std::int64_t pull_request = 7)
    {
        Environment made{.id = make_id<EnvironmentId>(), .tenant = of.tenant};
        made.identity = {of.id, Kind::pull_request, std::to_string(pull_request)};
        made.pull_request = pull_request;
        made.slug = fmt::format("{}-pr-{}", of.slug, pull_request);
        made.created_at = now();
        made.updated_at = now();
        return made;
    }

    Environment environment(const Project& of, std::int64_t pull_request = 7)
    {
        const auto made = fresh(of, pull_request);
        CHECK(write([&](Tx& tx) { return environments::insert(tx, made); }).has_value());
        return made;
    }

    FakeScheduler scheduler;
    SeededRandom random{1};
    std::unique_ptr<Store> store;
};

}  // namespace diorama
