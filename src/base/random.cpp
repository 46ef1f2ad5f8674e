#include "base/random.hpp"

#include <stdexcept>
#include <sys/random.h>

namespace diorama {

namespace {

class SystemRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> bytes) override
    {
        while (!bytes.empty()) {
            const auto got = ::getrandom(bytes.data(), bytes.size(), 0);
            if (got <= 0) throw std::runtime_error("the kernel gave no random bytes");
            bytes = bytes.subspan(static_cast<std::size_t>(got));
        }
    }
};

}  // namespace

std::unique_ptr<Random> system_random()
{
    return std::make_unique<SystemRandom>();
}

}  // namespace diorama
