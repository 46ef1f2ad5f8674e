#pragma once

#include "base/scheduler.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace diorama::simulation {

/// What happened in one run, in the order it happened. The same seed gives the same lines.
class Trace {
public:
    explicit Trace(const Scheduler& scheduler) : scheduler_(scheduler), begun_(scheduler.now()) {}

    void say(std::string_view who, std::string_view what)
    {
        const auto passed = std::chrono::duration_cast<milliseconds>(scheduler_.now() - begun_);
        lines_.push_back(fmt::format("{:9.3f} s  {:<8} {}", passed.count() / 1000.0, who, what));
    }
    /// What only a trace that is read is worth.
    void detail(std::string_view who, std::string_view what)
    {
        if (detailed) say(who, what);
    }
    const std::vector<std::string>& lines() const { return lines_; }

    bool detailed = false;

private:
    const Scheduler& scheduler_;
    Instant begun_;
    std::vector<std::string> lines_;
};

}  // namespace diorama::simulation
