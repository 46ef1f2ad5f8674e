#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/node.hpp"
#include "cli/arguments.hpp"
#include "cli/cli.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diorama::cli {

enum class Format { table, json, yaml, md };

/// What people see of one row of the API's answers. Scripts see the answer itself, or, with
/// --columns, what people see.
struct Column {
    std::string_view key;  ///< For --columns, and by default the field that is shown.
    bool usual = true;     ///< Shown without being asked for.
    std::string (*text)(const Node& row, Instant now) = nullptr;
};

/// How answers are written to stdout: --output and --columns.
class Output {
public:
    static Result<Output> of(const CliWorld& world, const Arguments& arguments, Instant now);

    /// A list; `rows` as the API gave them. `invalid` for a column that is not there.
    Result<> list(std::span<const Column> columns, const Node::List& rows) const;
    /// One thing: for people a line for each column that is not empty.
    Result<> one(std::span<const Column> columns, const Node& row) const;

    Format format() const { return format_; }
    bool for_people() const { return format_ == Format::table; }

private:
    Result<std::vector<Column>> chosen(std::span<const Column> columns) const;
    std::vector<std::vector<std::string>>
    cells(std::span<const Column> columns, const Node::List& rows) const;
    void document(const Node& node) const;

    const CliWorld* world_ = nullptr;
    Instant now_{};
    Format format_ = Format::table;
    std::vector<std::string> columns_;
};

/// The scalar at `key` as text; empty when there is none. `key` may lead through maps:
/// "project.slug".
std::string field(const Node& row, std::string_view key);
/// "3 min" since the time at `key`, "now" below a second; empty when there is none.
std::string age(const Node& row, std::string_view key, Instant now);
/// The first seven digits of the commit, for a column.
std::string short_commit(const Node& row, Instant now);

std::string format_table(
    const std::vector<std::string>& titles, const std::vector<std::vector<std::string>>& rows
);
std::string format_markdown(
    const std::vector<std::string>& titles, const std::vector<std::vector<std::string>>& rows
);
/// YAML 1.2, each text that could be read as anything else in double quotes.
std::string format_yaml(const Node& node);
/// JSON that a terminal may show: what could move the cursor or turn text around is escaped.
std::string format_json(const Node& node, bool pretty);

}  // namespace diorama::cli
