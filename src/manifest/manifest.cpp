#include "manifest/manifest.hpp"

#include "base/unicode.hpp"
#include "manifest/load.hpp"
#include "manifest/read.hpp"
#include "model/dockerfile.hpp"
#include "model/main_service.hpp"

#include <algorithm>
#include <array>

namespace diorama {

namespace {

using namespace manifest;

constexpr std::array<std::string_view, 6> names{
    "diorama.yaml",
    "diorama.yml",
    "compose.yaml",
    "compose.yml",
    "docker-compose.yaml",
    "docker-compose.yml",
};
constexpr std::array<std::string_view, 4> override_names{
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
};

/// Which files make the manifest, the later over the earlier; none when there is no manifest.
std::vector<std::string> choose_files(const Library& library, const ManifestOptions& options)
{
    const auto there = [&](std::string_view path) { return library.kind(path) != PathKind::none; };
    if (!options.path.empty()) {
        const auto path = path_within("", options.path);
        if (path && library.kind(*path) == PathKind::file) return {*path};
        return {};
    }
    const auto found = std::ranges::find_if(names, there);
    if (found != names.end()) {
        std::vector<std::string> files{std::string(*found)};
        const auto over = std::ranges::find_if(override_names, there);
        if (!found->starts_with("diorama") && over != override_names.end())
            files.emplace_back(*over);
        return files;
    }
    if (there("Dockerfile")) return {"Dockerfile"};
    return {};
}

Error no_manifest(const ManifestOptions& options)
{
    if (!options.path.empty())
        return {
            Code::not_found,
            fmt::format("there is no file {} in this commit", display(options.path)),
            "Commit it, or correct the path of the manifest in the project's settings."
        };
    return {
        Code::not_found,
        "there is no manifest: looked for diorama.yaml, compose.yaml, docker-compose.yml and "
        "Dockerfile at the root of the repository",
        "Commit one of them, or name its path in the project's settings."
    };
}

bool is_dockerfile(std::string_view path)
{
    const auto name = path.substr(path.rfind('/') + 1);
    return name == "Dockerfile" || name.starts_with("Dockerfile.") || name.ends_with(".Dockerfile");
}

/// A service called after the repository, in the letters a name may have.
std::string service_name(std::string_view repository)
{
    std::string name;
    for (const char each : repository) {
        const char small = each >= 'A' && each <= 'Z' ? static_cast<char>(each - 'A' + 'a') : each;
        const bool plain = (small >= 'a' && small <= 'z') || (small >= '0' && small <= '9');
        if (plain || (small == '-' && !name.empty())) name += small;
    }
    name.resize(std::min<std::size_t>(name.size(), 40));
    while (name.ends_with('-'))
        name.pop_back();
    return name.empty() ? "app" : name;
}

/// The plan of a Dockerfile that stands alone: one service, built from its folder.
void read_lone_dockerfile(Context& context, const std::string& path)
{
    const auto folder = folder_of(path);
    Service service{.name = service_name(context.options.name)};
    service.source = BuildSpec{
        .context = folder.empty() ? "." : folder,
        .dockerfile = folder.empty() ? path : path.substr(folder.size() + 1),
    };
    service.networks = {{.network = "default"}};
    context.plan.networks["default"] = {.name = "default"};
    const int source = context.findings.add_file(path, folder);
    const Position top{.line = 1, .column = 1, .source = source};
    if (context.library.kind(path) != PathKind::file)
        return context.findings.refused(top, "it is a link", "Put the Dockerfile itself there.");
    const auto* text = context.library.text(path);
    if (!text) return;
    if (!*text) return context.findings.add(top, text->error());
    check_dockerfile(context, service, **text, path, top);
    context.plan.services.push_back(std::move(service));
    choose_main(context.plan);
}

/// Ports that only the Dockerfile names are not known to its service until here.
void finish(Context& context)
{
    Plan& plan = context.plan;
    const auto& notes = context.findings.notes();
    plan.notes.insert(plan.notes.begin(), notes.begin(), notes.end());
    clamp(plan, context.options.policy);
    for (Refusal& each : judge(plan, context.options.policy))
        context.findings.refused(
            locate(context.project.tree, each.path), std::move(each.what), std::move(each.mend)
        );
}

/// Reads what the library has; the answer counts only when nothing is wanted any more.
Result<Plan>
read_once(Library& library, const std::vector<std::string>& files, const ManifestOptions& options)
{
    Findings findings;
    Plan plan{.manifest = files.front()};
    if (is_dockerfile(files.front())) {
        const Project none{{}, Variables({})};
        Context context{library, findings, none, options, plan};
        read_lone_dockerfile(context, files.front());
        if (!findings.failed()) finish(context);
    } else if (const auto project = load_project(library, findings, files, options)) {
        Context context{library, findings, *project, options, plan};
        read_project(context);
        finish(context);
    }
    if (findings.failed()) return findings.error();
    return plan;
}

/// A peer's failure is not the manifest's: the whole reading is tried again later.
bool is_accident(const Error& error)
{
    return is_retryable(error.code) || error.code == Code::cancelled ||
           error.code == Code::superseded;
}

}  // namespace

Task<Result<Plan>> read_manifest(Files& files, ManifestOptions options)
{
    Library library(files);
    const auto chosen = choose_files(library, options);
    if (chosen.empty()) co_return no_manifest(options);
    while (true) {
        auto plan = read_once(library, chosen, options);
        const auto wanted = library.wanted();
        if (wanted.empty()) co_return plan;
        for (const std::string& path : wanted) {
            if (library.count() >= options.file_count || library.bytes() >= options.total_bytes)
                co_return Error{
                    Code::refused,
                    fmt::format("{} leads to too many files or too large ones", chosen.front()),
                    "Put what belongs together in one file."
                };
            auto content = co_await files.read(path, options.file_bytes);
            if (!content && is_accident(content.error()))
                co_return content.error().during(fmt::format("read {}", display(path)));
            library.keep(path, std::move(content));
        }
    }
}

}  // namespace diorama
