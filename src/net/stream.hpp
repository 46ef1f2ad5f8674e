#pragma once

#include "base/error.hpp"
#include "base/task.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace diorama {

/// Bytes both ways: TCP, a unix socket, or TLS on top of one. One reader and one writer at a time;
/// it must outlive both.
class Stream {
public:
    virtual ~Stream() = default;

    /// Reads at least one byte; 0 when the peer sends no more.
    virtual Task<Result<std::size_t>> read(std::span<char> into) = 0;
    /// Writes all of `bytes`, which must stay until it returns.
    virtual Task<Result<>> write(std::string_view bytes) = 0;
    /// Tells the peer that nothing more will be written; reading goes on.
    virtual void finish() = 0;
    /// Ends it now: what waits returns with `cancelled`.
    virtual void close() = 0;
    /// True when nothing can be read at the moment and the peer has not gone: an idle connection
    /// may be used again.
    virtual bool quiet() const = 0;
};

}  // namespace diorama
