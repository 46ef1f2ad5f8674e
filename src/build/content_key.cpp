#include "build/content_key.hpp"

#include "base/sha256.hpp"

namespace diorama {

namespace {

/// Raised when the same facts begin to give another image.
constexpr std::string_view builder_version = "1";
constexpr std::size_t key_digits = 40;

/// Adds parts with their lengths: "a" + "bc" is not "ab" + "c".
class Hash {
public:
    void add(std::string_view part)
    {
        sha_.update(fmt::format("{}:", part.size()));
        sha_.update(part);
    }
    void add(const std::map<std::string, std::string>& parts)
    {
        add(std::to_string(parts.size()));
        for (const auto& [name, value] : parts) {
            add(name);
            add(value);
        }
    }
    std::string hex() { return sha_.hex().substr(0, key_digits); }

private:
    Sha256 sha_;
};

std::string_view kind(FileEntry::Type type)
{
    switch (type) {
        case FileEntry::Type::file: return "file";
        case FileEntry::Type::executable: return "executable";
        case FileEntry::Type::link: return "link";
        case FileEntry::Type::submodule: break;
    }
    return "submodule";
}

}  // namespace

std::string content_key(const ContentFacts& facts)
{
    Hash hash;
    hash.add(builder_version);
    hash.add(facts.scope);
    hash.add(facts.dockerfile);
    hash.add(facts.spec.target);
    hash.add(facts.spec.args);
    hash.add(facts.spec.labels);
    hash.add(facts.bases);
    for (const ContextFile& each : facts.context.files) {
        hash.add(each.path);
        hash.add(kind(each.file.type));
        hash.add(each.file.object);
    }
    return hash.hex();
}

}  // namespace diorama
