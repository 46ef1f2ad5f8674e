#include "manifest/interpolation.hpp"

#include "base/unicode.hpp"

namespace diorama::manifest {

namespace {

constexpr int most_depth = 16;
constexpr std::size_t most_bytes = 256UL << 10;

bool begins_name(char each)
{
    return each == '_' || (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z');
}

Error no_expression(std::string_view text)
{
    return {
        Code::invalid,
        fmt::format("'{}' is no variable", display(text, 60)),
        "Write ${NAME}, or $$ for a dollar sign."
    };
}

/// One text and what is left of it.
class Expander {
public:
    Expander(const Lookup& lookup, const Unset& unset) : lookup_(lookup), unset_(unset) {}

    Result<std::string> expand(std::string_view text, int depth)
    {
        std::string out;
        while (true) {
            const auto dollar = text.find('$');
            out.append(text.substr(0, dollar));
            if (dollar == std::string_view::npos) return out;
            text.remove_prefix(dollar);
            const auto taken = take(text, depth, out);
            if (!taken) return taken.error();
            text.remove_prefix(*taken);
            if (out.size() > most_bytes)
                return Error{Code::invalid, "a value grows too large by its variables", {}};
        }
    }

private:
    /// Expands what begins at the dollar sign; answers its length.
    Result<std::size_t> take(std::string_view text, int depth, std::string& out)
    {
        if (text.starts_with("$$")) {
            out += '$';
            return 2U;
        }
        if (text.starts_with("${")) return take_braced(text, depth, out);
        const auto length = name_length(text.substr(1));
        // Compose leaves a dollar sign alone that begins no name: `$(date)`, `$1`, `cost: 5$`.
        if (length == 0) {
            out += '$';
            return 1U;
        }
        out += value_or_empty(text.substr(1, length));
        return length + 1;
    }

    Result<std::size_t> take_braced(std::string_view text, int depth, std::string& out)
    {
        const auto end = closing_brace(text);
        if (end == std::string_view::npos || depth >= most_depth) return no_expression(text);
        const auto inside = text.substr(2, end - 2);
        const auto length = name_length(inside);
        if (length == 0) return no_expression(text.substr(0, end + 1));

        const auto value = braced(inside.substr(0, length), inside.substr(length), depth);
        if (!value) return value.error();
        out += *value;
        return end + 1;
    }

    Result<std::string> braced(std::string_view name, std::string_view rest, int depth)
    {
        if (rest.empty()) return value_or_empty(name);
        auto value = lookup_(name);
        const bool colon = rest.starts_with(':');
        if (colon) rest.remove_prefix(1);
        const bool there = value && !(colon && value->empty());
        const char sign = rest.empty() ? ' ' : rest.front();
        const auto right = rest.substr(rest.empty() ? 0 : 1);
        switch (sign) {
            case '-': return there ? Result<std::string>(*value) : expand(right, depth + 1);
            case '+': return there ? expand(right, depth + 1) : Result<std::string>("");
            case '?': return there ? Result<std::string>(*value) : required(name, right, depth);
            default: return no_expression(fmt::format("${{{}{}}}", name, rest));
        }
    }

    Result<std::string> required(std::string_view name, std::string_view why, int depth)
    {
        const auto reason = expand(why, depth + 1);
        if (!reason) return reason.error();
        return Error{
            Code::invalid,
            fmt::format(
                "the variable {} is required and not set{}{}",
                name,
                reason->empty() ? "" : ": ",
                display(*reason)
            ),
            fmt::format("Set {} in .env, or give it a default: ${{{}:-value}}.", name, name)
        };
    }

    std::string value_or_empty(std::string_view name)
    {
        auto value = lookup_(name);
        if (!value) unset_(name);
        return value.value_or("");
    }

    /// Where the brace that begins `text` ("${…") ends; only "${" nests.
    static std::size_t closing_brace(std::string_view text)
    {
        int open = 0;
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (text.substr(at).starts_with("${")) ++open;
            if (text[at] == '}' && --open == 0) return at;
        }
        return std::string_view::npos;
    }

    const Lookup& lookup_;
    const Unset& unset_;
};

}  // namespace

std::size_t name_length(std::string_view text)
{
    if (text.empty() || !begins_name(text.front())) return 0;
    std::size_t length = 1;
    while (length < text.size() &&
           (begins_name(text[length]) || (text[length] >= '0' && text[length] <= '9')))
        ++length;
    return length;
}

Result<std::string> interpolate(std::string_view text, const Lookup& lookup, const Unset& unset)
{
    return Expander(lookup, unset).expand(text, 0);
}

}  // namespace diorama::manifest
