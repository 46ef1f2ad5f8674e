#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// Cuts a stream of bytes into lines fit to be stored, whatever program wrote them.
///
/// LF and CR LF end a line. A CR within one starts it anew, as on a terminal: of a progress bar
/// only the last state stays. NUL is dropped, what is not UTF-8 becomes U+FFFD, and what goes
/// beyond the limit is cut with a mark that says how much. Colours (ANSI escape sequences) stay:
/// `plain` and `coloured` clean them when a line is shown.
///
/// Every LF gives exactly one line, empty ones too. Redact before: a cut may halve a secret.
class Lines {
public:
    explicit Lines(std::size_t limit = std::size_t{16} * 1024) : limit_(limit) {}

    void feed(std::string_view bytes, std::vector<std::string>& out);
    /// The stream ended: what came after the last LF is a line, too.
    void finish(std::vector<std::string>& out);

private:
    void append(std::string_view text);
    std::string take();

    std::size_t limit_;
    std::string line_;
    std::uint64_t cut_ = 0;  ///< Bytes that did not fit.
    bool returned_ = false;  ///< A CR came; what follows replaces the line.
};

/// A stored line for a place that shows text only: no escape sequence is left, and nothing in it
/// moves the cursor, reorders or hides (SEC-61).
std::string plain(std::string_view line);

/// The same for a terminal or a page that shows colours: SGR sequences (ECMA-48, 8.3.117) stay,
/// all others go. Ends in a reset when it coloured something.
std::string coloured(std::string_view line);

}  // namespace diorama
