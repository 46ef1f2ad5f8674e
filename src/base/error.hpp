#pragma once

#include <boost/system/result.hpp>
#include <fmt/format.h>

#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// What the caller can do about a failure: no finer, no coarser. The order matters to
/// `is_retryable`; the command line's exit codes and the API's statuses are projections.
enum class Code {
    none,          ///< No failure: what asking a success for its error gives.
    invalid,       ///< What was given is wrong and stays wrong: a person must change it.
    unauthorized,  ///< Nobody known asks.
    forbidden,     ///< Somebody known asks for what they may not.
    refused,       ///< A policy of this installation says no.
    not_found,
    conflict,    ///< The thing moved on, or exists already: read again, then decide.
    superseded,  ///< A newer wish replaced this one.
    cancelled,   ///< Whoever asked no longer wants it.
    too_many,    ///< A limit is reached; it may free up.
    timed_out,
    unavailable,  ///< A peer does not answer, or not sensibly: later may work.
};

std::string_view name(Code code);

/// The one of that name; `none` for a word that is none.
Code code_named(std::string_view text);

/// True when the same request may succeed later without anyone changing it.
constexpr bool is_retryable(Code code)
{
    return code >= Code::too_many;
}

/// A failure somebody near the call is expected to handle.
struct Error {
    Code code;
    std::string
        message;       ///< For a person: what was tried, on what (file:line:column), why it failed.
    std::string mend;  ///< What to do about it, one imperative sentence; may be empty.

    /// Adds what we were doing: `error.during("pull nginx:1.27")`.
    [[nodiscard]] Error during(std::string_view doing) const
    {
        return {code, fmt::format("{}: {}", doing, message), mend};
    }

    /// Message and mend as one text of one or two sentences.
    [[nodiscard]] std::string text() const;

    friend bool operator==(const Error&, const Error&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Error& error)
    {
        return out << error.text();
    }
};

template <class T = void>
using Result = boost::system::result<T, Error>;

inline Result<> ok()
{
    return {};
}

/// Called by `Result::value()` when there is none: asking without looking is a bug.
[[noreturn]] inline void
throw_exception_from_error(const Error& error, const boost::source_location&)
{
    throw std::logic_error("unchecked error: " + error.text());
}

}  // namespace diorama
