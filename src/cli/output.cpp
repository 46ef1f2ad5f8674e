#include "cli/output.hpp"

#include "base/duration.hpp"
#include "base/instant.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/safe_text.hpp"

#include <algorithm>
#include <array>

namespace diorama::cli {

namespace {

constexpr std::array<std::string_view, 4> formats{"table", "json", "yaml", "md"};

Result<Format> format_named(std::string_view text)
{
    const auto found = std::ranges::find(formats, text);
    if (found != formats.end()) return static_cast<Format>(found - formats.begin());
    return Error{
        Code::invalid,
        fmt::format("'{}' is no output format", display(text)),
        "Use table, json, yaml or md."
    };
}

std::string title_of(const Column& column)
{
    std::string title(column.key);
    for (char& c : title)
        c = c == '_' ? ' ' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return title;
}

std::string text_of(const Column& column, const Node& row, Instant now)
{
    return column.text ? column.text(row, now) : field(row, column.key);
}

Error unknown_column(const std::string& wanted, std::span<const Column> columns)
{
    std::vector<std::string_view> names;
    std::vector<std::string> all;
    for (const Column& column : columns) {
        names.push_back(column.key);
        all.emplace_back(column.key);
    }
    const auto near = nearest(wanted, names);
    return {
        Code::invalid,
        fmt::format("there is no column '{}'", display(wanted)),
        near ? fmt::format("Did you mean {}?", *near)
             : fmt::format("Choose among {}.", join(all, ", "))
    };
}

/// With --columns scripts, too, get what people see, by the names of the columns.
Node as_seen(std::span<const Column> columns, const Node& row, Instant now)
{
    Node::Map seen;
    for (const Column& column : columns)
        seen.push_back({std::string(column.key), text_of(column, row, now)});
    return seen;
}

}  // namespace

Result<Output> Output::of(const CliWorld& world, const Arguments& arguments, Instant now)
{
    Output output;
    output.world_ = &world;
    output.now_ = now;
    output.columns_ = arguments.list("columns");
    if (const auto wanted = arguments.value("output")) {
        const auto format = format_named(*wanted);
        if (!format) return format.error();
        output.format_ = *format;
    }
    return output;
}

Result<std::vector<Column>> Output::chosen(std::span<const Column> columns) const
{
    std::vector<Column> chosen;
    for (const std::string& wanted : columns_) {
        const auto found = std::ranges::find(columns, wanted, &Column::key);
        if (found == columns.end()) return unknown_column(wanted, columns);
        chosen.push_back(*found);
    }
    if (!columns_.empty()) return chosen;
    std::ranges::copy_if(columns, std::back_inserter(chosen), &Column::usual);
    return chosen;
}

std::vector<std::vector<std::string>>
Output::cells(std::span<const Column> columns, const Node::List& rows) const
{
    std::vector<std::vector<std::string>> cells;
    for (const Node& row : rows) {
        std::vector<std::string>& line = cells.emplace_back();
        for (const Column& column : columns)
            line.push_back(display(text_of(column, row, now_), 400));
    }
    return cells;
}

void Output::document(const Node& node) const
{
    world_->out(format_ == Format::json ? format_json(node, true) + "\n" : format_yaml(node));
}

Result<> Output::list(std::span<const Column> columns, const Node::List& rows) const
{
    const auto shown = chosen(columns);
    if (!shown) return shown.error();
    if (format_ == Format::json || format_ == Format::yaml) {
        Node::List seen;
        for (const Node& row : rows)
            seen.push_back(columns_.empty() ? row : as_seen(*shown, row, now_));
        document(seen);
        return ok();
    }
    std::vector<std::string> titles;
    for (const Column& column : *shown)
        titles.push_back(title_of(column));
    const auto lines = cells(*shown, rows);
    if (format_ == Format::md)
        world_->out(format_markdown(titles, lines));
    else if (!lines.empty())
        world_->out(format_table(titles, lines));
    return ok();
}

Result<> Output::one(std::span<const Column> columns, const Node& row) const
{
    const auto shown = chosen(columns);
    if (!shown) return shown.error();
    if (format_ == Format::json || format_ == Format::yaml) {
        document(columns_.empty() ? row : as_seen(*shown, row, now_));
        return ok();
    }
    std::vector<std::vector<std::string>> lines;
    for (const Column& column : *shown) {
        const auto text = display(text_of(column, row, now_), 2000);
        if (!text.empty()) lines.push_back({std::string(column.key), text});
    }
    world_->out(
        format_ == Format::md ? format_markdown({"field", "value"}, lines) : format_table({}, lines)
    );
    return ok();
}

std::string field(const Node& row, std::string_view key)
{
    const Node* at = &row;
    for (const std::string_view part : split(key, '.')) {
        at = at->find(part);
        if (!at) return "";
    }
    if (at->is_null()) return "";
    return at->scalar_text().value_or("");
}

std::string age(const Node& row, std::string_view key, Instant now)
{
    const auto time = parse_instant(field(row, key));
    if (!time) return "";
    return now - *time < seconds{1} ? "now" : human_duration(now - *time);
}

std::string short_commit(const Node& row, Instant)
{
    return field(row, "commit").substr(0, 7);
}

}  // namespace diorama::cli
