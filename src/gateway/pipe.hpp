#pragma once

#include "gateway/fd.hpp"

#include <cstddef>
#include <vector>

namespace diorama::gateway {

/// The two ends of a kernel pipe that splice(2) moves bodies through.
struct PipeEnds {
    Fd exit;
    Fd entrance;
};

/// Empty pipes of one thread, kept for the next body.
class PipePool {
public:
    static constexpr std::size_t capacity = 256 * 1024;  ///< Asked of the kernel for each pipe.

    /// Ends without descriptors when the process has none left: copy then.
    PipeEnds take();
    void put_back(PipeEnds ends);

private:
    static constexpr std::size_t most = 64;

    std::vector<PipeEnds> spare_;
};

/// A pipe on loan. It goes back when empty; one with bytes in it is closed.
class Pipe {
public:
    explicit Pipe(PipePool& pool) : pool_(pool), ends_(pool.take()) {}
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe()
    {
        if (ends_.exit && bytes_ == 0) pool_.put_back(std::move(ends_));
    }

    explicit operator bool() const { return static_cast<bool>(ends_.exit); }
    int exit() const { return ends_.exit.get(); }
    int entrance() const { return ends_.entrance.get(); }
    void fill(std::size_t bytes) { bytes_ += bytes; }
    void drain(std::size_t bytes) { bytes_ -= bytes; }

private:
    PipePool& pool_;
    PipeEnds ends_;
    std::size_t bytes_ = 0;
};

}  // namespace diorama::gateway
