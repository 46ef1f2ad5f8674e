#pragma once

#include <string>
#include <vector>

namespace diorama {

/// What strangers call their branches, repositories, services and files (SEC-01, SEC-02).
inline std::vector<std::string> hostile_texts()
{
    using namespace std::string_literals;
    return {
        "",
        "-",
        "--",
        "---a---b---",
        ".",
        "..",
        "a..b",
        "../../etc/passwd",
        "/",
        "//",
        "a;touch pwned",
        "$(id)",
        "`id`",
        "${HOME}",
        "{slug}{n}",
        "%s%n%d",
        "--upload-pack=touch pwned",
        "-oProxyCommand=touch pwned",
        "line\nbreak",
        "carriage\rreturn",
        "nul\0inside"s,
        "\0"s,
        "tab\tand space ",
        "right\u202eto\u202cleft",
        "\u202e",
        "zero\u200bwidth",
        "日本語",
        "Ünïcödé",
        "🚀",
        "K\u212aelvin",
        "xn--80ak6aa92e",
        "xn--",
        "a--b",
        "\xff\xfe\x80",
        "\xc3\x28",
        "'\"\\",
        "' OR 1=1 --",
        "<script>alert(1)</script>",
        "a|b@everyone",
        "\x1b[31mred\x1b]8;;http://x\x07",
        "UPPER.Case_Name",
        "localhost",
        "api",
        "www",
        "pr-2",
        "0",
        "127.0.0.1",
        "*",
        "#",
        std::string(63, 'a'),
        std::string(64, 'a'),
        std::string(255, 'a'),
        std::string(255, '-'),
        std::string(255, '.'),
        std::string(4096, 'x') + "é",
        std::string(62, 'a') + "-b",
        std::string(54, 'a') + "-" + std::string(54, 'b'),
    };
}

}  // namespace diorama
