#pragma once

#include <cstdint>
#include <string_view>

namespace diorama::gateway {

/// What a field of a head is to the gateway.
enum class Field : std::uint8_t {
    other,  ///< Passed on as it is.
    host,
    connection,
    content_length,
    transfer_encoding,
    upgrade,
    expect,
    accept,
    hop,              ///< Ends at the next hop: dropped.
    forwarded_chain,  ///< X-Forwarded-For and Forwarded: lists that each proxy lengthens.
    forwarded_proto,
    forwarded_host,
    forwarded_port,
    real_ip,
    internal,  ///< Only Diorama itself may say such a thing: dropped, whoever sent it.
};

/// Sorts a field by its name, in any case.
Field sort(std::string_view name);

/// The next line of a head's fields, scanned strictly: CRLF, a token, a colon right behind it, no
/// folding, no control bytes (RFC 9112 section 5).
class FieldScanner {
public:
    enum class Step { field, end, more, refused };

    explicit FieldScanner(std::string_view lines)
        : at_(lines.data()),
          end_(lines.data() + lines.size())
    {}

    Step next();

    std::string_view name() const { return name_; }
    std::string_view value() const { return value_; }
    const char* line() const { return line_; }  ///< Where the field's line begins.
    const char* rest() const { return at_; }    ///< Where the next line begins.
    std::string_view why() const { return why_; }

private:
    Step refuse(std::string_view why);
    Step line_break(const char* at);

    const char* at_;
    const char* end_;
    const char* line_ = nullptr;
    std::string_view name_;
    std::string_view value_;
    std::string_view why_;
};

}  // namespace diorama::gateway
