#include "base/text.hpp"
#include "base/unicode.hpp"
#include "manifest/read.hpp"
#include "manifest/units.hpp"

#include <algorithm>

namespace diorama::manifest {

namespace {

/// A path in a container without what is empty or "."; as written when it is not absolute.
std::string clean_target(std::string_view text)
{
    if (!text.starts_with('/')) return std::string(text);
    std::string clean;
    for (const std::string_view part : split(text, '/')) {
        if (!part.empty() && part != ".") clean += fmt::format("/{}", part);
    }
    return clean.empty() ? "/" : clean;
}

/// A name for a volume that has none: the same for every commit, as data shall outlive a push.
std::string volume_name(const Plan& plan, const Service& service, std::string_view target)
{
    std::string name = service.name;
    for (const char each : target) {
        const bool plain = (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
                           (each >= '0' && each <= '9') || each == '_' || each == '-';
        name += plain ? each : '_';
    }
    name.resize(std::min<std::size_t>(name.size(), 60));
    while (plan.volumes.contains(name))
        name += '_';
    return name;
}

VolumeMount new_volume(Context& context, const Service& service, const std::string& target)
{
    const auto name = volume_name(context.plan, service, target);
    context.plan.volumes[name] = {.name = name};
    return {.volume = name, .target = target};
}

/// Says which way out of the repository was tried.
bool refuse_host_path(Context& context, const std::string& source, Position at)
{
    if (source.contains("docker.sock")) {
        context.findings.refused(
            at,
            "the Docker socket is not given to a scene: it is the host's root",
            "Remove it; Diorama itself routes, restarts and shows logs."
        );
        return true;
    }
    if (!source.starts_with('/') && !source.starts_with('~')) return false;
    context.findings.refused(
        at,
        fmt::format(
            "{} is a path of the host, and nothing of the host is mounted", display(source)
        ),
        "Use a path inside the repository, or a named volume."
    );
    return true;
}

std::optional<Mount>
bind(Context& context, const Service& service, const Values& values, const std::string& target)
{
    const std::string source = values.text("source").value_or("");
    const Position at = values.at("source");
    if (source.empty()) {
        values.findings().wrong(at, "a bind needs a source", "Name a path inside the repository.");
        return std::nullopt;
    }
    if (refuse_host_path(context, source, at)) return std::nullopt;
    const auto path = repository_path(context, source, at);
    if (!path) return std::nullopt;
    const bool read_only = values.flag("read_only").value_or(false);
    switch (context.library.kind(*path)) {
        // A file cannot be a volume: it is copied anew for each container.
        case PathKind::file:
            return ContentMount{.source = *path, .target = target, .read_only = true};
        case PathKind::folder:
            return ContentMount{.source = *path, .target = target, .read_only = read_only};
        case PathKind::link:
        case PathKind::submodule:
            context.findings.refused(
                at,
                fmt::format("{} is a link, and links are not followed", display(*path)),
                "Mount what it leads to."
            );
            return std::nullopt;
        case PathKind::none: break;
    }
    context.findings.note(
        at,
        fmt::format("{} is not in the repository: {} gets an empty volume", display(*path), target)
    );
    return new_volume(context, service, target);
}

std::optional<Mount>
volume(Context& context, const Service& service, const Values& values, const std::string& target)
{
    const std::string name = values.text("source").value_or("");
    static const Node none = Node::Map{};
    const Values options(values.find("volume") ? *values.find("volume") : none, values.findings());
    VolumeMount mount;
    if (name.empty()) {
        mount = new_volume(context, service, target);
    } else if (context.plan.volumes.contains(name)) {
        mount = {.volume = name, .target = target};
    } else {
        context.findings.wrong(
            values.at("source"),
            fmt::format("there is no volume {}", display(name)),
            "Define it under volumes:, or begin a path of the repository with ./."
        );
        return std::nullopt;
    }
    mount.read_only = values.flag("read_only").value_or(false);
    mount.no_copy = options.flag("nocopy").value_or(false);
    return mount;
}

Mount tmpfs(const Values& values, const std::string& target)
{
    static const Node none = Node::Map{};
    const Values options(values.find("tmpfs") ? *values.find("tmpfs") : none, values.findings());
    return TmpfsMount{
        .target = target,
        .size = options.bytes("size").value_or(0),
        .mode = options.mode("mode"),
    };
}

std::optional<Mount> read_mount(Context& context, const Service& service, const Node& node)
{
    const Values values(node, context.findings);
    const auto type = values.text("type").value_or("volume");
    const auto target = clean_target(values.text("target").value_or(""));
    if (!target.starts_with('/')) {
        context.findings.wrong(
            values.at("target"),
            fmt::format("'{}' is no absolute path in the container", display(target)),
            "Begin the target with '/'."
        );
        return std::nullopt;
    }
    if (type == "bind") return bind(context, service, values, target);
    if (type == "volume") return volume(context, service, values, target);
    if (type == "tmpfs") return tmpfs(values, target);
    context.findings.refused(
        values.at("type"),
        fmt::format("mounts of type {} are not allowed", display(type)),
        "Use volume, bind or tmpfs."
    );
    return std::nullopt;
}

/// `/run`, `/run:size=64m,mode=1777`
TmpfsMount short_tmpfs(const Values& values, const std::string& text)
{
    const auto colon = text.find(':');
    TmpfsMount mount{.target = clean_target(text.substr(0, colon))};
    if (colon == std::string::npos) return mount;
    const Position at = values.at("tmpfs");
    for (const std::string_view option : split(std::string_view(text).substr(colon + 1), ',')) {
        const auto sign = option.find('=');
        const auto name = option.substr(0, sign);
        const auto value = sign == std::string_view::npos ? "" : option.substr(sign + 1);
        const auto size = parse_bytes(value);
        if (name == "size" && size)
            mount.size = *size;
        else if (name == "mode" && parse_mode(value))
            mount.mode = parse_mode(value);
        else if (name == "size" || name == "mode")
            values.findings().wrong(at, fmt::format("tmpfs: '{}' is no {}", display(value), name));
        else
            values.findings().note(at, fmt::format("tmpfs option {} is ignored", display(name)));
    }
    return mount;
}

/// Where a secret or config stands in the container, by the rules of each.
std::string
file_target(std::string_view section, const std::string& source, const std::string& target)
{
    const std::string& name = target.empty() ? source : target;
    if (name.starts_with('/')) return clean_target(name);
    return section == "secrets" ? fmt::format("/run/secrets/{}", name) : fmt::format("/{}", name);
}

/// Fills in what the secret or config holds; false when that is wrong.
bool read_definition(Context& context, const Node& node, ContentMount& mount)
{
    const Values values(node, context.findings);
    if (const auto content = values.text("content")) {
        mount.inline_text = *content;
        return true;
    }
    const auto file = values.text("file");
    if (!file) {
        const bool refused = values.find("environment") || values.find("external");
        if (!refused) context.findings.wrong(node.at, "it has no file", "Write file: with a path.");
        return false;
    }
    const Position at = values.at("file");
    if (refuse_host_path(context, *file, at)) return false;
    const auto path = repository_path(context, *file, at);
    if (!path) return false;
    const auto kind = context.library.kind(*path);
    if (kind == PathKind::link || kind == PathKind::submodule)
        context.findings.refused(
            at, fmt::format("{} is a link", display(*path)), "Put the file itself there."
        );
    else if (kind != PathKind::file)
        context.findings.wrong(
            at,
            fmt::format("there is no file {} in the repository", display(*path)),
            "Commit one with a value for previews."
        );
    mount.source = *path;
    return kind == PathKind::file;
}

std::optional<ContentMount>
file_mount(Context& context, std::string_view section, const Node& definitions, const Node& node)
{
    const Values values(node, context.findings);
    const auto source = values.text("source").value_or("");
    const Node* definition = definitions.find(source);
    if (!definition) {
        context.findings.wrong(
            values.at("source"),
            fmt::format("{}.{} is not defined", section, display(source)),
            fmt::format("Define it under {}: at the top.", section)
        );
        return std::nullopt;
    }
    ContentMount mount;
    if (!read_definition(context, *definition, mount)) return std::nullopt;
    mount.target = file_target(section, source, values.text("target").value_or(""));
    mount.read_only = true;
    mount.mode = values.mode("mode");
    const auto uid = values.text("uid").value_or("");
    const auto gid = values.text("gid").value_or("");
    if (!uid.empty() || !gid.empty())
        mount.owner = fmt::format("{}:{}", uid.empty() ? "0" : uid, gid.empty() ? "0" : gid);
    return mount;
}

const std::string& target_of(const Mount& mount)
{
    return std::visit([](const auto& each) -> const std::string& { return each.target; }, mount);
}

void check_targets(const Service& service, const Values& values)
{
    std::set<std::string> seen;
    for (const Mount& mount : service.mounts) {
        if (seen.insert(target_of(mount)).second) continue;
        values.findings().wrong(
            values.at("volumes"),
            fmt::format("two things are mounted at {}", display(target_of(mount))),
            "Remove one of them."
        );
    }
}

}  // namespace

void read_mounts(Context& context, Service& service, const Values& values)
{
    for (const Node& each : values.items("volumes")) {
        if (auto mount = read_mount(context, service, each))
            service.mounts.push_back(std::move(*mount));
    }
    for (const std::string& each : values.texts("tmpfs").value_or(std::vector<std::string>()))
        service.mounts.push_back(short_tmpfs(values, each));
    for (const std::string_view section : {"secrets", "configs"}) {
        const Node* defined = context.project.tree.find(section);
        const Node none = Node::Map{};
        for (const Node& each : values.items(section)) {
            auto mount = file_mount(context, section, defined ? *defined : none, each);
            if (mount) service.mounts.push_back(std::move(*mount));
        }
    }
    check_targets(service, values);
}

}  // namespace diorama::manifest
