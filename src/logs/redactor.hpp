#pragma once

#include "base/secret.hpp"
#include "logs/patterns.hpp"
#include "logs/shapes.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// A value that must not be seen, and what people call it.
struct NamedSecret {
    std::string name;  ///< Shown in its place: a variable's name, never part of the value.
    Secret value;
};

/// All values that must not be seen in one environment, ready to be looked for. Immutable, shared
/// by its streams. Values shorter than `shortest_secret` are left out.
class SecretSet {
public:
    explicit SecretSet(const std::vector<NamedSecret>& secrets);

    const Patterns& patterns() const { return patterns_; }
    /// True for what only says that a line has to be looked at by its shape.
    bool is_trigger(std::size_t pattern) const { return pattern >= markers_.size(); }
    /// `[secret NAME]`
    const std::string& marker(std::size_t pattern) const { return markers_[pattern]; }

private:
    struct Parts {
        std::vector<std::string> texts, markers;
    };
    explicit SecretSet(Parts parts)
        : markers_(std::move(parts.markers)),
          patterns_(std::move(parts.texts), markers_.size())
    {}
    static Parts parts(const std::vector<NamedSecret>& secrets);

    std::vector<std::string> markers_;
    Patterns patterns_;
};

/// Puts a marker where a secret stood, in a stream of bytes that comes in any pieces (SEC-60).
///
/// Known secrets are found in every encoding of encodings.hpp, across pieces and across line breaks
/// (a wrapped base64 is still the secret; the breaks stay, behind the marker). NUL bytes are
/// dropped, as they would be on a screen. What only looks like a secret is judged by whole lines.
///
/// What may be the beginning of something is held back until more bytes or `finish` decide. At most
/// the longest secret, or one line of 16 KiB, is held.
class Redactor {
public:
    explicit Redactor(std::shared_ptr<const SecretSet> secrets) : secrets_(std::move(secrets)) {}

    /// Appends to `out` all that is decided.
    void feed(std::string_view bytes, std::string& out);

    /// The stream paused or ended: appends what was held back.
    void finish(std::string& out);

    /// True when something is held back.
    bool holds() const { return !text_.empty() || !breaks_.empty(); }

    /// True when a new redactor would do as well.
    bool idle() const { return !holds() && !shapes_.inside(); }

private:
    struct Break {
        std::size_t at = 0;  ///< Before this byte of `text_`.
        char what = '\n';
    };

    void take(std::string_view bytes);
    void release(bool all, std::string& out);
    std::size_t line_of(std::size_t at) const;
    std::size_t shape_hold(std::size_t decided) const;
    bool broken(const Patterns::Hit& hit) const;
    void write(std::size_t decided, std::string& out);
    void copy(std::size_t from, std::size_t to, std::string& out);
    void write_break(std::string& out);
    void close_line(std::string& out);
    void forget(std::size_t decided, std::size_t covered_end);

    std::shared_ptr<const SecretSet> secrets_;
    Shapes shapes_;
    std::string text_;           ///< Held back, without line breaks.
    std::vector<Break> breaks_;  ///< The line breaks in it.
    std::size_t covered_ = 0;    ///< Bytes at its start that a marker already stands for.
    char last_ = '\n';           ///< The last byte that went out.
    std::vector<Patterns::Hit> hits_;
    std::size_t next_break_ = 0;
    std::size_t mark_ =
        std::string::npos;  ///< Where in `out` the part to judge by its shape starts.
};

/// One text at once.
std::string redacted(const std::shared_ptr<const SecretSet>& secrets, std::string_view text);

}  // namespace diorama
