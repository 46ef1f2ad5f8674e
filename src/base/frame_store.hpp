#pragma once

#include <cstddef>

namespace diorama {

/// Memory for a coroutine's frame. Throws std::bad_alloc when there is none.
///
/// A request is half a dozen frames, and a hundred requests wait at a time. malloc keeps seven
/// blocks of a size at hand and goes a long way for the eighth; here each thread keeps what its
/// coroutines gave back for the next of about that size. What one thread took, another may give
/// back.
void* take_frame(std::size_t bytes);

/// `bytes` as they were asked for.
void give_back_frame(void* frame, std::size_t bytes) noexcept;

}  // namespace diorama
