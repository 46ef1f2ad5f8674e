#include "daemon/check_config.hpp"

#include "base/text.hpp"
#include "engine/allowed_repositories.hpp"
#include "engine/sleep/schedule.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <set>

namespace diorama {

namespace {

class Check {
public:
    Check(const Config& config, const Origins& origins) : config_(config), origins_(origins) {}

    std::vector<Error> all()
    {
        counts();
        sizes();
        deadlines();
        sleep();
        marks();
        addresses();
        ports();
        if (config_.api.first_token)
            pass("api.first_token", check_own_secret(*config_.api.first_token));
        for (const std::string& entry : config_.repositories.allowed)
            pass("repositories.allowed", repository_entry(entry));
        std::ranges::move(check_forges(config_, origins_), std::back_inserter(problems_));
        return std::move(problems_);
    }

private:
    void counts()
    {
        const auto at_least_one = [&](const char* key, std::int64_t value) {
            need(value >= 1, key, "is below 1", "Write 1 or more.");
        };
        at_least_one("limits.services", config_.limits.services);
        at_least_one("limits.workers", config_.limits.workers);
        at_least_one("limits.builds", config_.limits.builds);
        at_least_one("limits.starts", config_.limits.starts);
        at_least_one("limits.pids", config_.limits.pids);
        at_least_one("cleanup.generations", config_.cleanup.generations);
        need(
            config_.limits.environments >= 0,
            "limits.environments",
            "is below 0",
            "Write e.g. 10, or 0 for any number."
        );
        const auto threads = config_.gateway.threads;
        need(
            threads >= 0 && threads <= 1024,
            "gateway.threads",
            "is not between 0 and 1024",
            "Write 0 for one per core."
        );
    }

    void sizes()
    {
        const LimitsConfig& limits = config_.limits;
        const bool some = std::isfinite(limits.cpus) && limits.cpus > 0;
        need(some, "limits.cpus", "is not above 0", "Write e.g. 0.5.");
        need(
            !some || limits.cpus <= limits.cpus_most,
            "limits.cpus",
            "is above limits.cpus_most",
            "Lower it, or raise limits.cpus_most."
        );
        constexpr std::uint64_t least = 6ULL << 20U;  // Docker refuses to go below.
        const std::uint64_t build = limits.build_memory.bytes;
        need(build == 0 || build >= least, "limits.build_memory", "is below 6m", "Write e.g. 2g.");
        need(
            std::isfinite(limits.build_cpus) && limits.build_cpus >= 0,
            "limits.build_cpus",
            "is below 0",
            "Write e.g. 1.5, or 0 for all."
        );
        const double cores = limits.total_cpus.value_or(0);
        need(
            std::isfinite(cores) && cores >= 0,
            "limits.total_cpus",
            "is below 0",
            "Write e.g. 8, or 0 for any number."
        );
        need(limits.build_shares >= 2, "limits.build_shares", "is below 2", "Write e.g. 256.");
        need(limits.memory.bytes >= least, "limits.memory", "is below 6m", "Write e.g. 512m.");
        need(
            limits.memory <= limits.memory_most,
            "limits.memory",
            "is above limits.memory_most",
            "Lower it, or raise limits.memory_most."
        );
    }

    void deadlines()
    {
        const auto positive = [&](const char* key, milliseconds time) {
            need(time > milliseconds{0}, key, "is not above 0", "Write e.g. 2m.");
        };
        positive("deadlines.queue", config_.deadlines.queue);
        positive("deadlines.fetch", config_.deadlines.fetch);
        positive("deadlines.build", config_.deadlines.build);
        positive("deadlines.start", config_.deadlines.start);
        positive("deadlines.health", config_.deadlines.health);
        positive("deadlines.removal", config_.deadlines.removal);
        positive("cleanup.every", config_.cleanup.every);
    }

    void marks()
    {
        const CleanupConfig& cleanup = config_.cleanup;
        need(
            cleanup.disk_high >= 1 && cleanup.disk_high <= 100,
            "cleanup.disk_high",
            "is not between 1 and 100",
            "Write percent, e.g. 85; 100 for never."
        );
        need(
            cleanup.disk_low >= 1 && cleanup.disk_low <= cleanup.disk_high,
            "cleanup.disk_low",
            "is not between 1 and cleanup.disk_high",
            "Write percent, e.g. 75."
        );
    }

    void sleep()
    {
        const SleepConfig& sleep = config_.sleep;
        if (!sleep.schedule.empty())
            pass("sleep.schedule", Schedule::parse(sleep.schedule, sleep.time_zone));
        const auto percent = [&](const char* key, double value) {
            const bool holds = std::isfinite(value) && value >= 0 && value <= 100;
            need(holds, key, "is not between 0 and 100", "Write a percentage, or 0 for never.");
        };
        percent("sleep.pressure", sleep.pressure);
        percent("sleep.available", sleep.available);
    }

    void addresses()
    {
        const UrlConfig& url = config_.url;
        pass("url.domain", check_domain(url.domain));
        need(url.port != 0, "url.port", "is 0", "Write the port visitors use, or leave it out.");
        need(!url.shapes.empty(), "url.shapes", "is empty", "Name at least one, e.g. flat.");
        need(
            !config_.gateway.listen.empty(),
            "gateway.listen",
            "is empty",
            "Name at least one address, e.g. 0.0.0.0:8080."
        );
        pass("network.subnets", check_range(config_.network.subnets, scene_prefix, {}));
    }

    void ports()
    {
        const PortConfig& ports = config_.ports;
        const auto end = [&](std::uint16_t first) { return first + ports.size; };
        need(ports.app > 0, "ports.app", "is 0", "Write e.g. 8000.");
        need(ports.database > 0, "ports.database", "is 0", "Write e.g. 9000.");
        const bool fits =
            ports.size >= 1 && ports.size <= 65'536 - std::max(ports.app, ports.database);
        need(
            fits,
            "ports.size",
            "is below 1, or leads beyond port 65535",
            "Write how many environments there are at most, e.g. 1000."
        );
        need(
            !fits || end(ports.app) <= ports.database || end(ports.database) <= ports.app,
            "ports.size",
            "makes the ranges of ports.app and ports.database meet",
            "Write less, or move them apart."
        );
    }

    void need(bool holds, const char* key, std::string_view wrong, const char* mend)
    {
        if (holds) return;
        problems_.push_back({Code::invalid, fmt::format("{} {}", origins_.of(key), wrong), mend});
    }

    template <class T>
    void pass(const char* key, const Result<T>& checked)
    {
        if (!checked) problems_.push_back(checked.error().during(origins_.of(key)));
    }

    const Config& config_;
    const Origins& origins_;
    std::vector<Error> problems_;
};

/// Words of examples and of people in a hurry; none is in 32 random characters but by a wonder.
constexpr std::array<std::string_view, 12> known_words{
    "changeme",
    "changethis",
    "replaceme",
    "password",
    "passw0rd",
    "secret",
    "example",
    "default",
    "diorama",
    "admin",
    "qwerty",
    "letmein",
};

/// "abcabcabc" and "aaaa": shorter than it looks.
bool repeats(std::string_view text)
{
    for (std::size_t period = 1; period <= text.size() / 2; ++period) {
        if (text.substr(period) == text.substr(0, text.size() - period)) return true;
    }
    return false;
}

}  // namespace

void Origins::in_file(const std::string& key, std::string place)
{
    shown_[key] = fmt::format("{}: {}", place, key);
}

void Origins::in_variable(const std::string& key, std::string variable)
{
    shown_[key] = std::move(variable);
}

std::string Origins::of(const std::string& key) const
{
    const auto found = shown_.find(key);
    return found == shown_.end() ? key : found->second;
}

bool Origins::names(std::string_view section) const
{
    const auto found = shown_.lower_bound(std::string(section));
    if (found == shown_.end() || !found->first.starts_with(section)) return false;
    return found->first.size() == section.size() || found->first[section.size()] == '.';
}

std::vector<Error> check_config(const Config& config, const Origins& origins)
{
    return Check(config, origins).all();
}

Result<> check_own_secret(const Secret& secret, std::size_t least)
{
    const std::string_view text = secret.reveal();
    const auto wrong = [](std::string_view why) {
        return Error{
            Code::invalid,
            fmt::format("this secret {}", why),
            "Write one nobody can guess: openssl rand -hex 32"
        };
    };
    if (text.size() < least) return wrong(fmt::format("is shorter than {} characters", least));
    if (text.size() > 256) return wrong("is longer than 256 characters");
    if (std::ranges::any_of(text, [](char c) { return c <= ' ' || c >= '\x7f'; }))
        return wrong("has blanks or characters that cannot stand in a header");
    std::string letters;
    for (const char c : lower(text)) {
        if (c != '-' && c != '_' && c != '.') letters.push_back(c);
    }
    for (const std::string_view word : known_words) {
        if (letters.find(word) != std::string::npos) return wrong("holds a word everybody knows");
    }
    const std::size_t letters_used = std::set<char>(text.begin(), text.end()).size();
    if (repeats(text) || letters_used * 16 < least * 5) return wrong("repeats itself");
    return ok();
}

Error together(const std::vector<Error>& problems)
{
    Error whole = problems.front();
    if (problems.size() == 1) return whole;
    whole = {Code::invalid, "", ""};
    for (const Error& problem : problems)
        whole.message += (whole.message.empty() ? "" : "\n") + problem.text();
    return whole;
}

}  // namespace diorama
