#pragma once

#include "base/error.hpp"
#include "base/node.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// What to do with a key that no field is named after: an error in what people write, ignored in
/// what other programs send us.
enum class Unknown { error, ignore };

class Reading;
struct Field;

/// How values of one C++ type stand in a document: enough to read them, and to describe them to
/// others (OpenAPI). Made by `type_of<T>()` in described.hpp, constant, alive for ever.
struct Type {
    enum class Kind { any, boolean, integer, number, text, choice, list, map, record, optional };

    Kind kind = Kind::any;
    /// Of text, as OpenAPI names formats: "date-time", "duration", "uuid", "password" or "".
    std::string_view format;
    std::int64_t least = 0;                   ///< Of integer.
    std::int64_t most = 0;                    ///< Of integer.
    std::span<const std::string_view> names;  ///< Of choice.
    std::span<const Field> fields;            ///< Of record.
    const Type& (*element)() = nullptr;       ///< Of list, map and optional.

    /// Reads a leaf, or null: then `add` gives the place for the next element of a container.
    void (*read)(const Type& type, Reading& reading, const Node& node, void* into) = nullptr;
    void* (*add)(void* container, const std::string& key) = nullptr;
    /// Of list and map: what a document says stands in place of a default, not behind it.
    void (*clear)(void* container) = nullptr;
};

/// One field of a record.
struct Field {
    std::string_view name;  ///< As documents spell it.
    bool required = false;
    const Type& (*type)() = nullptr;
    void* (*in)(void* record) = nullptr;  ///< Where it lies in a record.
};

/// One pass over one document. Collects every problem with the path that led to it, so that a
/// person mends a file once and not line by line.
class Reading {
public:
    /// `what` names the document in messages: a file, "the request body".
    Reading(std::string_view what, Unknown unknown) : what_(what), unknown_(unknown) {}

    /// Reads `node` into the object of `type` at `into`; where it is wrong, `into` stays as it was.
    void value(const Type& type, const Node& node, void* into);

    /// Notes that what stands at the current path is wrong, and how to mend it.
    void problem(Position at, std::string text, std::string mend = {});
    /// Notes that `node` is not `wanted` ("string", "list").
    void expected(const Node& node, std::string_view wanted);

    const std::string* text(const Node& node);
    std::optional<std::int64_t> integer(const Node& node, std::int64_t least, std::int64_t most);
    /// The place of the text of `node` among `names`.
    std::optional<std::size_t> choice(const Node& node, std::span<const std::string_view> names);

    bool failed() const { return count_ > 0; }
    /// All problems in one error, a line for each.
    Error error() const;

private:
    class Step;

    void record(const Type& type, const Node& node, void* into);
    void unknown_key(const Type& type, const Node::Entry& entry);
    void list(const Type& type, const Node& node, void* into);
    void map(const Type& type, const Node& node, void* into);

    std::string what_;
    Unknown unknown_;
    std::string path_;
    std::vector<std::string> lines_;
    std::string first_mend_;
    std::size_t count_ = 0;
};

}  // namespace diorama
