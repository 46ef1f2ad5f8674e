#include "engine/content.hpp"

#include "base/sha256.hpp"
#include "model/archive.hpp"

#include <algorithm>

namespace diorama {

namespace {

std::pair<std::string, std::string> split_target(const std::string& target)
{
    const auto slash = target.rfind('/');
    const std::string folder = slash == 0 ? "/" : target.substr(0, slash);
    return {folder, target.substr(slash + 1)};
}

std::pair<std::uint32_t, std::uint32_t> owner_ids(const std::string& owner)
{
    const auto number = [](std::string_view text) {
        std::uint32_t value = 0;
        for (const char c : text) {
            if (c < '0' || c > '9') return 0U;
            value = value * 10 + static_cast<std::uint32_t>(c - '0');
        }
        return value;
    };
    const auto colon = owner.find(':');
    if (colon == std::string::npos) return {number(owner), number(owner)};
    return {
        number(std::string_view(owner).substr(0, colon)),
        number(std::string_view(owner).substr(colon + 1))
    };
}

TarEntry tar_entry(const FileEntry& file, std::string path, const ContentMount& mount)
{
    const auto [uid, gid] = owner_ids(mount.owner);
    const std::uint32_t mode = file.type == FileEntry::Type::executable ? 0755 : 0644;
    return {
        .path = std::move(path),
        .kind = file.type == FileEntry::Type::link ? TarEntry::Kind::symlink : TarEntry::Kind::file,
        .mode = mount.mode.value_or(mode),
        .size = file.type == FileEntry::Type::link ? 0 : file.size,
        .uid = uid,
        .gid = gid
    };
}

Packed pack_text(const ContentMount& mount)
{
    const auto [folder, name] = split_target(mount.target);
    const auto [uid, gid] = owner_ids(mount.owner);
    const TarEntry entry{
        .path = name,
        .mode = mount.mode.value_or(0444),
        .size = mount.inline_text->size(),
        .uid = uid,
        .gid = gid
    };
    return {
        .identity = fmt::format(
            "{}={}:{:o}:{}", mount.target, sha256(*mount.inline_text), entry.mode, mount.owner
        ),
        .target = folder,
        .open = [entry, text = *mount.inline_text] { return archive_text(entry, text); }
    };
}

}  // namespace

Result<Packed> pack(const ContentMount& mount, Files& files)
{
    if (mount.inline_text) return pack_text(mount);

    const bool root = mount.source.empty() || mount.source == ".";
    const std::string below = root ? "" : mount.source + "/";
    const auto [parent, name] = split_target(mount.target);
    std::vector<ArchiveItem> items;
    Packed packed{.target = mount.target, .folder = true};
    std::uint64_t size = 0;
    Sha256 identity;
    identity.update(fmt::format("{}:{}:{}:", mount.target, mount.owner, mount.mode.value_or(0)));
    for (const FileEntry& file : files.entries()) {
        if (file.type == FileEntry::Type::submodule) continue;
        const bool itself = file.path == mount.source;
        if (!itself && !file.path.starts_with(below)) continue;
        if (itself) {
            packed.folder = false;
            packed.target = parent;
        }
        identity.update(
            fmt::format("{}\n{}:{}\n", file.path, static_cast<int>(file.type), file.object)
        );
        items.push_back(
            {file, tar_entry(file, itself ? name : file.path.substr(below.size()), mount)}
        );
        size += file.size;
    }
    if (items.empty())
        return Error{
            Code::not_found,
            fmt::format(
                "the commit has no file or folder '{}' to mount at {}", mount.source, mount.target
            ),
            "Correct the path, or commit the file."
        };
    if (size > content_limit)
        return Error{
            Code::refused,
            fmt::format(
                "'{}' has {} MB, more than the {} MB a mount may copy",
                mount.source,
                size >> 20,
                content_limit >> 20
            ),
            "Mount a smaller folder, or COPY it in the Dockerfile."
        };
    packed.identity = identity.hex();
    packed.open = [&files, items] { return archive(files, items); };
    return packed;
}

std::string variable_name(std::string_view service)
{
    std::string name;
    for (const char c : service) {
        if (c >= 'a' && c <= 'z')
            name.push_back(static_cast<char>(c - 'a' + 'A'));
        else if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
            name.push_back(c);
        else
            name.push_back('_');
    }
    return name;
}

}  // namespace diorama
