#include "gateway/head.hpp"

#include "gateway/authority.hpp"
#include "gateway/field.hpp"
#include "gateway/scan.hpp"

#include <algorithm>

namespace diorama::gateway {

namespace {

constexpr std::string_view too_many_cuts = "too many fields that end at this hop";

Parse refuse(Head& head, std::string_view why, int status = 400)
{
    head.refusal = {status, why};
    return Parse::refused;
}

/// Finds the end of the first line: strictly CRLF, no control bytes before it.
Parse first_line(std::string_view text, Head& head)
{
    const char* const start = text.data();
    const char* const end = start + text.size();
    const char* const stop = find_control(start, end);
    if (stop == end || (*stop == '\r' && end - stop == 1)) return Parse::more;
    if (stop[0] != '\r' || stop[1] != '\n') return refuse(head, "the first line is malformed");
    head.line = static_cast<std::uint32_t>(stop - start + 2);
    return Parse::done;
}

Parse version(std::string_view text, Head& head)
{
    if (text.size() != 8 || !text.starts_with("HTTP/")) return refuse(head, "no HTTP version");
    if (text != "HTTP/1.1" && text != "HTTP/1.0")
        return refuse(head, "only HTTP/1.1 and HTTP/1.0 are spoken here", 505);
    head.minor = text.back() - '0';
    return Parse::done;
}

/// Divides the target into authority, path and query (RFC 9112 section 3.2).
Parse target_forms(RequestHead& head, std::string_view& absolute)
{
    std::string_view rest = head.target;
    if (rest == "*" && head.method == "OPTIONS") {
        head.path = rest;
        return Parse::done;
    }
    if (same(rest.substr(0, 7), "http://")) {
        rest.remove_prefix(7);
        const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
        absolute = rest.substr(0, end);
        rest.remove_prefix(end);
        if (rest.empty() || rest.front() == '?')
            return refuse(head, "an absolute target needs a path");
    }
    if (rest.empty() || rest.front() != '/') return refuse(head, "the target is not a path");
    if (rest.find('#') != rest.npos) return refuse(head, "the target has a fragment");
    head.path = rest.substr(0, rest.find('?'));
    head.query = rest.substr(head.path.size());
    return Parse::done;
}

Parse request_line(std::string_view line, RequestHead& head, std::string_view& absolute)
{
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == line.npos || first == last) return refuse(head, "the request line is malformed");
    head.method = line.substr(0, first);
    head.target = line.substr(first + 1, last - first - 1);
    if (head.method.empty() || !std::ranges::all_of(head.method, is_token))
        return refuse(head, "the method is malformed");
    if (head.target.empty() || head.target.find(' ') != line.npos)
        return refuse(head, "the target is malformed");
    const Parse spoken = version(line.substr(last + 1), head);
    if (spoken != Parse::done) return spoken;
    if (head.method == "CONNECT" || head.method == "TRACE")
        return refuse(head, "this method is not for previews", 405);
    return target_forms(head, absolute);
}

Parse status_line(std::string_view line, ResponseHead& head)
{
    if (line.size() < 12 || line[8] != ' ') return refuse(head, "the status line is malformed");
    const Parse spoken = version(line.substr(0, 8), head);
    if (spoken != Parse::done) return spoken;
    for (const char digit : line.substr(9, 3)) {
        if (digit < '0' || digit > '9') return refuse(head, "the status is no number");
        head.status = head.status * 10 + (digit - '0');
    }
    if (line.size() > 12 && line[12] != ' ') return refuse(head, "the status line is malformed");
    if (head.status < 100) return refuse(head, "the status is out of range");
    return Parse::done;
}

Parse content_length(std::string_view value, Head& head)
{
    if (head.length >= 0) return refuse(head, "two Content-Length");
    if (value.empty() || value.size() > 18) return refuse(head, "Content-Length is no length");
    std::int64_t length = 0;
    for (const char digit : value) {
        if (digit < '0' || digit > '9') return refuse(head, "Content-Length is no length");
        length = length * 10 + (digit - '0');
    }
    head.length = length;
    return Parse::done;
}

Parse transfer_encoding(std::string_view value, Head& head)
{
    if (head.chunked) return refuse(head, "two Transfer-Encoding");
    if (!same(value, "chunked")) return refuse(head, "a Transfer-Encoding other than chunked", 501);
    head.chunked = true;
    return Parse::done;
}

/// True for fields that keep a message together: nobody may have them dropped.
bool is_essential(std::string_view name)
{
    const Field field = sort(name);
    return field == Field::host || field == Field::content_length ||
           field == Field::transfer_encoding;
}

Parse connection(std::string_view value, Head& head)
{
    bool essential = false;
    each_element(value, [&](std::string_view option) {
        if (same(option, "close"))
            head.close = true;
        else if (same(option, "keep-alive"))
            head.keep_alive = true;
        else if (same(option, "upgrade"))
            head.upgrades = true;
        else if (is_essential(option))
            essential = true;
        else
            head.names_fields = true;
    });
    return essential ? refuse(head, "Connection names a field that must stay") : Parse::done;
}

/// The fields that mean the same in both directions; `dropped` tells that the line ends here.
Parse common_field(Field field, std::string_view value, Head& head, bool& dropped)
{
    switch (field) {
        case Field::content_length: return content_length(value, head);
        case Field::transfer_encoding: return transfer_encoding(value, head);
        case Field::connection: dropped = true; return connection(value, head);
        case Field::upgrade:
            dropped = true;
            if (!head.upgrade.empty()) return refuse(head, "two Upgrade");
            head.upgrade = value;
            return Parse::done;
        case Field::hop:
        case Field::internal: dropped = true; return Parse::done;
        default: return Parse::done;
    }
}

Parse host_field(std::string_view value, RequestHead& head)
{
    if (head.authority.data() != nullptr) return refuse(head, "two Host");
    const auto host = host_of(value);
    if (!host) return refuse(head, "Host is malformed");
    head.authority = value;
    head.host = *host;
    return Parse::done;
}

void accept_field(std::string_view value, RequestHead& head)
{
    head.accepts_html |= any_element(value, [&head](std::string_view range) {
        const std::string_view type = range.substr(0, range.find(';'));
        head.accepts_json |=
            same(type, "application/json") || same(type, "application/problem+json");
        return same(type, "text/html");
    });
}

/// Who the client says it is: only a trusted proxy is listened to.
void forwarding_field(Field field, RequestHead& head, bool trusted, bool& dropped)
{
    dropped = !trusted;
    if (!trusted) return;
    head.has_proto |= field == Field::forwarded_proto;
    head.has_forwarded_host |= field == Field::forwarded_host;
    head.has_port |= field == Field::forwarded_port;
    head.has_real_ip |= field == Field::real_ip;
}

Parse request_field(
    const FieldScanner& scan, const HeadRules& rules, RequestHead& head, bool& dropped
)
{
    const Field field = sort(scan.name());
    switch (field) {
        case Field::other: return Parse::done;
        case Field::host: return host_field(scan.value(), head);
        case Field::accept: accept_field(scan.value(), head); return Parse::done;
        case Field::expect:
            head.expects_continue |= same(scan.value(), "100-continue");
            dropped = true;
            return Parse::done;
        case Field::forwarded_chain:
        case Field::forwarded_proto:
        case Field::forwarded_host:
        case Field::forwarded_port:
        case Field::real_ip:
            forwarding_field(field, head, rules.trusted, dropped);
            return Parse::done;
        default: return common_field(field, scan.value(), head, dropped);
    }
}

Parse response_field(const FieldScanner& scan, ResponseHead& head, bool& dropped)
{
    const Field field = sort(scan.name());
    const Parse parsed = common_field(field, scan.value(), head, dropped);
    // RFC 9112 section 6.1 and RFC 9110 section 8.6: no such thing in these answers, and some
    // client believes it.
    if ((head.status < 200 || head.status == 204) &&
        (field == Field::content_length || field == Field::transfer_encoding))
        dropped = true;
    return parsed;
}

/// Reads all fields, each by `note`, and collects the lines to drop.
template <class Note>
Parse read_fields(std::string_view text, std::size_t most, Head& head, Note note)
{
    FieldScanner scan(text.substr(head.line));
    for (std::size_t count = 0;; ++count) {
        const FieldScanner::Step step = scan.next();
        if (step == FieldScanner::Step::more) return Parse::more;
        if (step == FieldScanner::Step::refused) return refuse(head, scan.why());
        if (step == FieldScanner::Step::end) break;
        if (count == most) return refuse(head, "too many fields", 431);
        bool dropped = false;
        const Parse noted = note(scan, dropped);
        if (noted != Parse::done) return noted;
        const auto begin = static_cast<std::uint32_t>(scan.line() - text.data());
        const auto end = static_cast<std::uint32_t>(scan.rest() - text.data());
        if (dropped && !head.cuts.add({begin, end})) return refuse(head, too_many_cuts, 431);
    }
    head.size = static_cast<std::uint32_t>(scan.rest() - text.data());
    return Parse::done;
}

/// Cuts the lines of the fields called `name`.
bool cut_named(std::string_view head_text, Head& head, std::string_view name)
{
    const auto same_name = [&](std::string_view other) {
        return std::ranges::equal(name, other, {}, lower, lower);
    };
    FieldScanner scan(head_text.substr(head.line));
    while (scan.next() == FieldScanner::Step::field) {
        const auto begin = static_cast<std::uint32_t>(scan.line() - head_text.data());
        const auto end = static_cast<std::uint32_t>(scan.rest() - head_text.data());
        if (same_name(scan.name()) && !head.cuts.add({begin, end})) return false;
    }
    return true;
}

/// RFC 9110 section 7.6.1: a field that Connection names is meant for the gateway alone.
Parse drop_named_fields(std::string_view text, Head& head)
{
    constexpr int most_names = 16;
    int names = 0;
    bool fits = true;
    FieldScanner scan(text.substr(head.line));
    while (scan.next() == FieldScanner::Step::field) {
        if (sort(scan.name()) != Field::connection) continue;
        each_element(scan.value(), [&](std::string_view name) {
            fits =
                fits && ++names <= most_names && cut_named(text.substr(0, head.size), head, name);
        });
    }
    return fits ? Parse::done : refuse(head, too_many_cuts, 431);
}

/// What can only be judged when the whole head is known.
Parse conclude(std::string_view text, Head& head)
{
    if (head.chunked && head.length >= 0)
        return refuse(head, "both Content-Length and Transfer-Encoding");
    if (head.chunked && head.minor == 0) return refuse(head, "Transfer-Encoding in HTTP/1.0");
    if (head.minor == 0 && !head.keep_alive) head.close = true;
    return head.names_fields ? drop_named_fields(text, head) : Parse::done;
}

/// Whether the client may really switch to what it named.
void judge_upgrade(RequestHead& head)
{
    bool http2 = false;
    each_element(head.upgrade, [&](std::string_view protocol) {
        http2 |= same(protocol.substr(0, 2), "h2");
    });
    // Inside an h2c tunnel requests would pass unread, with any host and forged fields.
    if (!head.upgrades || head.minor == 0 || head.has_body() || http2) head.upgrade = {};
}

}  // namespace

bool Cuts::add(Cut cut)
{
    auto* const end = cuts_.data() + count_;
    auto* const place = std::lower_bound(cuts_.data(), end, cut, [](const Cut& a, const Cut& b) {
        return a.begin < b.begin;
    });
    if (place != end && place->begin == cut.begin) return true;
    if (count_ == cuts_.size()) return false;
    std::move_backward(place, end, end + 1);
    *place = cut;
    ++count_;
    return true;
}

bool RequestHead::idempotent() const
{
    return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "PUT" ||
           method == "DELETE";
}

Parse parse_request(std::string_view text, const HeadRules& rules, RequestHead& head)
{
    head = {};
    if (const Parse line = first_line(text, head); line != Parse::done) return line;
    std::string_view absolute;
    const Parse line = request_line(text.substr(0, head.line - 2), head, absolute);
    if (line != Parse::done) return line;
    const auto note = [&](const FieldScanner& scan, bool& dropped) {
        return request_field(scan, rules, head, dropped);
    };
    if (const Parse fields = read_fields(text, rules.fields, head, note); fields != Parse::done)
        return fields;
    if (head.authority.data() == nullptr && head.minor == 1) return refuse(head, "no Host");
    const auto alike = [&] {
        return std::ranges::equal(absolute, head.authority, {}, lower, lower);
    };
    if (absolute.data() != nullptr && !alike())
        return refuse(head, "the target and Host name different hosts");
    if (const Parse whole = conclude(text, head); whole != Parse::done) return whole;
    judge_upgrade(head);
    return Parse::done;
}

Parse parse_response(std::string_view text, const HeadRules& rules, ResponseHead& head)
{
    head = {};
    if (const Parse line = first_line(text, head); line != Parse::done) return line;
    if (const Parse line = status_line(text.substr(0, head.line - 2), head); line != Parse::done)
        return line;
    const auto note = [&](const FieldScanner& scan, bool& dropped) {
        return response_field(scan, head, dropped);
    };
    if (const Parse fields = read_fields(text, rules.fields, head, note); fields != Parse::done)
        return fields;
    return conclude(text, head);
}

}  // namespace diorama::gateway
