#pragma once

#include "model/files.hpp"

#include <algorithm>
#include <map>

namespace diorama {

/// A commit in memory: path → content. `types` names those that are no plain files; a link's
/// content is its target, and submodules have none.
class FakeFiles final : public Files {
public:
    explicit FakeFiles(
        std::map<std::string, std::string> content,
        const std::map<std::string, FileEntry::Type>& types = {}
    )
        : content_(std::move(content))
    {
        for (const auto& [path, text] : content_) {
            const auto type = types.find(path);
            entries_.push_back(
                {.path = path,
                 .type = type == types.end() ? FileEntry::Type::file : type->second,
                 .object = std::to_string(std::hash<std::string>{}(text)),
                 .size = text.size()}
            );
        }
    }

    const std::vector<FileEntry>& entries() const override { return entries_; }

    Task<Result<std::string>> read(std::string path, std::uint64_t cap) override
    {
        const auto found = content_.find(path);
        if (found == content_.end())
            co_return Error{Code::not_found, fmt::format("no file {}", path)};
        if (found->second.size() > cap)
            co_return Error{Code::refused, fmt::format("{} is larger than {} bytes", path, cap)};
        co_return found->second;
    }

    Task<Result<>> stream(std::vector<FileEntry> wanted, Visit visit) override
    {
        for (const FileEntry& entry : wanted) {
            const std::string& text = content_.at(entry.path);
            const auto visited = co_await visit(entry, text, true);
            if (!visited) co_return visited.error();
        }
        co_return ok();
    }

private:
    std::map<std::string, std::string> content_;
    std::vector<FileEntry> entries_;
};

}  // namespace diorama
