#include "base/unicode.hpp"
#include "manifest/env_file.hpp"
#include "manifest/read.hpp"

namespace diorama::manifest {

namespace {

struct EnvSource {
    std::string path;
    Position at;
    bool required = true;
    EnvFormat format = EnvFormat::compose;
};

std::optional<EnvSource> env_source(Context& context, const Node& node)
{
    const Values values(node, context.findings);
    const auto written = values.text("path");
    const auto format = values.text("format").value_or("");
    if (!written || written->empty()) {
        values.findings().wrong(node.at, "an env_file needs a path", "Write path: .env.");
        return std::nullopt;
    }
    if (!format.empty() && format != "raw")
        values.wrong("format", "format", "Write raw, or nothing.");
    auto path = repository_path(context, *written, values.at("path"));
    if (!path) return std::nullopt;
    return EnvSource{
        .path = std::move(*path),
        .at = values.at("path"),
        .required = values.flag("required").value_or(true),
        .format = format == "raw" ? EnvFormat::raw : EnvFormat::compose,
    };
}

/// The content of an env file; null when there is none, it is wrong, or it was not read yet.
const std::string* env_text(Context& context, const EnvSource& source)
{
    const auto kind = context.library.kind(source.path);
    if (kind == PathKind::none && !source.required) return nullptr;
    if (kind == PathKind::link || kind == PathKind::submodule) {
        context.findings.refused(
            source.at,
            fmt::format("{} is a link", display(source.path)),
            "Put the file itself there."
        );
        return nullptr;
    }
    if (kind != PathKind::file) {
        context.findings.wrong(
            source.at,
            fmt::format("there is no file {} in the repository", display(source.path)),
            "Commit one with values for previews, or write required: false."
        );
        return nullptr;
    }
    const auto* text = context.library.text(source.path);
    if (text && !*text) context.findings.add(source.at, text->error());
    return text && *text ? &**text : nullptr;
}

void read_env_source(Context& context, Service& service, const EnvSource& source)
{
    const std::string* text = env_text(context, source);
    if (!text) return;
    const Variables& variables = context.project.variables;
    const auto lookup = [&](std::string_view name) { return variables.find(name); };
    const auto unset = [&](std::string_view name) { context.findings.unset(source.at, name); };
    const auto read = read_env_file(*text, lookup, unset, source.format);
    if (!read.problems.empty()) {
        const int number = context.findings.add_file(source.path, folder_of(source.path));
        for (const EnvProblem& each : read.problems)
            context.findings.add({.line = each.line, .column = 1, .source = number}, each.error);
    }
    for (const auto& [name, value] : read.variables) {
        const auto found = value ? value : variables.find(name);
        if (found) service.environment[name] = *found;
    }
}

}  // namespace

void read_environment(Context& context, Service& service, const Values& values)
{
    for (const Node& each : values.items("env_file")) {
        if (const auto source = env_source(context, each))
            read_env_source(context, service, *source);
    }
    for (const Node::Entry& entry : values.entries("environment")) {
        const auto written = entry.value.is_null() ? std::nullopt : entry.value.scalar_text();
        if (!written && !entry.value.is_null()) {
            context.findings.wrong(entry.value.at, "a list or map stands where a value shall be");
            continue;
        }
        // A name alone takes its value from where Compose runs: from our variables and .env.
        const auto value = written ? written : context.project.variables.find(entry.key);
        if (value)
            service.environment[entry.key] = *value;
        else
            service.environment.erase(entry.key);
    }
}

}  // namespace diorama::manifest
