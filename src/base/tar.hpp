#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// One member of a tar archive.
struct TarEntry {
    enum class Kind { file, directory, symlink };

    std::string path;  ///< Relative, '/' between segments.
    Kind kind = Kind::file;
    std::uint32_t mode = 0644;  ///< Permission bits only.
    std::uint64_t size = 0;     ///< Bytes that will follow; files only.
    std::string link;           ///< Where a symlink points.
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    Instant modified{};  ///< Fixed by default: the same content gives the same bytes.
};

/// Writes a pax archive piece by piece, holding no more than the caller has not taken yet:
///
///     tar.begin({.path = "Dockerfile", .size = text.size()});
///     tar.content(text);
///     tar.finish();
///     send(tar.take());
///
/// Does no I/O, so the content may come from anywhere, at any pace.
class TarWriter {
public:
    TarWriter();
    TarWriter(TarWriter&&) noexcept;
    TarWriter& operator=(TarWriter&&) noexcept;
    ~TarWriter();

    /// Starts the next entry; `invalid` when its path or link cannot stand in an archive, or when
    /// the entry before got less content than it promised.
    Result<> begin(const TarEntry& entry);
    /// Content of the entry begun last; `invalid` when it is more than was promised.
    Result<> content(std::string_view bytes);
    /// The end of the archive. Nothing may follow.
    Result<> finish();

    /// The bytes written since the last call.
    std::string take();
    /// How many bytes wait to be taken.
    std::size_t waiting() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// An entry and its content, as they were read.
struct TarFile {
    TarEntry entry;
    std::string content;
};

/// Everything in `archive`, which may come from anybody: `invalid` when it is no archive, is cut
/// short, or holds more than `limit` bytes of content. Devices, pipes and hard links are `refused`.
Result<std::vector<TarFile>> read_tar(std::string_view archive, std::uint64_t limit);

}  // namespace diorama
