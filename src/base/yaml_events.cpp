#include "base/yaml_events.hpp"

#include <new>
#include <stdexcept>
#include <yaml.h>

namespace diorama {

void throw_exception_from_error(const YamlFault& fault, const boost::source_location&)
{
    throw std::logic_error("unchecked fault: " + fault.text);
}

namespace {

/// libyaml counts from 0.
Position position(const yaml_mark_t& mark)
{
    return {static_cast<int>(mark.line) + 1, static_cast<int>(mark.column) + 1};
}

std::string text_of(const yaml_char_t* text)
{
    return text ? reinterpret_cast<const char*>(text) : "";
}

/// An event that frees itself.
struct Event {
    yaml_event_t raw{};

    Event() = default;
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    ~Event() { yaml_event_delete(&raw); }
};

YamlEvent scalar(const yaml_event_t& from)
{
    const auto& data = from.data.scalar;
    return {
        .type = YamlEvent::Type::scalar,
        .text = {reinterpret_cast<const char*>(data.value), data.length},
        .plain = data.style == YAML_PLAIN_SCALAR_STYLE,
        .anchor = text_of(data.anchor),
        .tag = text_of(data.tag),
    };
}

YamlEvent container(YamlEvent::Type type, const yaml_char_t* anchor, const yaml_char_t* tag)
{
    return {.type = type, .anchor = text_of(anchor), .tag = text_of(tag)};
}

/// Nothing for the events that say nothing: the stream's start, a document's end.
std::optional<YamlEvent> convert(const yaml_event_t& from)
{
    using Type = YamlEvent::Type;
    const auto& list = from.data.sequence_start;
    const auto& map = from.data.mapping_start;
    switch (from.type) {
        case YAML_STREAM_END_EVENT: return YamlEvent{.type = Type::end};
        case YAML_DOCUMENT_START_EVENT: return YamlEvent{.type = Type::document};
        case YAML_SCALAR_EVENT: return scalar(from);
        case YAML_ALIAS_EVENT:
            return YamlEvent{.type = Type::alias, .text = text_of(from.data.alias.anchor)};
        case YAML_SEQUENCE_START_EVENT: return container(Type::list, list.anchor, list.tag);
        case YAML_SEQUENCE_END_EVENT: return YamlEvent{.type = Type::list_end};
        case YAML_MAPPING_START_EVENT: return container(Type::map, map.anchor, map.tag);
        case YAML_MAPPING_END_EVENT: return YamlEvent{.type = Type::map_end};
        default: return std::nullopt;
    }
}

}  // namespace

struct YamlEvents::Parser {
    yaml_parser_t raw{};

    Parser()
    {
        if (yaml_parser_initialize(&raw) == 0) throw std::bad_alloc();
    }
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;
    ~Parser() { yaml_parser_delete(&raw); }

    YamlFault fault() const
    {
        if (raw.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
        std::string text = raw.problem ? raw.problem : "this is not YAML";
        if (raw.error == YAML_READER_ERROR) return {{}, text};
        if (!raw.context) return {position(raw.problem_mark), text};
        text += fmt::format(" {}", raw.context);
        const auto begin = position(raw.context_mark);
        if (begin != position(raw.problem_mark))
            text += fmt::format(" that begins at {}:{}", begin.line, begin.column);
        return {position(raw.problem_mark), text};
    }
};

YamlEvents::YamlEvents(std::string_view text) : parser_(std::make_unique<Parser>())
{
    yaml_parser_set_encoding(&parser_->raw, YAML_UTF8_ENCODING);
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    yaml_parser_set_input_string(&parser_->raw, bytes, text.size());
}

YamlEvents::~YamlEvents() = default;

boost::system::result<YamlEvent, YamlFault> YamlEvents::next()
{
    for (;;) {
        Event event;
        if (yaml_parser_parse(&parser_->raw, &event.raw) == 0) return parser_->fault();
        auto converted = convert(event.raw);
        if (!converted) continue;
        converted->at = position(event.raw.start_mark);
        return std::move(*converted);
    }
}

}  // namespace diorama
