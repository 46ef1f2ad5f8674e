#pragma once

#include "base/error.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace diorama {

class Reading;
struct Node;

/// A number of bytes that people write with a unit: memory limits, quotas. In documents it is text
/// ("512m") or a whole number of bytes.
struct ByteSize {
    std::uint64_t bytes = 0;

    friend auto operator<=>(const ByteSize&, const ByteSize&) = default;
};

/// As Compose and Docker have it: "100", "2b", "64k", "512m", "1.5g", "1 GB", "10MiB", units up to
/// p, case aside. All units are powers of 1024, whether or not they have an i.
Result<ByteSize> parse_byte_size(std::string_view text);

/// For documents, exact, in the largest unit that leaves no rest: "512m", "1000b".
std::string format_byte_size(ByteSize size);

/// For people, at most three digits and one after the point: "512 MiB", "1.5 GiB", "999 B".
std::string human_byte_size(ByteSize size);

void read_node(Reading& reading, const Node& node, ByteSize& into);
Node write_node(const ByteSize& size);

}  // namespace diorama
