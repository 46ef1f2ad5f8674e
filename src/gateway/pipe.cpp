#include "gateway/pipe.hpp"

#include <array>
#include <fcntl.h>

namespace diorama::gateway {

PipeEnds PipePool::take()
{
    if (!spare_.empty()) {
        PipeEnds ends = std::move(spare_.back());
        spare_.pop_back();
        return ends;
    }
    spare_.reserve(most);  // So that giving one back never allocates.
    std::array<int, 2> numbers{};
    if (::pipe2(numbers.data(), O_NONBLOCK | O_CLOEXEC) != 0) return {};
    // Refused where a user's share of pipe memory is spent: the default size works too.
    ::fcntl(numbers[1], F_SETPIPE_SZ, capacity);
    return {Fd(numbers[0]), Fd(numbers[1])};
}

void PipePool::put_back(PipeEnds ends)
{
    if (spare_.size() < most) spare_.push_back(std::move(ends));
}

}  // namespace diorama::gateway
