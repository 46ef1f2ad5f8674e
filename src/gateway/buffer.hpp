#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diorama::gateway {

class BufferPool;

/// 64 KiB on a page boundary, on loan from a pool while a request is under way.
class Buffer {
public:
    static constexpr std::size_t size = 64 * 1024;

    Buffer() = default;
    Buffer(BufferPool& pool, char* data) : pool_(&pool), data_(data) {}
    Buffer(Buffer&& other) noexcept : pool_(other.pool_), data_(std::exchange(other.data_, nullptr))
    {}
    Buffer& operator=(Buffer&& other) noexcept
    {
        std::swap(pool_, other.pool_);
        std::swap(data_, other.data_);
        return *this;
    }
    ~Buffer() { release(); }

    void release() noexcept;
    explicit operator bool() const { return data_ != nullptr; }
    char* data() const { return data_; }
    std::span<char> space(std::size_t from = 0) const { return {data_ + from, size - from}; }
    std::string_view text(std::size_t from, std::size_t bytes) const
    {
        return {data_ + from, bytes};
    }

private:
    BufferPool* pool_ = nullptr;
    char* data_ = nullptr;
};

/// Buffers of one thread, the one used last first, since it is still in the cache.
class BufferPool {
public:
    BufferPool() { spare_.reserve(most); }
    BufferPool(const BufferPool&) = delete;
    BufferPool& operator=(const BufferPool&) = delete;
    ~BufferPool();

    /// Throws std::bad_alloc when there is no memory.
    Buffer take();

private:
    friend class Buffer;
    static constexpr std::size_t most = 128;

    void put_back(char* data) noexcept;

    std::vector<char*> spare_;
};

/// Bytes that came and were not used yet.
class Inbox {
public:
    std::string_view text() const { return {buffer_.data() + begin_, end_ - begin_}; }
    std::size_t size() const { return end_ - begin_; }
    bool empty() const { return begin_ == end_; }

    /// Holds no memory until `open`.
    void close() { buffer_.release(); }
    void open(BufferPool& pool)
    {
        if (!buffer_) buffer_ = pool.take();
    }
    /// Takes out all there is, and holds no memory until `put_back`.
    std::string take_out();
    void put_back(BufferPool& pool, std::string_view text);
    /// Room for `most` bytes in all, moved to the front if need be.
    std::span<char> room(std::size_t most);
    void add(std::size_t bytes) { end_ += bytes; }
    void use(std::size_t bytes)
    {
        begin_ += bytes;
        if (begin_ == end_) begin_ = end_ = 0;
    }

private:
    Buffer buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace diorama::gateway
