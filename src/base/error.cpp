#include "base/error.hpp"

#include <cstdlib>

namespace diorama {

std::string_view name(Code code)
{
    switch (code) {
        case Code::none: return "none";
        case Code::invalid: return "invalid";
        case Code::unauthorized: return "unauthorized";
        case Code::forbidden: return "forbidden";
        case Code::refused: return "refused";
        case Code::not_found: return "not_found";
        case Code::conflict: return "conflict";
        case Code::superseded: return "superseded";
        case Code::cancelled: return "cancelled";
        case Code::too_many: return "too_many";
        case Code::timed_out: return "timed_out";
        case Code::unavailable: return "unavailable";
    }
    std::abort();
}

Code code_named(std::string_view text)
{
    for (auto code = Code::invalid; code <= Code::unavailable;
         code = static_cast<Code>(static_cast<int>(code) + 1))
        if (name(code) == text) return code;
    return Code::none;
}

std::string Error::text() const
{
    if (mend.empty()) return message;
    // Where what somebody else said stands last, our advice begins a line of its own.
    if (message.contains('\n') && !message.ends_with('\n'))
        return fmt::format("{}\n{}", message, mend);
    const bool ended = message.ends_with('.') || message.ends_with('?') || message.ends_with('\n');
    return fmt::format("{}{} {}", message, ended ? "" : ".", mend);
}

}  // namespace diorama
