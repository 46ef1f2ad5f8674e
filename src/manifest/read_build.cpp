#include "base/unicode.hpp"
#include "manifest/read.hpp"
#include "model/dockerfile.hpp"

#include <algorithm>

namespace diorama::manifest {

namespace {

bool is_remote(std::string_view context)
{
    return context.contains("://") || context.starts_with("git@") ||
           context.starts_with("github.com/");
}

std::string path_below(const std::string& context, const std::string& path)
{
    if (context == ".") return path;
    return path.starts_with(context + '/') ? path.substr(context.size() + 1) : "";
}

/// The text of the Dockerfile at `path`; null when it is wrong, or was not read yet.
const std::string* dockerfile_text(Context& context, const std::string& path, Position at)
{
    switch (context.library.kind(path)) {
        case PathKind::file: break;
        case PathKind::link:
        case PathKind::submodule:
            context.findings.refused(
                at, fmt::format("{} is a link", display(path)), "Put the Dockerfile itself there."
            );
            return nullptr;
        default:
            context.findings.wrong(
                at,
                fmt::format("there is no {} in the repository", display(path)),
                "Commit it, or name another with build.dockerfile."
            );
            return nullptr;
    }
    const auto* text = context.library.text(path);
    if (text && !*text) context.findings.add(at, text->error());
    return text && *text ? &**text : nullptr;
}

/// Arguments without a value come from where Compose runs, as in `environment`.
std::map<std::string, std::string> build_args(Context& context, const Values& values)
{
    auto args = values.pairs("args");
    for (const Node::Entry& entry : values.entries("args")) {
        if (!entry.value.is_null()) continue;
        const auto value = context.project.variables.find(entry.key);
        if (value)
            args[entry.key] = *value;
        else
            args.erase(entry.key);
    }
    return args;
}

std::optional<std::string> build_context(Context& context, const Values& values)
{
    const auto written = values.text("context").value_or(".");
    const Position at = values.at("context");
    if (is_remote(written)) {
        context.findings.refused(
            at,
            fmt::format("'{}' is not in the repository", display(written)),
            "Build from a folder of the repository."
        );
        return std::nullopt;
    }
    auto path = repository_path(context, written, at);
    if (!path) return std::nullopt;
    const auto kind = context.library.kind(*path);
    if (kind == PathKind::folder) return path;
    if (kind == PathKind::link || kind == PathKind::submodule) {
        context.findings.refused(
            at,
            fmt::format("{} is a link, and links are not followed", display(*path)),
            "Build from the folder itself."
        );
        return std::nullopt;
    }
    context.findings.wrong(
        at,
        fmt::format("there is no folder {} in the repository", display(*path)),
        "Name the folder that holds the Dockerfile."
    );
    return std::nullopt;
}

/// Reads and checks the Dockerfile a build names, wherever in the repository it is.
void read_dockerfile(Context& context, Service& service, const Values& values, BuildSpec& build)
{
    const auto written = values.text("dockerfile").value_or("");
    const Position at = values.at("dockerfile");
    const auto path = path_within(build.context, written.empty() ? "Dockerfile" : written);
    if (!path) return context.findings.add(at, path.error());
    const std::string* text = dockerfile_text(context, *path, at);
    const auto below = path_below(build.context, *path);
    if (!below.empty())
        build.dockerfile = below;
    else if (text)
        build.dockerfile_inline = *text;  // It lies outside the context that the builder sees.
    service.source = build;
    if (text) check_dockerfile(context, service, *text, *path, at);
}

}  // namespace

void check_dockerfile(
    Context& context, Service& service, std::string_view text, const std::string& path, Position at
)
{
    auto* build = std::get_if<BuildSpec>(&service.source);
    if (!build) return;
    const Dockerfile scanned = scan_dockerfile(text, build->args);
    const int number = path.empty() ? at.source : context.findings.add_file(path, folder_of(path));
    for (const DockerfileProblem& each : scanned.problems) {
        Position place{.line = each.line, .column = 1, .source = number};
        if (path.empty()) place = at;
        context.findings.add(place, {each.code, each.what, each.mend});
    }
    if (scanned.problems.empty() && !scanned.stage(build->target))
        context.findings.wrong(
            at,
            fmt::format("the Dockerfile has no stage {}", display(build->target)),
            "Correct build.target."
        );
    if (service.ports.empty()) service.ports = scanned.ports(build->target);
}

void read_build(Context& context, Service& service, const Values& values)
{
    const Node* node = values.find("build");
    const Values own(*node, context.findings);
    if (!node->map()) return;
    BuildSpec build;
    build.args = build_args(context, own);
    build.target = own.text("target").value_or("");
    build.labels = own.pairs("labels");
    build.cache_from = own.texts("cache_from").value_or(std::vector<std::string>());
    build.dockerfile_inline = own.text("dockerfile_inline");
    service.source = build;
    const auto folder = build_context(context, own);
    if (!folder) return;
    build.context = *folder;
    service.source = build;
    if (build.dockerfile_inline)
        check_dockerfile(
            context, service, *build.dockerfile_inline, "", own.at("dockerfile_inline")
        );
    else
        read_dockerfile(context, service, own, build);
}

}  // namespace diorama::manifest
