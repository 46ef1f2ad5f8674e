#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// The hours of the week at which scenes sleep, by the clocks of one place: "Mon-Fri 20:00-07:00"
/// begins on each of those days and ends on the next, "Sat-Sun" is whole days. When the clocks
/// there are set, the hours go with them.
class Schedule {
public:
    /// `invalid` for what is no day or time, and for a time zone that this machine does not know.
    static Result<std::shared_ptr<const Schedule>>
    parse(const std::vector<std::string>& entries, const std::string& time_zone);

    virtual ~Schedule() = default;
    virtual bool covers(Instant now) const = 0;
};

}  // namespace diorama
