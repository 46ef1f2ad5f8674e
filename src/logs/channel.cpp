#include "logs/channel.hpp"

#include <algorithm>

namespace diorama {

void Channel::publish(const std::vector<LogLine>& lines)
{
    if (lines.empty()) return;
    if (recent_.empty()) recent_after_ = lines.front().sequence - 1;
    last_ = lines.back().sequence;
    recent_.insert(recent_.end(), lines.begin(), lines.end());
    const auto room = followers_ == 0 ? 0 : kept;
    while (recent_.size() > room) {
        recent_after_ = recent_.front().sequence;
        recent_.pop_front();
    }
    published_.notify();
}

std::vector<LogLine> Channel::after(std::uint64_t sequence) const
{
    const auto first = std::ranges::upper_bound(recent_, sequence, {}, &LogLine::sequence);
    return {first, recent_.end()};
}

}  // namespace diorama
