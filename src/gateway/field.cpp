#include "gateway/field.hpp"

#include "gateway/scan.hpp"

namespace diorama::gateway {

namespace {

/// Fields that tell an app where a request came from, in the spelling it will read them.
Field sort_forwarding(std::string_view name)
{
    if (same_to_app(name, "forwarded") || same_to_app(name, "x-forwarded-for"))
        return Field::forwarded_chain;
    if (same_to_app(name, "x-forwarded-proto")) return Field::forwarded_proto;
    if (same_to_app(name, "x-forwarded-host")) return Field::forwarded_host;
    if (same_to_app(name, "x-forwarded-port")) return Field::forwarded_port;
    if (same_to_app(name, "x-real-ip")) return Field::real_ip;
    if (same_to_app(name.substr(0, 12), "x-forwarded-")) return Field::internal;
    if (same_to_app(name.substr(0, 10), "x-diorama-")) return Field::internal;
    return Field::other;
}

}  // namespace

Field sort(std::string_view name)
{
    if (name.empty()) return Field::other;
    const char first = lower(name.front());
    if (first == 'x' || first == 'f') return sort_forwarding(name);
    switch (name.size()) {
        case 2: return same(name, "te") ? Field::hop : Field::other;
        case 4: return same(name, "host") ? Field::host : Field::other;
        case 5: return same(name, "proxy") ? Field::hop : Field::other;  // "httpoxy"
        case 6:
            if (same(name, "accept")) return Field::accept;
            return same(name, "expect") ? Field::expect : Field::other;
        case 7: return same(name, "upgrade") ? Field::upgrade : Field::other;
        case 10:
            if (same(name, "connection")) return Field::connection;
            return same(name, "keep-alive") ? Field::hop : Field::other;
        case 14:
            if (same(name, "content-length")) return Field::content_length;
            return same(name, "http2-settings") ? Field::hop : Field::other;
        case 16: return same(name, "proxy-connection") ? Field::hop : Field::other;
        case 17: return same(name, "transfer-encoding") ? Field::transfer_encoding : Field::other;
        default: return Field::other;
    }
}

FieldScanner::Step FieldScanner::refuse(std::string_view why)
{
    why_ = why;
    return Step::refused;
}

FieldScanner::Step FieldScanner::line_break(const char* at)
{
    if (at == end_ || (*at == '\r' && end_ - at == 1)) return Step::more;
    if (at[0] != '\r' || at[1] != '\n') return refuse("a line does not end with CRLF");
    at_ = at + 2;
    return Step::field;
}

FieldScanner::Step FieldScanner::next()
{
    line_ = at_;
    if (at_ == end_) return Step::more;
    if (*at_ == '\r') {
        const Step last = line_break(at_);
        return last == Step::field ? Step::end : last;
    }
    const char* at = find_token_end(at_, end_);
    if (at == end_) return Step::more;
    if (at == line_ || *at != ':') return refuse("a field's name is malformed");
    name_ = {line_, at};

    const char* const value = at + 1;
    at = find_control(value, end_);
    while (at < end_ && *at == '\t')
        at = find_control(at + 1, end_);
    if (at == end_) return Step::more;
    value_ = trimmed({value, at});
    return line_break(at);
}

}  // namespace diorama::gateway
