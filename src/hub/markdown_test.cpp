#include "hub/markdown.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

using namespace diorama::hub;

namespace {

/// Every tag in `html`, as it stands there.
std::set<std::string> tags(const std::string& html)
{
    static const std::regex tag("</?([a-z0-9]+)");
    std::set<std::string> found;
    for (std::sregex_iterator at(html.begin(), html.end(), tag), end; at != end; ++at)
        found.insert((*at)[1]);
    return found;
}

}  // namespace

TEST_CASE("the parts of a comment are shown as GitHub shows them")
{
    CHECK(render_markdown("# Hello\n") == "<h3>Hello</h3>\n");
    CHECK(render_markdown("a\nb\n\nc") == "<p>a\nb</p>\n<p>c</p>\n");
    CHECK(
        render_inline("**Preview ready** *now*") == "<strong>Preview ready</strong> <em>now</em>"
    );
    CHECK(render_inline("`a < b` and ``a`b``") == "<code>a &lt; b</code> and <code>a`b</code>");
    CHECK(
        render_inline("[`1a2b3c4`](<https://x.example/c>)") ==
        "<a href=\"https://x.example/c\" rel=\"nofollow noopener\"><code>1a2b3c4</code></a>"
    );
    CHECK(
        render_inline("<https://x.example/>") ==
        "<a href=\"https://x.example/\" rel=\"nofollow noopener\">https://x.example/</a>"
    );
    CHECK(render_markdown("- a\n- b\n") == "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n");
    CHECK(
        render_markdown("| a | b |\n|---|---|\n| 1 |  |\n") ==
        "<table>\n<tr><th>a</th><th>b</th></tr>\n<tr><td>1</td><td></td></tr>\n</table>\n"
    );
    CHECK(render_markdown("````text\n```\n<b>\n````\n") == "<pre>```\n&lt;b&gt;\n</pre>\n");
    CHECK(
        render_markdown("<details><summary>Log</summary>\n\nx\n\n</details>") ==
        "<details><summary>Log</summary>\n<p>x</p>\n</details>\n"
    );
    CHECK(render_inline("seen <!-- diorama:1:2 -->") == "seen ");
    CHECK(render_inline("a\\*b\\* &#124; &lt;") == "a*b* &#124; &lt;");
}

TEST_CASE("nothing typed becomes HTML (SEC-61)")
{
    CHECK(render_inline("<script>alert(1)</script>") == "&lt;script&gt;alert(1)&lt;/script&gt;");
    CHECK(render_inline("[x](javascript:alert)") == "[x](javascript:alert)");
    CHECK(render_inline("<javascript:alert>") == "&lt;javascript:alert&gt;");
    CHECK(render_inline("[x](https://a\"onclick=b)") == "[x](https://a&quot;onclick=b)");
    CHECK(render_inline("&copy; &#x3c; &#60") == "&amp;copy; &amp;#x3c; &amp;#60");
    CHECK(render_markdown("</details>") == "<p>&lt;/details&gt;</p>\n");
    CHECK(
        render_markdown("<details><summary><b></summary>") ==
        "<details><summary>&lt;b&gt;</summary>\n</details>\n"
    );
}

TEST_CASE("every comment that Diorama writes is shown with the few tags there are (SEC-61)")
{
    const std::set<std::string> allowed{
        "p", "a", "strong", "em", "code", "pre", "table", "tr", "th", "td", "details", "summary"
    };
    const auto folder = std::filesystem::path(DIORAMA_SOURCE_DIR) / "tests/data/github/comments";
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path());
        std::stringstream text;
        text << file.rdbuf();
        const std::string html = render_markdown(text.str());
        CHECK_MESSAGE(std::ranges::includes(allowed, tags(html)), entry.path().string() << html);
        CHECK(html.starts_with("<p><strong>Preview "));
        ++count;
    }
    CHECK(count >= 11);
}
