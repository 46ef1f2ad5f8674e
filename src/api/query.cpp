#include "api/query.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace diorama::api {

namespace {

constexpr std::size_t most = 1000;

}  // namespace

Result<std::uint64_t> whole_number(std::string_view name, std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    // Beyond what a column of the store holds nothing has a number.
    const bool fits = error == std::errc{} && value <= std::uint64_t{INT64_MAX};
    if (fits && end == text.data() + text.size() && !text.empty()) return value;
    return Error{
        Code::invalid,
        fmt::format("'{}' is '{}', which is no number here", name, display(text, 40)),
        "Write a whole number."
    };
}

Result<> only_known(const Request& request, std::initializer_list<std::string_view> names)
{
    for (const auto& [name, value] : request.query) {
        if (std::ranges::find(names, name) != names.end()) continue;
        const auto near = nearest(name, std::vector<std::string_view>(names));
        return Error{
            Code::invalid,
            fmt::format("the query has an unknown parameter '{}'", display(name, 40)),
            near ? fmt::format("Rename it to '{}'.", *near)
                 : fmt::format("Remove it; known here: {}.", fmt::join(names, ", "))
        };
    }
    return ok();
}

Result<std::size_t> limit_of(const Request& request, std::size_t otherwise)
{
    const auto given = request.query_value("limit");
    if (!given) return otherwise;
    const auto value = whole_number("limit", *given);
    if (!value) return value.error();
    if (*value >= 1 && *value <= most) return static_cast<std::size_t>(*value);
    return Error{
        Code::invalid,
        fmt::format("'limit' is {}, which is not between 1 and {}", *value, most),
        fmt::format("Ask for at most {}, and go on with 'after'.", most)
    };
}

Result<std::optional<std::uint64_t>> sequence_of(const Request& request, std::string_view name)
{
    const auto given = request.query_value(name);
    if (!given) return std::optional<std::uint64_t>{};
    const auto value = whole_number(name, *given);
    if (!value) return value.error();
    return std::optional(*value);
}

Result<std::optional<std::uint64_t>> resume_after(const Request& request)
{
    if (!request.headers.has("Last-Event-ID")) return sequence_of(request, "after");
    const auto value = whole_number("Last-Event-ID", request.headers.get("Last-Event-ID"));
    if (!value) return value.error();
    return std::optional(*value);
}

Result<bool> truth_of(const Request& request, std::string_view name)
{
    const auto given = request.query_value(name);
    if (!given || *given == "false") return false;
    if (*given == "true") return true;
    return Error{
        Code::invalid,
        fmt::format("'{}' is '{}'", name, display(*given, 40)),
        "Write true or false."
    };
}

}  // namespace diorama::api
