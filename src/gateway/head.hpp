#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace diorama::gateway {

enum class Parse : std::uint8_t { more, done, refused };

/// Why a head was refused: the status to answer and the reason in a few words.
struct Refusal {
    int status = 400;
    std::string_view why;
};

/// Lines of a head that are not passed on, in their order.
class Cuts {
public:
    struct Cut {
        std::uint32_t begin;
        std::uint32_t end;
    };

    /// False when there is no room for more. A cut that is there already is no second one.
    bool add(Cut cut);
    bool empty() const { return count_ == 0; }
    const Cut* begin() const { return cuts_.data(); }
    const Cut* end() const { return cuts_.data() + count_; }

private:
    std::array<Cut, 40> cuts_;
    std::uint8_t count_ = 0;
};

/// What requests and answers have in common. Views point into the text that was parsed.
struct Head {
    std::uint32_t size = 0;  ///< Bytes of the whole head.
    std::uint32_t line = 0;  ///< Bytes of its first line, CRLF included.
    int minor = 1;           ///< HTTP/1.`minor`.
    std::int64_t length = -1;
    bool chunked = false;
    bool close = false;         ///< This connection ends after this message.
    bool keep_alive = false;    ///< HTTP/1.0's wish for the contrary.
    bool upgrades = false;      ///< Connection names Upgrade.
    bool names_fields = false;  ///< Connection names fields that end here.
    std::string_view upgrade;
    Cuts cuts;
    Refusal refusal;
};

struct RequestHead : Head {
    std::string_view method;
    std::string_view target;     ///< As it came: origin form, absolute form or '*'.
    std::string_view path;       ///< From its '/' to before the query; "*" for the server itself.
    std::string_view query;      ///< With its '?'; may be empty.
    std::string_view host;       ///< The authority's name: no port, no final dot, case as it came.
    std::string_view authority;  ///< The Host field.
    bool expects_continue = false;
    bool accepts_html = false;
    bool accepts_json = false;
    bool has_proto = false;  ///< A trusted proxy said so; likewise the next three.
    bool has_forwarded_host = false;
    bool has_port = false;
    bool has_real_ip = false;

    bool has_body() const { return chunked || length > 0; }
    bool is_head() const { return method == "HEAD"; }
    /// RFC 9110 section 9.2.2: doing it twice is doing it once, so it may be sent again.
    bool idempotent() const;
    /// RFC 9110 section 9.2.1, of those that fetch something.
    bool fetches() const { return method == "GET" || method == "HEAD"; }
    /// A browser that opens a page for a person.
    bool shows_page() const { return accepts_html && fetches() && !has_body() && !switches(); }
    /// Wants to speak something else over this connection, and may.
    bool switches() const { return !upgrade.empty(); }
};

struct ResponseHead : Head {
    int status = 0;

    bool interim() const { return status < 200 && status != 101; }
};

struct HeadRules {
    std::size_t fields = 100;
    bool trusted = false;  ///< The peer is a proxy whose X-Forwarded-* are believed.
};

/// Parses the head of a request at the front of `text`; strict, as RFC 9112 allows a server to be.
/// `more` when the text ends too early. Never looks behind the head.
Parse parse_request(std::string_view text, const HeadRules& rules, RequestHead& head);

/// Parses the head of an answer likewise. What is refused is worth a 502.
Parse parse_response(std::string_view text, const HeadRules& rules, ResponseHead& head);

}  // namespace diorama::gateway
