#include "base/tar.hpp"

#include <archive.h>
#include <archive_entry.h>

namespace diorama {

namespace {

using Writer = std::unique_ptr<archive, decltype(&archive_write_free)>;
using Reader = std::unique_ptr<archive, decltype(&archive_read_free)>;
using EntryPtr = std::unique_ptr<archive_entry, decltype(&archive_entry_free)>;

/// What was written and not yet taken. `open` falls when the writer is dropped half-way: libarchive
/// would complete the archive with as many zeros as the entry promised.
struct Output {
    std::string bytes;
    bool open = true;
};

la_ssize_t append(archive*, void* to, const void* bytes, std::size_t size)
{
    auto& output = *static_cast<Output*>(to);
    if (!output.open) return -1;
    output.bytes.append(static_cast<const char*>(bytes), size);
    return static_cast<la_ssize_t>(size);
}

Error failure(archive* of, std::string_view path)
{
    const char* why = archive_error_string(of);
    return {Code::invalid, fmt::format("tar: '{}': {}", path, why ? why : "malformed archive"), ""};
}

EntryPtr described(const TarEntry& entry)
{
    EntryPtr out{archive_entry_new(), archive_entry_free};
    archive_entry_set_pathname(out.get(), entry.path.c_str());
    archive_entry_set_perm(out.get(), entry.mode & 07777U);
    archive_entry_set_uid(out.get(), entry.uid);
    archive_entry_set_gid(out.get(), entry.gid);
    const auto since = std::chrono::floor<seconds>(entry.modified).time_since_epoch();
    archive_entry_set_mtime(out.get(), since.count(), 0);
    archive_entry_set_size(out.get(), 0);
    switch (entry.kind) {
        case TarEntry::Kind::directory: archive_entry_set_filetype(out.get(), AE_IFDIR); break;
        case TarEntry::Kind::symlink:
            archive_entry_set_filetype(out.get(), AE_IFLNK);
            archive_entry_set_symlink(out.get(), entry.link.c_str());
            break;
        case TarEntry::Kind::file:
            archive_entry_set_filetype(out.get(), AE_IFREG);
            archive_entry_set_size(out.get(), static_cast<la_int64_t>(entry.size));
            break;
    }
    return out;
}

}  // namespace

struct TarWriter::State {
    Output out;
    Writer tar{archive_write_new(), archive_write_free};
    std::string path;
    std::uint64_t owed = 0;

    State()
    {
        archive_write_set_format_pax_restricted(tar.get());
        archive_write_set_options(tar.get(), "hdrcharset=BINARY");
        archive_write_set_bytes_per_block(tar.get(), 0);
        archive_write_set_bytes_in_last_block(tar.get(), 1);
        archive_write_open(tar.get(), &out, nullptr, append, nullptr);
    }
    ~State() { out.open = false; }
    Result<> settled() const
    {
        if (owed == 0) return ok();
        return Error{Code::invalid, fmt::format("tar: '{}' is {} bytes short", path, owed), ""};
    }
};

TarWriter::TarWriter() : state_(std::make_unique<State>()) {}
TarWriter::TarWriter(TarWriter&&) noexcept = default;
TarWriter& TarWriter::operator=(TarWriter&&) noexcept = default;
TarWriter::~TarWriter() = default;

Result<> TarWriter::begin(const TarEntry& entry)
{
    if (const auto before = state_->settled(); !before) return before;
    if (entry.path.empty() || entry.path.find('\0') != std::string::npos)
        return Error{Code::invalid, "tar: a path is empty or holds a NUL", ""};
    const auto described_entry = described(entry);
    if (archive_write_header(state_->tar.get(), described_entry.get()) < ARCHIVE_WARN)
        return failure(state_->tar.get(), entry.path);
    state_->path = entry.path;
    state_->owed = entry.kind == TarEntry::Kind::file ? entry.size : 0;
    return ok();
}

Result<> TarWriter::content(std::string_view bytes)
{
    if (bytes.size() > state_->owed)
        return Error{
            Code::invalid, fmt::format("tar: '{}' grew while it was read", state_->path), ""
        };
    if (bytes.empty()) return ok();
    if (archive_write_data(state_->tar.get(), bytes.data(), bytes.size()) < 0)
        return failure(state_->tar.get(), state_->path);
    state_->owed -= bytes.size();
    return ok();
}

Result<> TarWriter::finish()
{
    if (const auto before = state_->settled(); !before) return before;
    if (archive_write_close(state_->tar.get()) != ARCHIVE_OK)
        return failure(state_->tar.get(), "end");
    return ok();
}

std::string TarWriter::take()
{
    return std::exchange(state_->out.bytes, {});
}

std::size_t TarWriter::waiting() const
{
    return state_->out.bytes.size();
}

namespace {

Result<TarEntry> read_entry(archive_entry* seen)
{
    const char* path = archive_entry_pathname(seen);
    TarEntry entry{.path = path ? path : ""};
    entry.mode = archive_entry_perm(seen);
    entry.uid = static_cast<std::uint32_t>(archive_entry_uid(seen));
    entry.gid = static_cast<std::uint32_t>(archive_entry_gid(seen));
    entry.modified = Instant{seconds{archive_entry_mtime(seen)}};
    switch (archive_entry_filetype(seen)) {
        case AE_IFDIR: entry.kind = TarEntry::Kind::directory; return entry;
        case AE_IFLNK: entry.kind = TarEntry::Kind::symlink; break;
        case AE_IFREG: entry.kind = TarEntry::Kind::file; break;
        default:
            return Error{
                Code::refused,
                fmt::format("tar: '{}' is neither file, folder nor link", entry.path),
                ""
            };
    }
    if (archive_entry_hardlink(seen))
        return Error{Code::refused, fmt::format("tar: '{}' is a hard link", entry.path), ""};
    if (const char* link = archive_entry_symlink(seen)) entry.link = link;
    entry.size = entry.kind == TarEntry::Kind::file
                     ? static_cast<std::uint64_t>(archive_entry_size(seen))
                     : 0;
    return entry;
}

Result<std::string> read_content(archive* tar, const std::string& path, std::uint64_t limit)
{
    std::string content;
    std::array<char, 65536> part{};
    for (;;) {
        const auto got = archive_read_data(tar, part.data(), part.size());
        if (got < 0) return failure(tar, path);
        if (got == 0) return content;
        content.append(part.data(), static_cast<std::size_t>(got));
        if (content.size() > limit)
            return Error{Code::invalid, fmt::format("tar: '{}' goes beyond the limit", path), ""};
    }
}

}  // namespace

Result<std::vector<TarFile>> read_tar(std::string_view bytes, std::uint64_t limit)
{
    const Reader tar{archive_read_new(), archive_read_free};
    archive_read_support_format_tar(tar.get());
    if (archive_read_open_memory(tar.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
        return failure(tar.get(), "start");
    std::vector<TarFile> files;
    for (;;) {
        archive_entry* seen = nullptr;
        const int status = archive_read_next_header(tar.get(), &seen);
        if (status == ARCHIVE_EOF) return files;
        if (status < ARCHIVE_WARN) return failure(tar.get(), "header");
        auto entry = read_entry(seen);
        if (!entry) return entry.error();
        auto content = read_content(tar.get(), entry->path, limit);
        if (!content) return content.error();
        limit -= content->size();
        files.push_back({std::move(*entry), std::move(*content)});
    }
}

}  // namespace diorama
