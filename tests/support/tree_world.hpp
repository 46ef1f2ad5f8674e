#pragma once

#include "source/tree.hpp"
#include "tests/support/git_repository.hpp"

namespace diorama::test {

/// Trees are read right where they were made, so that no check of a fetch stands before ours.
struct TreeWorld {
    Folder folder;
    FakeScheduler scheduler;
    GitRepository repository{folder / "shop.git"};
    git::Git git{scheduler, folder.path()};
    git::Mirror mirror{git, repository.folder()};

    Result<std::unique_ptr<Tree>> open(const std::string& root, TreeLimits limits = {})
    {
        const auto id = git::ObjectId::parse(root).value();
        const auto listing = scheduler.run(mirror.list(id, 64U << 20, minutes{1}));
        if (!listing) return listing.error();
        return Tree::make(mirror, {id, *listing}, limits);
    }
    Error refusal(const std::string& root, TreeLimits limits = {})
    {
        const auto tree = open(root, limits);
        return tree ? Error{Code::conflict, "it was not refused", ""} : tree.error();
    }
    Result<std::string> read(Tree& tree, const std::string& path, std::uint64_t cap = 1000)
    {
        return scheduler.run(tree.read(path, cap));
    }
    Result<std::string> resolve(Tree& tree, const std::string& path)
    {
        return scheduler.run(tree.resolve_link(path));
    }
    std::vector<std::string> notes(Tree& tree) { return scheduler.run(tree.notes()).value(); }
    std::string empty() { return repository.tree({}); }
};

}  // namespace diorama::test
