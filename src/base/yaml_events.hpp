#pragma once

#include "base/error.hpp"
#include "base/node.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace diorama {

/// One step through a YAML text, as the YAML specification's serialization events.
struct YamlEvent {
    enum class Type { document, scalar, alias, list, list_end, map, map_end, end };

    Type type = Type::end;
    Position at;
    std::string text;  ///< Of a scalar, folded and unescaped; the name an alias asks for.
    bool plain = false;
    std::string anchor;
    std::string tag;  ///< In full: "tag:yaml.org,2002:str", "!local"; empty when there is none.
};

/// Where and why a text is not YAML.
struct YamlFault {
    Position at;
    std::string text;
};

/// The events of one text, one by one, so that a bomb is refused before it is unpacked. Knows
/// libyaml, and nothing of what the events mean. `text` is
/// UTF-8 without a byte order mark and must outlive it.
class YamlEvents {
public:
    explicit YamlEvents(std::string_view text);
    ~YamlEvents();

    boost::system::result<YamlEvent, YamlFault> next();

private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
};

[[noreturn]] void throw_exception_from_error(const YamlFault& fault, const boost::source_location&);

}  // namespace diorama
