#include "daemon/read_config.hpp"

#include "base/described.hpp"
#include "base/text.hpp"
#include "base/toml.hpp"
#include "daemon/check_config.hpp"

#include <algorithm>

namespace diorama {

namespace {

std::string key_of(std::string_view section, std::string_view key)
{
    return section.empty() ? std::string(key) : fmt::format("{}.{}", section, key);
}

/// Numbers as TOML writes them, 1_000 and 0x10 too; what is none stays text, which reading refuses.
Node number_of(const std::string& text)
{
    if (text.find('\n') != std::string::npos) return text;
    const auto read = parse_toml("value = " + text, "");
    const Node* value = read ? read->find("value") : nullptr;
    return value ? *value : Node(text);
}

Node truth_of(const std::string& text)
{
    if (text == "true" || text == "1") return true;
    if (text == "false" || text == "0") return false;
    return text;
}

/// What a variable's text stands for where a value of `type` is wanted.
Node value_of(const Type& type, const std::string& text)
{
    switch (type.kind) {
        case Type::Kind::optional: return value_of(type.element(), text);
        case Type::Kind::boolean: return truth_of(text);
        case Type::Kind::integer:
        case Type::Kind::number: return number_of(text);
        case Type::Kind::list: break;
        default: return text;
    }
    Node::List list;
    for (const std::string_view part : split(text, ',')) {
        if (!trim(text).empty()) list.push_back(value_of(type.element(), std::string(trim(part))));
    }
    return list;
}

/// One pass over the variables: takes what is set, and collects what is wrong.
class Overrides {
public:
    Overrides(const Lookup& environment, Origins& origins)
        : environment_(environment),
          origins_(origins)
    {}

    void take(const Field& field, void* record, std::string_view section)
    {
        const Type& type = field.type();
        if (type.kind == Type::Kind::map) return;
        if (type.kind == Type::Kind::record) {
            for (const Field& inner : type.fields)
                take(inner, field.in(record), field.name);
            return;
        }
        const std::string variable = variable_name(section, field.name);
        const auto text = environment_(variable);
        if (!text) return;
        origins_.in_variable(key_of(section, field.name), variable);
        Reading reading(variable, Unknown::error);
        reading.value(type, value_of(type, *text), field.in(record));
        if (reading.failed()) problems.push_back(reading.error());
    }

    std::vector<Error> problems;

private:
    const Lookup& environment_;
    Origins& origins_;
};

void note_origins(
    const Node& document, std::string_view section, const std::string& file, Origins& origins
)
{
    for (const Node::Entry& entry : *document.map()) {
        const std::string key = key_of(section, entry.key);
        origins.in_file(key, place(file, entry.value.at));
        if (entry.value.map()) note_origins(entry.value, key, file, origins);
    }
}

}  // namespace

std::string variable_name(std::string_view section, std::string_view key)
{
    std::string name = "DIORAMA_";
    if (!section.empty()) name += std::string(section) + "_";
    name += key;
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return name;
}

Result<Config>
read_config(std::string_view text, const std::string& file, const Lookup& environment)
{
    Origins origins;
    Config config;
    std::vector<Error> problems;
    const auto document = parse_toml(text, file);
    if (!document) return document.error();
    note_origins(*document, "", file, origins);
    Reading reading(file, Unknown::error);
    read_into(reading, *document, config);
    if (reading.failed()) problems.push_back(reading.error());

    Overrides overrides(environment, origins);
    for (const Field& field : type_of<Config>().fields)
        overrides.take(field, &config, "");
    std::ranges::move(overrides.problems, std::back_inserter(problems));
    std::ranges::move(check_config(config, origins), std::back_inserter(problems));
    if (problems.empty()) return config;
    return together(problems);
}

}  // namespace diorama
