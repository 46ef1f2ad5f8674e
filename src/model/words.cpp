#include "model/words.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>

namespace diorama {

namespace {

constexpr bool is_digit(char each)
{
    return each >= '0' && each <= '9';
}

constexpr bool is_upper(char each)
{
    return each >= 'A' && each <= 'Z';
}

constexpr bool is_letter(char each)
{
    return is_upper(each) || (each >= 'a' && each <= 'z');
}

constexpr bool is_alphanumeric(char each)
{
    return is_letter(each) || is_digit(each);
}

constexpr bool is_control(char each)
{
    return static_cast<unsigned char>(each) < 0x20 || each == 0x7f;
}

bool all_digits(std::string_view text)
{
    return !text.empty() && text.size() <= 10 && std::ranges::all_of(text, is_digit);
}

/// Letters, digits and `others`, beginning with a letter, a digit or one of `first`.
bool is_word(
    std::string_view text, std::size_t most, std::string_view others, std::string_view first
)
{
    if (text.empty() || text.size() > most) return false;
    if (!is_alphanumeric(text.front()) && !first.contains(text.front())) return false;
    return std::ranges::all_of(text, [&](char each) {
        return is_alphanumeric(each) || others.contains(each);
    });
}

/// Calls `visit` for each part between the slashes of `path` and ands the answers.
template <class Visit>
bool each_part(std::string_view path, Visit visit)
{
    while (true) {
        const auto end = path.find('/');
        if (!visit(path.substr(0, end))) return false;
        if (end == std::string_view::npos) return true;
        path.remove_prefix(end + 1);
    }
}

bool is_plain_part(std::string_view part)
{
    return !part.empty() && part != "." && part != "..";
}

bool is_scene_ipv4(const unsigned char* bytes)
{
    const bool link_local = bytes[0] == 169 && bytes[1] == 254;
    return !link_local && bytes[0] != 0 && bytes[0] < 224;
}

bool is_scene_ipv6(const unsigned char* bytes)
{
    static constexpr std::array<unsigned char, 16> unspecified{};
    static constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    // fd00:ec2::254 answers as a metadata service does.
    static constexpr std::array<unsigned char, 4> metadata{0xfd, 0x00, 0x0e, 0xc2};
    if (std::equal(mapped.begin(), mapped.end(), bytes))
        return is_scene_ipv4(bytes + mapped.size());
    const bool link_local = bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
    return !link_local && bytes[0] != 0xff &&
           !std::equal(unspecified.begin(), unspecified.end(), bytes) &&
           !std::equal(metadata.begin(), metadata.end(), bytes);
}

}  // namespace

bool has_control(std::string_view text)
{
    return std::ranges::any_of(text, is_control);
}

bool is_name(std::string_view text)
{
    return is_word(text, 63, "._-", "_");
}

bool is_variable(std::string_view text)
{
    return is_word(text, 256, "_", "_") && !is_digit(text.front());
}

bool is_environment_name(std::string_view text)
{
    return !text.empty() && text.size() <= 256 && !has_control(text) &&
           text.find_first_of("= ") == std::string_view::npos;
}

bool is_host_name(std::string_view text)
{
    if (text.size() > 253 || text.empty()) return false;
    while (true) {
        const auto end = text.find('.');
        const auto label = text.substr(0, end);
        if (!is_word(label, 63, "_-", "_") || label.ends_with('-')) return false;
        if (end == std::string_view::npos) return true;
        text.remove_prefix(end + 1);
    }
}

bool is_image_reference(std::string_view text)
{
    if (!is_word(text, 255, "._-/:@", "")) return false;
    if (std::ranges::count(text, '@') > 1 || !is_alphanumeric(text.back())) return false;
    const auto name = text.substr(0, text.find('@'));
    return each_part(name, is_plain_part);
}

bool is_tree_path(std::string_view text)
{
    if (text == ".") return true;
    if (text.empty() || text.size() > 1024 || text.contains('\0')) return false;
    return each_part(text, [](std::string_view part) {
        return is_plain_part(part) && part != ".git";
    });
}

bool is_container_path(std::string_view text)
{
    if (text.size() < 2 || text.size() > 1024 || !text.starts_with('/') || has_control(text))
        return false;
    return each_part(text.substr(1), is_plain_part);
}

bool is_kernel_path(std::string_view text)
{
    const auto below = [&](std::string_view root) {
        return text.starts_with(root) && (text.size() == root.size() || text[root.size()] == '/');
    };
    return below("/proc") || below("/sys") || (below("/dev") && !below("/dev/shm"));
}

bool is_capability(std::string_view text)
{
    return !text.empty() && text.size() <= 32 &&
           std::ranges::all_of(text, [](char each) { return is_upper(each) || each == '_'; });
}

bool is_sysctl_value(std::string_view text)
{
    return !text.empty() && text.size() <= 64 && is_digit(text.front()) &&
           std::ranges::all_of(text, [](char each) { return is_digit(each) || each == ' '; });
}

bool is_user(std::string_view text)
{
    if (text.empty()) return true;
    const auto colon = text.find(':');
    const auto is_one = [](std::string_view part) { return is_word(part, 32, "._-", "_"); };
    if (colon == std::string_view::npos) return is_one(text);
    return is_one(text.substr(0, colon)) && is_one(text.substr(colon + 1));
}

bool is_owner(std::string_view text)
{
    if (text.empty()) return true;
    const auto colon = text.find(':');
    return colon != std::string_view::npos && all_digits(text.substr(0, colon)) &&
           all_digits(text.substr(colon + 1));
}

bool is_restart_policy(std::string_view text)
{
    constexpr std::string_view counted = "on-failure:";
    if (text.starts_with(counted)) return all_digits(text.substr(counted.size()));
    return text == "no" || text == "always" || text == "unless-stopped" || text == "on-failure";
}

bool is_signal(std::string_view text)
{
    if (text.empty()) return true;
    return text.size() <= 16 && std::ranges::all_of(text, [](char each) {
               return is_upper(each) || is_digit(each) || each == '+' || each == '-';
           });
}

bool is_platform(std::string_view text)
{
    if (text.empty() || text == "linux") return true;
    return text.starts_with("linux/") && is_word(text, 32, "/", "") && is_alphanumeric(text.back());
}

bool is_url_path(std::string_view text)
{
    return text.starts_with('/') && text.size() <= 1024 &&
           std::ranges::all_of(text, [](char each) { return each > 0x20 && each < 0x7f; });
}

bool is_scene_address(std::string_view text)
{
    const std::string address(text);
    std::array<unsigned char, 16> bytes{};
    if (inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) return is_scene_ipv4(bytes.data());
    if (inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1) return is_scene_ipv6(bytes.data());
    return text != "host-gateway" && is_name(text) && !is_digit(text.front());
}

}  // namespace diorama
