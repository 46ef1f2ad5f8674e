#include "net/wire.hpp"

namespace diorama {

namespace {

constexpr std::size_t read_size = 16U << 10U;

/// Where the head ends, or 0. A line that ends without CR can only be an attack or a mistake: it is
/// reported at once instead of waiting for an end that will not come.
Result<std::size_t> head_end(const std::string& buffer)
{
    const auto end = buffer.find("\r\n\r\n");
    const auto bare = buffer.find('\n');
    if (bare == 0 || (bare != std::string::npos && buffer[bare - 1] != '\r'))
        return Error{Code::invalid, "malformed HTTP message: a line ends without CR", ""};
    return end == std::string::npos ? 0 : end + 4;
}

}  // namespace

Task<Result<bool>> Wire::fill()
{
    const auto before = buffer_.size();
    buffer_.resize(before + read_size);
    const auto got = co_await stream_.read(std::span(buffer_).subspan(before));
    buffer_.resize(before + (got ? *got : 0));
    if (!got) co_return got.error();
    co_return *got != 0;
}

Task<Result<std::optional<std::string>>> Wire::head(std::size_t limit)
{
    for (;;) {
        const auto end = head_end(buffer_);
        if (!end) co_return end.error();
        if (*end > limit || (*end == 0 && buffer_.size() > limit))
            co_return Error{
                Code::too_many, fmt::format("the head is longer than {} bytes", limit), ""
            };
        if (*end != 0) {
            std::string head = buffer_.substr(0, *end);
            buffer_.erase(0, *end);
            co_return std::optional(std::move(head));
        }
        const auto more = co_await fill();
        if (!more) co_return more.error();
        if (*more) continue;
        if (buffer_.empty()) co_return std::optional<std::string>{};
        co_return Error{Code::unavailable, "the connection ended in the middle of the head", ""};
    }
}

Task<Result<std::optional<std::string>>> Wire::piece(http1::BodyDecoder& decoder)
{
    for (;;) {
        auto found = decoder.feed(buffer_);
        if (!found) co_return found.error();
        if (!found->empty()) co_return std::optional(std::move(*found));
        if (decoder.done()) co_return std::optional<std::string>{};
        const auto more = co_await fill();
        if (!more) co_return more.error();
        if (*more) continue;
        const auto ended = decoder.finish();
        if (!ended) co_return ended.error();
    }
}

Task<Result<std::string>> Wire::body(http1::BodyDecoder& decoder, std::size_t limit)
{
    std::string whole;
    for (;;) {
        auto part = co_await piece(decoder);
        if (!part) co_return part.error();
        if (!*part) co_return whole;
        whole += **part;
        if (whole.size() > limit)
            co_return Error{
                Code::too_many, fmt::format("the body is longer than {} bytes", limit), ""
            };
    }
}

}  // namespace diorama
