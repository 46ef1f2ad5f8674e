#include "net/http1.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace diorama::http1 {

namespace {

Error malformed(std::string_view why)
{
    return {Code::invalid, fmt::format("malformed HTTP message: {}", why), ""};
}

bool is_token(std::string_view text)
{
    static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               marks.find(c) != std::string_view::npos;
    });
}

bool is_field_value(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) {
        return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    });
}

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <class Number>
bool read_number(std::string_view digits, Number& number, int base = 10)
{
    if (digits.empty() || digits.front() == '-' || digits.front() == '+') return false;
    const auto end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number, base);
    return error == std::errc{} && stop == end;
}

/// 0 or 1; anything else is another protocol.
Result<int> read_version(std::string_view text)
{
    if (text == "HTTP/1.1") return 1;
    if (text == "HTTP/1.0") return 0;
    return malformed("the version is neither HTTP/1.0 nor HTTP/1.1");
}

/// The first line; `text` keeps the rest.
Result<std::string_view> next_line(std::string_view& text)
{
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return malformed("a line does not end");
    if (end == 0 || text[end - 1] != '\r') return malformed("a line ends without CR");
    const auto line = text.substr(0, end - 1);
    text.remove_prefix(end + 1);
    return line;
}

Result<Headers> parse_fields(std::string_view text)
{
    Headers headers;
    for (;;) {
        const auto line = next_line(text);
        if (!line) return line.error();
        if (line->empty()) break;
        const auto colon = line->find(':');
        if (colon == std::string_view::npos || !is_token(line->substr(0, colon)))
            return malformed("a header field has no proper name");
        const auto value = trimmed(line->substr(colon + 1));
        if (!is_field_value(value)) return malformed("a header field holds a control character");
        headers.add(std::string(line->substr(0, colon)), std::string(value));
    }
    if (!text.empty()) return malformed("something follows the head");
    return headers;
}

bool is_target(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

Result<Framing> declared(const Headers& headers, int minor)
{
    const auto codings = headers.all("Transfer-Encoding");
    const auto lengths = headers.all("Content-Length");
    if (codings.empty() && lengths.empty()) return Framing{};
    if (!codings.empty() && !lengths.empty())
        return malformed("both Content-Length and Transfer-Encoding");
    if (codings.size() > 1 || lengths.size() > 1)
        return malformed("the body's length is said twice");
    if (!codings.empty()) {
        if (minor == 0) return malformed("Transfer-Encoding in HTTP/1.0");
        if (codings[0].size() != 7 || !headers.lists("Transfer-Encoding", "chunked"))
            return malformed("a transfer coding other than chunked");
        return Framing{.kind = Framing::Kind::chunked};
    }
    Framing framing{.kind = Framing::Kind::length};
    if (!read_number(lengths[0], framing.length)) return malformed("Content-Length is no number");
    return framing;
}

}  // namespace

Result<RequestHead> parse_request(std::string_view text)
{
    const auto line = next_line(text);
    if (!line) return line.error();
    const auto first = line->find(' ');
    const auto last = line->rfind(' ');
    if (first == std::string_view::npos || first == last)
        return malformed("the request line has not three parts");
    RequestHead head{
        .method = std::string(line->substr(0, first)),
        .target = std::string(line->substr(first + 1, last - first - 1)),
    };
    if (!is_token(head.method) || !is_target(head.target))
        return malformed("the request line is not readable");
    const auto minor = read_version(line->substr(last + 1));
    if (!minor) return minor.error();
    head.minor = *minor;
    auto headers = parse_fields(text);
    if (!headers) return headers.error();
    head.headers = std::move(*headers);
    const auto hosts = head.headers.all("Host").size();
    if (hosts > 1 || (hosts == 0 && head.minor == 1))
        return malformed("there is not exactly one Host");
    return head;
}

Result<ResponseHead> parse_response(std::string_view text)
{
    const auto line = next_line(text);
    if (!line) return line.error();
    const auto minor = read_version(line->substr(0, 8));
    if (!minor) return minor.error();
    ResponseHead head{.minor = *minor};
    const bool shaped =
        line->size() >= 12 && (*line)[8] == ' ' && (line->size() == 12 || (*line)[12] == ' ');
    if (!shaped || !read_number(line->substr(9, 3), head.status) || head.status < 100)
        return malformed("the status line is not readable");
    auto headers = parse_fields(text);
    if (!headers) return headers.error();
    head.headers = std::move(*headers);
    return head;
}

Result<Framing> framing(const RequestHead& head)
{
    return declared(head.headers, head.minor);
}

Result<Framing> framing(const ResponseHead& head, std::string_view request_method)
{
    const bool bodiless =
        request_method == "HEAD" || head.status < 200 || head.status == 204 || head.status == 304;
    if (bodiless) return Framing{};
    auto found = declared(head.headers, head.minor);
    if (found && found->kind == Framing::Kind::none) found->kind = Framing::Kind::until_close;
    return found;
}

bool keeps_alive(const Headers& headers, int minor)
{
    if (headers.lists("Connection", "close")) return false;
    return minor == 1 || headers.lists("Connection", "keep-alive");
}

Result<> read_target(Request& request)
{
    std::string_view target = request.target;
    if (target.starts_with("http://") || target.starts_with("https://")) {
        const auto authority = target.substr(target.find("//") + 2);
        const auto end = std::min(authority.find_first_of("/?"), authority.size());
        request.headers.set("Host", std::string(authority.substr(0, end)));
        target = authority.substr(end);
    }
    const auto mark = target.find('?');
    request.path = target.substr(0, mark);
    if (request.path.empty()) request.path = "/";
    if (request.path == "*") return ok();
    if (request.path.front() != '/' || target.find('#') != std::string_view::npos)
        return malformed("the target is no path");
    std::string_view rest = std::string_view(request.path).substr(1);
    while (!rest.empty()) {
        const auto slash = rest.find('/');
        auto segment = decode_component(rest.substr(0, slash));
        if (!segment) return segment.error();
        if (*segment == "." || *segment == "..")
            return malformed("the path holds a '.' or '..' segment");
        request.segments.push_back(std::move(*segment));
        rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    }
    if (mark == std::string_view::npos) return ok();
    auto query = parse_query(target.substr(mark + 1));
    if (!query) return query.error();
    request.query = std::move(*query);
    return ok();
}

namespace {

void append_fields(std::string& out, const Headers& headers)
{
    for (const auto& [name, value] : headers) {
        if (!is_token(name) || !is_field_value(value))
            throw std::logic_error(
                fmt::format("the header field '{}' would break out of its line", name)
            );
        out += name;
        out += ": ";
        out += value;
        out += "\r\n";
    }
}

void append_framing(std::string& out, const Framing& framing)
{
    if (framing.kind == Framing::Kind::chunked) out += "Transfer-Encoding: chunked\r\n";
    if (framing.kind == Framing::Kind::length)
        out += fmt::format("Content-Length: {}\r\n", framing.length);
}

}  // namespace

std::string format_request(const Request& request, const Framing& framing)
{
    if (!is_token(request.method) || !is_target(request.target))
        throw std::logic_error(fmt::format("'{}' cannot be asked for over HTTP", request.target));
    std::string out = fmt::format("{} {} HTTP/1.1\r\n", request.method, request.target);
    append_fields(out, request.headers);
    append_framing(out, framing);
    return out += "\r\n";
}

std::string format_response(const Response& response, const Framing& framing, bool keep_alive)
{
    std::string out =
        fmt::format("HTTP/1.1 {} {}\r\n", response.status, status_words(response.status));
    append_fields(out, response.headers);
    append_framing(out, framing);
    if (!keep_alive) out += "Connection: close\r\n";
    return out += "\r\n";
}

std::string format_date(Instant at)
{
    static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<seconds>(at - day));
    return fmt::format(
        "{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
        days[std::chrono::weekday(day).c_encoding()],
        unsigned(date.day()),
        months[unsigned(date.month()) - 1],
        int(date.year()),
        time.hours().count(),
        time.minutes().count(),
        time.seconds().count()
    );
}

std::string format_chunk(std::string_view piece)
{
    return fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
}

}  // namespace diorama::http1
