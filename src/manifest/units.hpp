#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace diorama::manifest {

/// Sizes as Compose has them: "512", "512b", "64k", "512m", "1gb", "1.5g", "512MiB". Binary units.
/// "-1" and what is no size give nothing.
std::optional<std::uint64_t> parse_bytes(std::string_view text);

/// true, false and the words YAML 1.1 had for them, since interpolation gives text.
std::optional<bool> parse_boolean(std::string_view text);

/// A whole number, all of `text`.
std::optional<std::int64_t> parse_whole(std::string_view text);

/// A finite number, all of `text`.
std::optional<double> parse_number(std::string_view text);

/// File modes: "0644", "0o644", "644" (octal, as everybody means it).
std::optional<std::uint32_t> parse_mode(std::string_view text);

}  // namespace diorama::manifest
