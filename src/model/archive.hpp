#pragma once

#include "base/tar.hpp"
#include "model/files.hpp"

#include <string>
#include <vector>

namespace diorama {

/// A file of the commit and how it stands in an archive. A link's target is filled in.
struct ArchiveItem {
    FileEntry file;
    TarEntry tar;
};

/// A tar of `items`, in their order, made while it is read: a piece of one file is in memory at a
/// time. `files` must outlive what is given back. Build contexts and copied content use it.
Chunks archive(Files& files, std::vector<ArchiveItem> items);

/// A tar with one file, of text that is no file of the commit.
Chunks archive_text(TarEntry entry, std::string text);

}  // namespace diorama
