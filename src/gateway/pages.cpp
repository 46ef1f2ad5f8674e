#include "gateway/pages.hpp"

#include <fmt/format.h>

#include <utility>

namespace diorama::gateway {

namespace {

constexpr std::string_view document = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
{reload}<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --ink: #1f2430; --soft: #5b6475; --paper: #fbfaf8; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #e8e6e1; --soft: #9aa3b2; --paper: #16181d; }} }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper);
  color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; }}
main {{ max-width: 32rem; padding: 2rem; }}
h1 {{ margin: 0 0 .5rem; font-size: 1.5rem; font-weight: 600; }}
p {{ margin: 0; color: var(--soft); }}
</style>
</head>
<body><main><h1>{title}</h1><p>{text} {here}</p></main></body>
</html>
)";

std::string_view reason(int status)
{
    switch (status) {
        case 308: return "Permanent Redirect";
        case 400: return "Bad Request";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 408: return "Request Timeout";
        case 431: return "Request Header Fields Too Large";
        case 501: return "Not Implemented";
        case 502: return "Bad Gateway";
        case 503: return "Service Unavailable";
        case 504: return "Gateway Timeout";
        case 505: return "HTTP Version Not Supported";
        default: return "Error";
    }
}

std::string html(const Page& page, bool reload)
{
    const bool again = reload && page.reload > 0;
    const std::string look_again =
        again ? fmt::format("<meta http-equiv=\"refresh\" content=\"{}\">\n", page.reload) : "";
    return fmt::format(
        document,
        fmt::arg("reload", look_again),
        fmt::arg("title", page.title),
        fmt::arg("text", page.text),
        fmt::arg("here", again ? page.here : "")
    );
}

/// For programs, and whoever reads what they print.
std::string line(const Page& page)
{
    std::string text = fmt::format("{}. {}", page.title, page.text);
    if (page.reload == 1) text += " Try again in a second.";
    if (page.reload > 1) text += fmt::format(" Try again in {} seconds.", page.reload);
    return text;
}

/// RFC 9457; none of our words needs an escape.
std::string problem(const Page& page)
{
    return fmt::format(
        R"({{"title":"{}","status":{},"detail":"{}"}})",
        reason(page.status),
        page.status,
        line(page)
    );
}

struct Content {
    std::string_view type;
    std::string body;
};

Content content(const Page& page, Rendering how)
{
    if (how.html) return {"text/html; charset=utf-8", html(page, how.reload)};
    if (how.json) return {"application/problem+json", problem(page) + "\n"};
    return {"text/plain; charset=utf-8", line(page) + "\n"};
}

Page waiting(std::string_view title, std::string_view text, std::string_view here, int reload)
{
    return {.status = 503, .title = title, .text = text, .here = here, .reload = reload};
}

Page waking_page(State state)
{
    if (state == State::updating) {
        return waiting(
            "A new version is on its way",
            "This preview rested, because nobody had used it for a while.",
            "It opens here by itself.",
            2
        );
    }
    return waiting(
        "This preview is waking up",
        "It rested, because nobody had used it for a while.",
        "It opens here by itself in a moment.",
        1
    );
}

}  // namespace

Page unknown_page()
{
    return {
        .status = 404,
        .title = "Nothing to see here",
        .text = "There is no preview at this address. It may be gone, or the link may be mistyped.",
    };
}

Page starting_page()
{
    return waiting("Diorama is starting", "Previews answer again in a moment.", "", 1);
}

Page waiting_page(const Route& route)
{
    if (route.wakes) return waking_page(route.state);
    switch (route.state) {
        case State::awaiting_approval:
            return waiting(
                "Waiting for an approval",
                "Somebody has to allow this preview first.",
                "It appears here then.",
                10
            );
        case State::pending:
        case State::provisioning:
            return waiting(
                "This preview is being put up",
                "It answers as soon as it is ready.",
                "This page looks again by itself.",
                2
            );
        case State::asleep:
            return waiting(
                "This preview is asleep", "It rests, because nobody had used it for a while.", "", 5
            );
        case State::failed:
            return waiting(
                "This preview is not running",
                "Its last deployment failed.",
                "The next one appears here by itself.",
                10
            );
        case State::destroying:
        case State::destroyed:
            return waiting(
                "This preview is being taken down", "It will not come back by itself.", "", 10
            );
        case State::ready:
        case State::updating: break;
    }
    return waiting(
        "This preview is not answering yet",
        "It is about to.",
        "This page looks again by itself.",
        2
    );
}

Page unreachable_page()
{
    return {
        .status = 502,
        .title = "This preview did not answer",
        .text = "The app behind this address closed the connection or is not listening.",
    };
}

Page late_page()
{
    return {
        .status = 504,
        .title = "This preview took too long",
        .text = "The app behind this address did not answer in time.",
    };
}

Page redirect_page(std::string location)
{
    return {
        .status = 308,
        .title = "It lives one slash further",
        .text = "This address needs a slash at its end.",
        .location = std::move(location),
    };
}

Page refused_page(int status, std::string_view why)
{
    return {.status = status, .title = reason(status), .text = why};
}

std::string render(const Page& page, Rendering how)
{
    const auto [type, body] = content(page, how);
    std::string answer = fmt::format(
        "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n",
        page.status,
        reason(page.status),
        type,
        body.size()
    );
    if (how.html)
        answer += "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n";
    if (page.reload > 0) answer += fmt::format("Retry-After: {}\r\n", page.reload);
    if (!page.location.empty()) answer += fmt::format("Location: {}\r\n", page.location);
    if (page.status == 405) answer += "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n";
    if (how.close) answer += "Connection: close\r\n";
    answer += "\r\n";
    if (!how.head) answer += body;
    return answer;
}

}  // namespace diorama::gateway
