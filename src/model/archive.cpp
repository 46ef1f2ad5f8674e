#include "model/archive.hpp"

#include <coroutine>
#include <memory>
#include <utility>

namespace diorama {

namespace {

/// A piece of the archive is handed on when it has grown to this many bytes.
constexpr std::size_t piece_bytes = 64U << 10;

/// Makes a tar of what `Files::stream` pushes, and gives it to somebody who pulls: whenever a piece
/// is full, the stream is held in the middle of its visit until the next piece is wanted.
class Archive {
public:
    Archive(Files& files, std::vector<ArchiveItem> items)
        : files_(files),
          items_(std::move(items)),
          stream_(produce())
    {}
    Archive(const Archive&) = delete;
    Archive& operator=(const Archive&) = delete;

    Task<Result<std::optional<std::string>>> next()
    {
        if (finished_) co_return std::nullopt;
        Turn turn{*this};
        co_await turn;
        if (held_) co_return tar_.take();
        finished_ = true;
        const auto streamed = stream_.await_resume();
        if (!streamed) co_return streamed.error();
        co_return tar_.take();
    }

private:
    /// Lets the stream run until it is held or over; either brings the reader back.
    struct Turn {
        Archive& archive;

        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<> reader) const
        {
            const auto first = archive.stream_.await_suspend(reader);
            archive.reader_ = reader;
            return archive.held_ ? std::exchange(archive.held_, {}) : first;
        }
        void await_resume() const noexcept {}
    };

    /// Holds the stream and goes back to the reader.
    struct Hold {
        Archive& archive;

        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<> stream) const
        {
            archive.held_ = stream;
            return archive.reader_;
        }
        void await_resume() const noexcept {}
    };

    Task<Result<>> produce()
    {
        std::vector<FileEntry> wanted;
        wanted.reserve(items_.size());
        for (const ArchiveItem& item : items_)
            wanted.push_back(item.file);
        Files::Visit visit = [this](const FileEntry&, std::string_view piece, bool last) {
            return take(piece, last);
        };
        const auto read = co_await files_.stream(std::move(wanted), std::move(visit));
        if (!read) co_return read.error();
        co_return tar_.finish();
    }

    Task<Result<>> take(std::string_view piece, bool last)
    {
        const auto written = write(piece, last);
        if (!written) co_return written.error();
        if (tar_.waiting() < piece_bytes) co_return ok();
        Hold hold{*this};
        co_await hold;
        co_return ok();
    }

    Result<> write(std::string_view piece, bool last)
    {
        TarEntry& entry = items_[at_].tar;
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
            ++at_;
            begun_ = false;
        }
        return ok();
    }

    Files& files_;
    std::vector<ArchiveItem> items_;
    std::size_t at_ = 0;  ///< The item whose content comes now.
    bool begun_ = false;
    bool finished_ = false;
    TarWriter tar_;
    std::coroutine_handle<> reader_;
    std::coroutine_handle<> held_;  ///< The visit that waits for the reader, if any does.
    Task<Result<>> stream_;
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
