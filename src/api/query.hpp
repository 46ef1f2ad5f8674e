#pragma once

#include "base/error.hpp"
#include "net/http.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace diorama::api {

/// Refuses a parameter that is none of `names`, and tells the nearest: a filter that was misspelt
/// would else show everything.
Result<> only_known(const Request& request, std::initializer_list<std::string_view> names);

/// `text` as a number that a column holds; `invalid` with `name`.
Result<std::uint64_t> whole_number(std::string_view name, std::string_view text);

/// `?limit=`, from 1 to 1000.
Result<std::size_t> limit_of(const Request& request, std::size_t otherwise);

/// A sequence in the query; nothing when absent.
Result<std::optional<std::uint64_t>> sequence_of(const Request& request, std::string_view name);

/// Where to go on: the Last-Event-ID of a stream that broke, which a browser sends with the
/// unchanged query of before (WHATWG HTML, 9.2.4), else `?after=`.
Result<std::optional<std::uint64_t>> resume_after(const Request& request);

/// `?name=true` or `false`; false when absent.
Result<bool> truth_of(const Request& request, std::string_view name);

}  // namespace diorama::api
