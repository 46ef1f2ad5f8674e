#include "gateway/buffer.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace diorama::gateway {

void Buffer::release() noexcept
{
    if (data_ != nullptr) pool_->put_back(std::exchange(data_, nullptr));
}

BufferPool::~BufferPool()
{
    for (char* data : spare_)
        std::free(data);
}

Buffer BufferPool::take()
{
    if (!spare_.empty()) {
        char* data = spare_.back();
        spare_.pop_back();
        return {*this, data};
    }
    auto* data = static_cast<char*>(std::aligned_alloc(4096, Buffer::size));
    if (data == nullptr) throw std::bad_alloc();
    return {*this, data};
}

void BufferPool::put_back(char* data) noexcept
{
    if (spare_.size() < most)
        spare_.push_back(data);
    else
        std::free(data);
}

std::string Inbox::take_out()
{
    std::string all(text());
    use(size());
    close();
    return all;
}

void Inbox::put_back(BufferPool& pool, std::string_view text)
{
    open(pool);
    std::memcpy(buffer_.data(), text.data(), text.size());
    begin_ = 0;
    end_ = text.size();
}

std::span<char> Inbox::room(std::size_t most)
{
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, size());
        end_ = size();
        begin_ = 0;
    }
    most = std::min(most, Buffer::size);
    return {buffer_.data() + end_, most > end_ ? most - end_ : 0};
}

}  // namespace diorama::gateway
