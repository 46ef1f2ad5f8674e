#include "manifest/findings.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>

namespace diorama::manifest {

namespace {

constexpr std::size_t most_problems = 100;
constexpr std::size_t most_notes = 200;
constexpr std::size_t most_lines = 40;

}  // namespace

int Findings::add_file(std::string path, std::string folder)
{
    files_.push_back({std::move(path), std::move(folder)});
    return static_cast<int>(files_.size()) - 1;
}

std::string Findings::place(Position at) const
{
    return diorama::place(files_.at(index(at)).path, at);
}

void Findings::add(Position at, Error error)
{
    const bool told = std::ranges::any_of(problems_, [&](const Problem& each) {
        return each.at == at && each.error == error;
    });
    if (!told && problems_.size() < most_problems) problems_.push_back({at, std::move(error)});
}

void Findings::wrong(Position at, std::string what, std::string mend)
{
    add(at, {Code::invalid, std::move(what), std::move(mend)});
}

void Findings::refused(Position at, std::string what, std::string mend)
{
    add(at, {Code::refused, std::move(what), std::move(mend)});
}

void Findings::note(Position at, std::string text)
{
    if (notes_.size() >= most_notes || !noted_.insert(text).second) return;
    notes_.push_back({place(at), std::move(text)});
}

void Findings::unset(Position at, std::string_view variable)
{
    note(at, fmt::format("the variable {} is not set and counts as empty", variable));
    if (unset_.size() < most_notes) unset_.emplace_back(at, variable);
}

/// " (PORT is not set)" where a value was made of variables that are not.
std::string Findings::unset_at(Position at) const
{
    std::set<std::string_view> names;
    for (const auto& [where, name] : unset_) {
        if (where == at) names.insert(name);
    }
    if (names.empty()) return {};
    return fmt::format(
        " ({} {} not set)", fmt::join(names, ", "), names.size() == 1 ? "is" : "are"
    );
}

Error Findings::error() const
{
    auto sorted = problems_;
    std::ranges::sort(sorted, {}, [](const Problem& each) {
        return std::tuple(each.at.source, each.at.line, each.at.column, each.error.message);
    });
    Error all{Code::invalid, {}, {}};
    for (std::size_t at = 0; at < sorted.size() && at < most_lines; ++at) {
        Problem& each = sorted[at];
        each.error.message += unset_at(each.at);
        if (each.error.code == Code::refused) all.code = Code::refused;
        const auto where = place(each.at);
        all.message += fmt::format(
            "{}{}{}{}", at == 0 ? "" : "\n", where, where.empty() ? "" : ": ", each.error.text()
        );
    }
    if (sorted.size() > most_lines)
        all.message += fmt::format("\nand {} more", sorted.size() - most_lines);
    return all;
}

}  // namespace diorama::manifest
