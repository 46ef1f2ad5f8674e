#include "base/frame_store.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <thread>
#include <vector>

using namespace diorama;

namespace {

struct Frame {
    std::size_t bytes;
    unsigned char mark;
    void* memory;

    Frame(std::size_t size, unsigned char sign) : bytes(size), mark(sign), memory(take_frame(size))
    {
        std::memset(memory, mark, bytes);
    }
    bool untouched() const
    {
        const auto* const begin = static_cast<const unsigned char*>(memory);
        return std::all_of(begin, begin + bytes, [&](unsigned char byte) { return byte == mark; });
    }
    void give_back() const { give_back_frame(memory, bytes); }
};

/// Frames of all sizes, each full of its own mark.
std::vector<Frame> frames(unsigned char first)
{
    std::vector<Frame> all;
    for (std::size_t i = 0; i < 600; ++i)
        all.emplace_back(1 + i * 37 % 3000, static_cast<unsigned char>(first + i % 50));
    return all;
}

}  // namespace

TEST_CASE("no two living frames share memory, whichever thread gave theirs back before")
{
    const auto living = frames(0);
    const auto passing = frames(100);
    std::thread([&] {
        for (const Frame& frame : passing)
            frame.give_back();
        const auto others = frames(150);
        CHECK(std::ranges::all_of(others, &Frame::untouched));
        for (const Frame& frame : others)
            frame.give_back();
    }).join();
    const auto later = frames(200);
    CHECK(std::ranges::all_of(living, &Frame::untouched));
    CHECK(std::ranges::all_of(later, &Frame::untouched));
    for (const auto* all : {&living, &later})
        for (const Frame& frame : *all)
            frame.give_back();
}
