#include "base/frame_store.hpp"

#include <array>
#include <new>

namespace diorama {

namespace {

constexpr std::size_t step = 128;
constexpr std::size_t classes = 16;  ///< Frames beyond 2 KiB are rare, and left to malloc.
constexpr unsigned most = 128;       ///< Spare frames of a class.

/// A frame that nobody uses holds the way to the next.
struct Spare {
    Spare* next;
};

struct Stack {
    Spare* top = nullptr;
    unsigned height = 0;
};

/// Outlives `store`: a frame may be given back while a thread's objects are destroyed.
constinit thread_local bool closed = false;

struct Store {
    constexpr Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    ~Store()
    {
        closed = true;
        for (Stack& stack : stacks)
            while (stack.top != nullptr)
                ::operator delete(pop(stack));
    }

    static void* pop(Stack& stack)
    {
        Spare* const frame = stack.top;
        stack.top = frame->next;
        --stack.height;
        return frame;
    }
    static void push(Stack& stack, void* frame)
    {
        stack.top = new (frame) Spare{stack.top};
        ++stack.height;
    }

    std::array<Stack, classes> stacks;
};

constinit thread_local Store store;

/// The stack for frames of this size, or none.
Stack* stack_for(std::size_t bytes)
{
#if __has_feature(address_sanitizer)
    // It finds what is used too late only if memory is not used again at once.
    return nullptr;
#endif
    const std::size_t place = (bytes - 1) / step;
    return place < classes && !closed ? &store.stacks[place] : nullptr;
}

}  // namespace

void* take_frame(std::size_t bytes)
{
    Stack* const stack = stack_for(bytes);
    if (stack == nullptr) return ::operator new(bytes);
    if (stack->top != nullptr) return Store::pop(*stack);
    return ::operator new((bytes + step - 1) / step * step);
}

void give_back_frame(void* frame, std::size_t bytes) noexcept
{
    Stack* const stack = stack_for(bytes);
    if (stack == nullptr || stack->height == most) {
        ::operator delete(frame);
        return;
    }
    Store::push(*stack, frame);
}

}  // namespace diorama
