#include "build/context.hpp"

#include "base/byte_size.hpp"
#include "base/unicode.hpp"

#include <memory>

namespace diorama {

namespace {

Error too_large(std::string_view folder, std::string what)
{
    return {
        Code::refused,
        fmt::format("the build context {} {}", display(folder), what),
        "Keep what the build does not need out of it by a .dockerignore."
    };
}

/// The files of a commit with a few texts that are no files of it, all beneath one path that no
/// commit has.
class Overlaid final : public Files {
public:
    Overlaid(Files& files, std::map<std::string, std::string> texts)
        : files_(files),
          texts_(std::move(texts))
    {}

    static std::string address(std::string_view path) { return fmt::format("../{}", path); }

    const std::vector<FileEntry>& entries() const override { return files_.entries(); }
    Task<Result<std::string>> read(std::string path, std::uint64_t cap) override
    {
        return files_.read(std::move(path), cap);
    }
    Task<Result<>> stream(std::vector<FileEntry> wanted, Visit visit) override
    {
        std::vector<FileEntry> rest;
        for (FileEntry& entry : wanted) {
            const auto text = texts_.find(entry.path);
            if (text == texts_.end()) {
                rest.push_back(std::move(entry));
                continue;
            }
            const auto visited = co_await visit(entry, text->second, true);
            if (!visited) co_return visited.error();
        }
        if (rest.empty()) co_return ok();
        co_return co_await files_.stream(std::move(rest), std::move(visit));
    }

private:
    Files& files_;
    std::map<std::string, std::string> texts_;
};

ArchiveItem item(const ContextFile& each)
{
    ArchiveItem made{.file = each.file, .tar = {.path = each.path}};
    switch (each.file.type) {
        case FileEntry::Type::executable: made.tar.mode = 0755; [[fallthrough]];
        case FileEntry::Type::file: made.tar.size = each.file.size; break;
        case FileEntry::Type::link: made.tar.kind = TarEntry::Kind::symlink; break;
        case FileEntry::Type::submodule: break;  // Never among the files of a context.
    }
    return made;
}

}  // namespace

std::string within(std::string_view folder, std::string_view name)
{
    if (folder == "." || folder.empty()) return std::string(name);
    return fmt::format("{}/{}", folder, name);
}

Result<Context> select_context(
    const std::vector<FileEntry>& entries,
    std::string_view folder,
    const IgnoreRules& ignore,
    const ContextLimits& limits
)
{
    const std::string below = within(folder, "");
    Context context{.folder = folder == "." ? "" : std::string(folder)};
    bool exists = below.empty();
    for (const FileEntry& entry : entries) {
        if (!entry.path.starts_with(below)) continue;
        exists = true;
        std::string path = entry.path.substr(below.size());
        if (ignore.drops(path)) continue;
        if (entry.type == FileEntry::Type::submodule) context.submodules.push_back(path);
        context.bytes += entry.size;
        context.files.push_back({std::move(path), entry});
        if (context.files.size() > limits.files)
            return too_large(folder, fmt::format("has more than {} files", limits.files));
        if (context.bytes > limits.bytes)
            return too_large(
                folder, fmt::format("is larger than {}", human_byte_size({limits.bytes}))
            );
    }
    if (exists) return context;
    return Error{
        Code::invalid,
        fmt::format("the build context {} is no folder of this commit", display(folder)),
        "Commit it, or name another folder in build.context."
    };
}

Chunks context_tar(Files& files, const Context& context, std::map<std::string, std::string> texts)
{
    std::vector<ArchiveItem> items;
    std::map<std::string, std::string> addressed;
    for (auto& [path, text] : texts) {
        const std::string address = Overlaid::address(path);
        items.push_back({
            .file = {.path = address, .size = text.size()},
            .tar = {.path = path,    .size = text.size()},
        });
        addressed[address] = std::move(text);
    }
    for (const ContextFile& each : context.files) {
        const bool replaced = texts.contains(each.path);
        if (!replaced && each.file.type != FileEntry::Type::submodule) items.push_back(item(each));
    }
    auto overlaid = std::make_shared<Overlaid>(files, std::move(addressed));
    Chunks pieces = archive(*overlaid, std::move(items));
    return [overlaid, pieces] { return pieces(); };
}

}  // namespace diorama
