#include "base/json.hpp"

#include "base/key_set.hpp"
#include "base/unicode.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <charconv>
#include <iterator>
#include <optional>

namespace diorama {

namespace {

using boost::json::error_code;
using Text = boost::json::string_view;

/// Receives the parser's events and builds the tree, refusing as soon as a limit is passed.
class Builder {
public:
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    explicit Builder(std::size_t nodes) : nodes_left_(nodes) {}

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&)
    {
        open_.push_back({.map = true, .first = entries_.size(), .key = {}});
        if (keys_.size() < open_.size()) keys_.emplace_back();
        keys_[open_.size() - 1].clear();
        return true;
    }
    bool on_array_begin(error_code&)
    {
        open_.push_back({.map = false, .first = items_.size(), .key = {}});
        if (keys_.size() < open_.size()) keys_.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t, error_code& ec)
    {
        return close(take_from(entries_, open_.back().first), ec);
    }
    bool on_array_end(std::size_t, error_code& ec)
    {
        return close(take_from(items_, open_.back().first), ec);
    }

    bool on_key_part(Text part, std::size_t, error_code&) { return collect(part); }
    bool on_key(Text rest, std::size_t, error_code& ec)
    {
        collect(rest);
        auto& map = open_.back();
        map.key = std::exchange(text_, {});
        if (keys_[open_.size() - 1].add(map.key)) return true;
        return refuse(
            ec,
            {Code::invalid,
             fmt::format("the key '{}' stands twice in one object", display(map.key)),
             "Remove one of the two."}
        );
    }
    bool on_string_part(Text part, std::size_t, error_code&) { return collect(part); }
    bool on_string(Text rest, std::size_t, error_code& ec)
    {
        collect(rest);
        return add(Node(std::exchange(text_, {})), ec);
    }
    bool on_number_part(Text part, error_code&) { return collect(part); }
    bool on_int64(std::int64_t whole, Text, error_code& ec)
    {
        text_.clear();
        return add(Node(whole), ec);
    }
    bool on_uint64(std::uint64_t whole, Text, error_code& ec)
    {
        text_.clear();
        return add(Node(whole), ec);
    }
    /// From the text, since Boost.JSON 1.81 may miss the nearest double by a bit.
    bool on_double(double, Text rest, error_code& ec)
    {
        collect(rest);
        const auto text = std::exchange(text_, {});
        double number = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
        if (read.ec == std::errc{}) return add(Node(number), ec);
        return refuse(
            ec, {Code::invalid, "a number is too large or too small", "Write it as a string."}
        );
    }
    bool on_bool(bool truth, error_code& ec) { return add(Node(truth), ec); }
    bool on_null(error_code& ec) { return add(Node(), ec); }
    bool on_comment_part(Text, error_code&) { return true; }
    bool on_comment(Text, error_code&) { return true; }

    /// Why we stopped the parser, when it was us.
    const std::optional<Error>& refusal() const { return refusal_; }
    Node take() { return std::move(root_); }

private:
    /// A map or list whose end has not come. What it has so far is the end of `entries_` or
    /// `items_`, so that it is made at once, at its size.
    struct Open {
        bool map = false;
        std::size_t first = 0;
        std::string key;
    };

    template <class Values>
    static Values take_from(Values& all, std::size_t first)
    {
        const auto from = all.begin() + static_cast<std::ptrdiff_t>(first);
        Values taken(std::make_move_iterator(from), std::make_move_iterator(all.end()));
        all.erase(from, all.end());
        return taken;
    }

    bool collect(Text part)
    {
        text_.append(part.data(), part.size());
        return true;
    }
    bool close(Node node, error_code& ec)
    {
        open_.pop_back();
        return add(std::move(node), ec);
    }
    bool add(Node node, error_code& ec)
    {
        if (nodes_left_-- == 0)
            return refuse(ec, {Code::too_many, "too many values", "Send less at once."});
        if (open_.empty())
            root_ = std::move(node);
        else if (open_.back().map)
            entries_.push_back({std::exchange(open_.back().key, {}), std::move(node)});
        else
            items_.push_back(std::move(node));
        return true;
    }
    bool refuse(error_code& ec, Error why)
    {
        refusal_ = std::move(why);
        ec = boost::json::error::exception;
        return false;
    }

    std::size_t nodes_left_;
    std::vector<Open> open_;
    std::vector<KeySet> keys_;  ///< By depth; kept for the next map there.
    Node::Map entries_;
    Node::List items_;
    std::string text_;
    Node root_;
    std::optional<Error> refusal_;
};

Position position_of(std::string_view text, std::size_t offset)
{
    const auto before = text.substr(0, offset);
    const auto line = std::ranges::count(before, '\n') + 1;
    const auto start = before.rfind('\n');  // npos + 1 is 0.
    return {static_cast<int>(line), static_cast<int>(before.size() - (start + 1)) + 1};
}

Error explain(const error_code& ec, const std::optional<Error>& refusal, std::size_t depth)
{
    if (refusal) return *refusal;
    if (ec == boost::json::error::too_deep)
        return {
            Code::too_many,
            fmt::format("nested deeper than {} levels", depth),
            "Send a flatter document."
        };
    if (ec == boost::json::error::incomplete)
        return {
            Code::invalid,
            "the JSON text ends before its value does",
            "Send the whole text, with every bracket and quote closed."
        };
    return {
        Code::invalid,
        fmt::format("this is not JSON ({})", ec.message()),
        "Correct the text at that place."
    };
}

/// Writes by hand what the standard leaves no choice about; recursion is as deep as the tree is.
class Writer {
public:
    explicit Writer(bool pretty) : pretty_(pretty) {}

    void write(const Node& node)
    {
        switch (node.kind()) {
            case Node::Kind::null: out_ += "null"; break;
            case Node::Kind::boolean: out_ += *node.boolean() ? "true" : "false"; break;
            case Node::Kind::integer: out_ += fmt::format("{}", *node.integer()); break;
            case Node::Kind::number: number(*node.number()); break;
            case Node::Kind::string: string(*node.string()); break;
            case Node::Kind::list: list(*node.list()); break;
            case Node::Kind::map: map(*node.map()); break;
        }
    }
    std::string take() { return std::move(out_); }

private:
    void number(double value)
    {
        if (!std::isfinite(value)) {
            out_ += "null";
            return;
        }
        const auto text = fmt::format("{}", value);
        out_ += text;
        if (text.find_first_of(".e") == std::string::npos) out_ += ".0";
    }
    void string(std::string_view text)
    {
        out_ += '"';
        if (is_utf8(text))
            escape(text);
        else
            escape(clean_utf8(text));
        out_ += '"';
    }
    void escape(std::string_view text)
    {
        for (const char c : text) {
            switch (c) {
                case '"': out_ += "\\\""; break;
                case '\\': out_ += "\\\\"; break;
                case '\n': out_ += "\\n"; break;
                case '\r': out_ += "\\r"; break;
                case '\t': out_ += "\\t"; break;
                default: {
                    const auto byte = static_cast<unsigned char>(c);
                    if (byte < 0x20 || byte == 0x7F)
                        out_ += fmt::format("\\u{:04x}", byte);
                    else
                        out_ += c;
                }
            }
        }
    }
    void list(const Node::List& items)
    {
        open('[');
        for (const Node& item : items) {
            next();
            write(item);
        }
        close(']', items.empty());
    }
    void map(const Node::Map& entries)
    {
        open('{');
        for (const auto& [key, value, at] : entries) {
            next();
            string(key);
            out_ += pretty_ ? ": " : ":";
            write(value);
        }
        close('}', entries.empty());
    }
    void open(char bracket)
    {
        out_ += bracket;
        ++depth_;
        first_ = true;
    }
    void next()
    {
        if (!std::exchange(first_, false)) out_ += ',';
        new_line();
    }
    void close(char bracket, bool empty)
    {
        --depth_;
        first_ = false;
        if (!empty) new_line();
        out_ += bracket;
    }
    void new_line()
    {
        if (pretty_) out_.append(1, '\n').append(2 * depth_, ' ');
    }

    bool pretty_;
    bool first_ = true;
    std::size_t depth_ = 0;
    std::string out_;
};

}  // namespace

Result<Node> parse_json(std::string_view text, JsonLimits limits)
{
    if (text.size() > limits.bytes)
        return Error{
            Code::too_many,
            fmt::format(
                "the JSON text has {} bytes, at most {} are taken", text.size(), limits.bytes
            ),
            "Send less at once."
        };
    boost::json::parse_options options;
    options.max_depth = limits.depth;
    boost::json::basic_parser<Builder> parser(options, limits.nodes);
    error_code ec;
    auto read = parser.write_some(false, text.data(), text.size(), ec);
    if (!ec && read < text.size()) ec = boost::json::error::extra_data;
    if (ec) {
        auto error = explain(ec, parser.handler().refusal(), limits.depth);
        const auto at = position_of(text, read);
        error.message = fmt::format("{}:{}: {}", at.line, at.column, error.message);
        return error;
    }
    return parser.handler().take();
}

std::string write_json(const Node& node, bool pretty)
{
    Writer writer(pretty);
    writer.write(node);
    return writer.take();
}

}  // namespace diorama
