#pragma once

#include "base/clock.hpp"

#include <memory>
#include <string>
#include <vector>

namespace diorama {

class Schedule;

/// When scenes go to sleep by themselves, and how deep. 0 stands for never.
struct SleepSettings {
    milliseconds frozen_after = minutes{30};     ///< Since anybody used it.
    milliseconds stopped_after = minutes{30};    ///< Since it was frozen.
    milliseconds archived_after = hours{24};     ///< Since it was stopped.
    std::shared_ptr<const Schedule> schedule{};  ///< Hours at which it sleeps sooner; may be none.
    double pressure = 20;  ///< Percent of the time that tasks wait for memory …
    double available = 5;  ///< … or percent of memory left: then the longest unused goes down.
};

}  // namespace diorama
