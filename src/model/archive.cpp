#include "model/archive.hpp"

#include <memory>
#include <utility>

namespace diorama {

namespace {

Task<Result<>> done()
{
    co_return ok();
}

/// Files are read in groups of about this many bytes, each by one call of Files::stream.
constexpr std::uint64_t group_bytes = 1U << 20;

class Archive {
public:
    Archive(Files& files, std::vector<ArchiveItem> items) : files_(files), items_(std::move(items))
    {}

    Task<Result<std::optional<std::string>>> next()
    {
        if (finished_) co_return std::nullopt;
        if (at_ == items_.size()) {
            finished_ = true;
            const auto finished = tar_.finish();
            if (!finished) co_return finished.error();
            co_return tar_.take();
        }
        first_ = at_;
        std::vector<FileEntry> group;
        for (std::uint64_t bytes = 0; at_ < items_.size() && bytes < group_bytes; ++at_) {
            group.push_back(items_[at_].file);
            bytes += items_[at_].file.size + 512;
        }
        Files::Visit visit = [this](const FileEntry&, std::string_view piece, bool last) {
            return take(piece, last);
        };
        const auto read = co_await files_.stream(std::move(group), std::move(visit));
        if (!read) co_return read.error();
        co_return tar_.take();
    }

private:
    Task<Result<>> take(std::string_view piece, bool last)
    {
        const auto written = write(piece, last);
        if (!written) return fail(written.error());
        return done();
    }

    Result<> write(std::string_view piece, bool last)
    {
        TarEntry& entry = items_[first_].tar;
        const bool link = entry.kind == TarEntry::Kind::symlink;
        if (link) entry.link += piece;
        if (!begun_ && (!link || last)) {
            begun_ = true;
            const auto begun = tar_.begin(entry);
            if (!begun) return begun.error();
        }
        if (!link) {
            const auto written = tar_.content(piece);
            if (!written) return written.error();
        }
        if (last) {
            ++first_;
            begun_ = false;
        }
        return ok();
    }

    static Task<Result<>> fail(Error error) { co_return error; }

    Files& files_;
    std::vector<ArchiveItem> items_;
    std::size_t at_ = 0;     ///< The next item to ask for.
    std::size_t first_ = 0;  ///< The item whose content comes now.
    bool begun_ = false;
    bool finished_ = false;
    TarWriter tar_;
};

Result<std::string> text_archive(const TarEntry& entry, std::string_view text)
{
    TarWriter tar;
    const auto begun = tar.begin(entry);
    if (!begun) return begun.error();
    const auto written = tar.content(text);
    if (!written) return written.error();
    const auto finished = tar.finish();
    if (!finished) return finished.error();
    return tar.take();
}

Task<Result<std::optional<std::string>>>
give(std::shared_ptr<std::optional<Result<std::string>>> once)
{
    if (!once->has_value()) co_return std::nullopt;
    const Result<std::string> given = *std::move(*once);
    once->reset();
    if (!given) co_return given.error();
    co_return *given;
}

}  // namespace

Chunks archive(Files& files, std::vector<ArchiveItem> items)
{
    return [made = std::make_shared<Archive>(files, std::move(items))] { return made->next(); };
}

Chunks archive_text(TarEntry entry, std::string text)
{
    auto once = std::make_shared<std::optional<Result<std::string>>>(text_archive(entry, text));
    return [once] { return give(once); };
}

}  // namespace diorama
