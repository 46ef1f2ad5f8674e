#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <span>
#include <string>

namespace diorama {

/// Where every random bit comes from. Real randomness in main, a seed in tests and simulation.
class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> bytes) = 0;

    std::uint64_t number()
    {
        std::array<std::uint8_t, 8> bytes{};
        fill(bytes);
        std::uint64_t value = 0;
        std::memcpy(&value, bytes.data(), bytes.size());
        return value;
    }

    /// `digits` lower-case hex digits.
    std::string hex(std::size_t digits)
    {
        static constexpr char alphabet[] = "0123456789abcdef";
        std::string text;
        for (std::size_t i = 0; i < digits; ++i)
            text.push_back(alphabet[number() & 15U]);
        return text;
    }
};

/// The kernel's randomness, fit for tokens.
std::unique_ptr<Random> system_random();

/// The same sequence for the same seed; for tests only.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
    void fill(std::span<std::uint8_t> bytes) override
    {
        for (auto& byte : bytes)
            byte = static_cast<std::uint8_t>(engine_());
    }

private:
    std::mt19937_64 engine_;
};

}  // namespace diorama
