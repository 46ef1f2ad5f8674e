#include "git/ref.hpp"

#include "base/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace diorama::git {

namespace {

constexpr std::size_t longest = 1024;

Error bad(std::string_view why)
{
    return {
        Code::invalid,
        fmt::format("a branch or other reference is misnamed: {}", why),
        "Give the name as `git branch --list` or `git ls-remote` prints it."
    };
}

/// The rules of git-check-ref-format for one part between slashes.
std::string_view fault_of_part(std::string_view part)
{
    if (part.empty()) return "it has an empty part";
    if (part.starts_with('.')) return "a part begins with '.'";
    if (part.ends_with(".lock")) return "a part ends with '.lock'";
    return {};
}

/// The rules for the whole, and that it is UTF-8: names travel in JSON, and are shown.
std::string_view fault_of_text(std::string_view text)
{
    if (text.size() > longest) return "it is longer than 1024 bytes";
    if (text.contains("..")) return "it contains '..'";
    if (text.contains("@{")) return "it contains '@{'";
    if (text.ends_with('.')) return "it ends with '.'";
    const auto forbidden = [](unsigned char c) {
        return c <= ' ' || c == 0x7f || std::string_view("~^:?*[\\").contains(static_cast<char>(c));
    };
    if (std::ranges::any_of(text, forbidden))
        return "it contains a space, a control character or one of ~^:?*[\\";
    return {};
}

/// Where forges put the heads of pull requests: before and after the number.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> head_forms{
    {
     {"refs/pull/", "/head"},
     {"refs/merge-requests/", "/head"},
     {"refs/pull-requests/", "/from"},
     }
};

}  // namespace

Result<RefName> RefName::parse(std::string_view full)
{
    if (full == "HEAD") return head();
    if (!full.starts_with("refs/")) return bad("a full name is HEAD or begins with refs/");
    if (const auto fault = fault_of_text(full); !fault.empty()) return bad(fault);
    if (!is_utf8(full)) return bad("it is not UTF-8");
    for (std::size_t from = 0; from <= full.size();) {
        const auto end = std::min(full.find('/', from), full.size());
        if (const auto fault = fault_of_part(full.substr(from, end - from)); !fault.empty())
            return bad(fault);
        from = end + 1;
    }
    return RefName(std::string(full));
}

Result<RefName> RefName::branch(std::string_view name)
{
    return parse(fmt::format("refs/heads/{}", name));
}

RefName RefName::head()
{
    return RefName("HEAD");
}

std::string RefName::brief() const
{
    constexpr std::string_view heads = "refs/heads/";
    return is_branch() ? text_.substr(heads.size()) : text_;
}

std::vector<RefName> pull_request_heads(std::uint64_t number)
{
    std::vector<RefName> heads;
    heads.reserve(head_forms.size());
    for (const auto& [before, after] : head_forms)
        heads.push_back(*RefName::parse(fmt::format("{}{}{}", before, number, after)));
    return heads;
}

std::uint64_t pull_request_of(const RefName& ref)
{
    for (const auto& [before, after] : head_forms) {
        std::string_view text = ref.text();
        if (!text.starts_with(before) || !text.ends_with(after)) continue;
        if (text.size() <= before.size() + after.size()) continue;
        text.remove_prefix(before.size());
        text.remove_suffix(after.size());
        std::uint64_t number = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
        // Written back, so that 07 is not taken for 7.
        if (read.ec == std::errc() && fmt::format("{}", number) == text) return number;
    }
    return 0;
}

}  // namespace diorama::git
