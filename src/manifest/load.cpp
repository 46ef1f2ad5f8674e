#include "manifest/load.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "manifest/env_file.hpp"
#include "manifest/long_form.hpp"
#include "manifest/merge.hpp"

#include <algorithm>
#include <array>

namespace diorama::manifest {

namespace {

constexpr std::size_t most_entries = 2'000;
constexpr std::size_t most_depth = 16;

/// Where a file was asked for, and in which world.
struct Place {
    std::string folder;  ///< Relative paths count from here.
    Position asked;
};

/// Marks every position below `node` as of `source`; false when a list or map is absurdly long.
bool stamp(Node& node, int source)
{
    node.at.source = source;
    if (auto* list = std::get_if<Node::List>(&node.value)) {
        if (list->size() > most_entries) return false;
        return std::ranges::all_of(*list, [&](Node& each) { return stamp(each, source); });
    }
    auto* map = std::get_if<Node::Map>(&node.value);
    if (!map) return true;
    for (Node::Entry& entry : *map)
        entry.at.source = source;
    return map->size() <= most_entries && std::ranges::all_of(*map, [&](Node::Entry& entry) {
               return stamp(entry.value, source);
           });
}

void erase(Node& map, std::string_view key)
{
    if (auto* entries = std::get_if<Node::Map>(&map.value))
        std::erase_if(*entries, [&](const Node::Entry& entry) { return entry.key == key; });
}

class Loader {
public:
    Loader(Library& library, Findings& findings) : library_(library), findings_(findings) {}

    /// The files over each other; null when one is missing, wrong or pending.
    std::optional<Node>
    load(const std::vector<std::string>& paths, Place place, Variables& variables)
    {
        read_env(path_in(place.folder, ".env"), place, variables, false);
        std::optional<Node> whole;
        for (const std::string& path : paths) {
            auto document = load_file(path, place, variables);
            if (!document) return std::nullopt;
            whole = whole ? merge(std::move(*whole), *document) : std::move(*document);
        }
        return whole;
    }

private:
    static std::string path_in(const std::string& folder, std::string_view name)
    {
        return folder.empty() || folder == "." ? std::string(name)
                                               : fmt::format("{}/{}", folder, name);
    }

    std::optional<Node> load_file(const std::string& path, Place place, Variables& variables)
    {
        if (std::ranges::find(chain_, path) != chain_.end() || chain_.size() >= most_depth) {
            findings_.wrong(
                place.asked,
                fmt::format("{} includes itself", display(path)),
                "Remove one of the includes."
            );
            return std::nullopt;
        }
        auto document = read_document(path, place, variables);
        if (!document) return std::nullopt;
        chain_.push_back(path);
        include_all(*document, variables);
        extend_all(*document, path, variables);
        chain_.pop_back();
        return document;
    }

    /// One file: parsed, its positions marked, interpolated, in long form.
    std::optional<Node>
    read_document(const std::string& path, const Place& place, const Variables& variables)
    {
        if (!check_file(path, place.asked)) return std::nullopt;
        const auto* parsed = library_.yaml(path);
        if (!parsed) return std::nullopt;
        if (!*parsed) {
            findings_.add({}, parsed->error());  // It already says file, line and column.
            return std::nullopt;
        }
        Node tree = **parsed;
        const int source = findings_.add_file(path, place.folder);
        const bool fits = stamp(tree, source);
        if (!tree.map() || !fits) {
            findings_.wrong(
                {.line = 1, .column = 1, .source = source},
                fits ? "this is no Compose file" : "a list or map is too long",
                fits ? "Begin it with services:." : ""
            );
            return std::nullopt;
        }
        // What a value would have been is not known: all else said of it would be a guess.
        if (!interpolate_tree(tree, variables, findings_)) return std::nullopt;
        to_long_form(tree, findings_);
        return tree;
    }

    bool check_file(const std::string& path, Position asked)
    {
        switch (library_.kind(path)) {
            case PathKind::file: return true;
            case PathKind::link:
            case PathKind::submodule:
                findings_.refused(
                    asked, fmt::format("{} is a link", display(path)), "Put the file itself there."
                );
                return false;
            default:
                findings_.wrong(
                    asked,
                    fmt::format("there is no file {} in the repository", display(path)),
                    "Commit it, or correct the path."
                );
                return false;
        }
    }

    /// Adds what an env file sets; nothing set before is changed.
    void read_env(const std::string& path, const Place& place, Variables& variables, bool required)
    {
        const auto kind = library_.kind(path);
        if (kind != PathKind::file && !required && kind != PathKind::link) return;
        if (!check_file(path, place.asked)) return;
        const auto* text = library_.text(path);
        if (!text) return;
        const int source = findings_.add_file(path, folder_of(path));
        if (!*text) return findings_.add({.source = source}, text->error());
        const auto lookup = [&](std::string_view name) { return variables.find(name); };
        const auto read =
            read_env_file(**text, lookup, [](std::string_view) {}, EnvFormat::compose);
        for (const EnvProblem& each : read.problems)
            findings_.add({.line = each.line, .column = 1, .source = source}, each.error);
        // The last line of a name wins, and what is known already wins over all lines.
        for (auto each = read.variables.rbegin(); each != read.variables.rend(); ++each) {
            if (each->second) variables.add(each->first, *each->second);
        }
    }

    // --- include --------------------------------------------------------------------------------

    void include_all(Node& document, const Variables& variables)
    {
        const Node* include = document.find("include");
        if (!include || !include->list()) return;
        const Node::List entries = *include->list();
        for (const Node& entry : entries)
            include_one(document, entry, variables);
    }

    void include_one(Node& document, const Node& entry, const Variables& variables)
    {
        const auto paths = paths_at(entry, "path");
        if (paths.empty()) return;
        Place place{.folder = folder_of(paths.front()), .asked = entry.at};
        if (const auto folders = paths_at(entry, "project_directory"); !folders.empty())
            place.folder = folders.front() == "." ? "" : folders.front();
        Variables own = variables;
        for (const std::string& path : paths_at(entry, "env_file"))
            read_env(path, place, own, true);
        auto included = load(paths, place, own);
        if (included) adopt(document, *included);
    }

    /// The paths at `key`, one or a list, as seen from the file they stand in.
    std::vector<std::string> paths_at(const Node& entry, std::string_view key)
    {
        std::vector<std::string> paths;
        const Node* value = entry.find(key);
        if (!value) return paths;
        const Node::List one{*value};
        for (const Node& each : value->list() ? *value->list() : one) {
            if (auto path = repository_path(each)) paths.push_back(std::move(*path));
        }
        return paths;
    }

    std::optional<std::string> repository_path(const Node& node)
    {
        const auto text = node.scalar_text();
        if (!text || text->empty()) {
            findings_.wrong(node.at, "a path shall stand here", "Name a file of the repository.");
            return std::nullopt;
        }
        const bool remote = text->contains("://") || text->starts_with("git@") ||
                            text->starts_with("oci:") || text->starts_with("github.com/");
        if (remote) {
            findings_.refused(
                node.at,
                fmt::format("'{}' is not in the repository", display(*text)),
                "Copy the file into the repository."
            );
            return std::nullopt;
        }
        auto path = path_within(findings_.folder(node.at), *text);
        if (path) return *path;
        findings_.add(node.at, path.error());
        return std::nullopt;
    }

    /// Takes over what an included project defines; the same name twice is a conflict.
    void adopt(Node& document, const Node& included)
    {
        for (const std::string_view section :
             {"services", "networks", "volumes", "secrets", "configs"}) {
            const Node* from = included.find(section);
            if (!from || !from->map()) continue;
            if (!document.find(section)) document.set(section, placed(Node::Map{}, from->at));
            Node into = *document.find(section);
            for (const Node::Entry& entry : *from->map())
                adopt_entry(into, entry, section);
            document.set(section, std::move(into));
        }
    }

    void adopt_entry(Node& into, const Node::Entry& entry, std::string_view section)
    {
        const Node* there = into.find(entry.key);
        if (there && *there == entry.value) return;
        if (there)
            return findings_.wrong(
                entry.at,
                fmt::format(
                    "{}.{} is defined here and where it is included", section, display(entry.key)
                ),
                "Rename one, or change it in an override file."
            );
        if (auto* entries = std::get_if<Node::Map>(&into.value)) entries->push_back(entry);
    }

    // --- extends --------------------------------------------------------------------------------

    void extend_all(Node& document, const std::string& path, const Variables& variables)
    {
        const Node* found = document.find("services");
        if (!found || !found->map()) return;
        Node services = *found;
        for (Node::Entry& entry : std::get<Node::Map>(services.value)) {
            std::vector<std::string> chain;
            entry.value = extended(document, path, entry, variables, chain);
        }
        document.set("services", std::move(services));
    }

    /// `entry`'s service laid over the one it extends, and that over its own, and so on.
    Node extended(
        const Node& document,
        const std::string& path,
        const Node::Entry& entry,
        const Variables& variables,
        std::vector<std::string>& chain
    )
    {
        const Node* extends = entry.value.find("extends");
        if (!extends || !extends->map()) return entry.value;
        Node own = entry.value;
        const Node wanted = *extends;
        erase(own, "extends");
        const std::string link = fmt::format("{}#{}", path, entry.key);
        if (std::ranges::find(chain, link) != chain.end() || chain.size() >= most_depth) {
            findings_.wrong(
                wanted.at,
                fmt::format("{} extends itself", display(entry.key)),
                "Remove one of the extends."
            );
            return own;
        }
        chain.push_back(link);
        return extend(document, path, wanted, std::move(own), variables, chain);
    }

    Node extend(
        const Node& document,
        const std::string& path,
        const Node& wanted,
        Node own,
        const Variables& variables,
        std::vector<std::string>& chain
    )
    {
        const Node* name = wanted.find("service");
        const Node* file = wanted.find("file");
        const std::string service = name ? name->scalar_text().value_or("") : "";
        std::string base_path = path;
        const Node* base_document = &document;
        if (file && !file->is_null()) {
            const auto within = repository_path(*file);
            if (!within) return own;
            base_path = *within;
            base_document = base_of(*within, file->at, variables);
            if (!base_document) return own;
        }
        const Node* services = base_document->find("services");
        const Node::Entry* base = services ? entry_of(*services, service) : nullptr;
        if (!base) {
            findings_.wrong(
                wanted.at,
                fmt::format("there is no service {} in {} to extend", display(service), base_path),
                "Correct extends.service or extends.file."
            );
            return own;
        }
        return merge(extended(*base_document, base_path, *base, variables, chain), own);
    }

    static const Node::Entry* entry_of(const Node& map, std::string_view key)
    {
        if (!map.map()) return nullptr;
        const auto found = std::ranges::find(*map.map(), key, &Node::Entry::key);
        return found == map.map()->end() ? nullptr : &*found;
    }

    /// A file that services are extended from, read once.
    const Node* base_of(const std::string& path, Position asked, const Variables& variables)
    {
        const auto found = bases_.find(path);
        if (found != bases_.end()) return found->second ? &*found->second : nullptr;
        const Place place{.folder = folder_of(path), .asked = asked};
        auto document = read_document(path, place, variables);
        const auto kept = bases_.emplace(path, std::move(document)).first;
        return kept->second ? &*kept->second : nullptr;
    }

    Library& library_;
    Findings& findings_;
    std::vector<std::string> chain_;
    std::map<std::string, std::optional<Node>> bases_;
};

}  // namespace

std::optional<Project> load_project(
    Library& library,
    Findings& findings,
    const std::vector<std::string>& paths,
    const ManifestOptions& options
)
{
    Variables variables(options.variables);
    variables.add("COMPOSE_PROJECT_NAME", options.name);
    auto tree = Loader(library, findings).load(paths, {folder_of(paths.front()), {}}, variables);
    if (!tree) return std::nullopt;
    return Project{std::move(*tree), std::move(variables)};
}

}  // namespace diorama::manifest
