#include "base/yaml_events.hpp"

#include <libfyaml.h>
#include <stdexcept>

namespace diorama {

void throw_exception_from_error(const YamlFault& fault, const boost::source_location&)
{
    throw std::logic_error("unchecked fault: " + fault.text);
}

namespace {

struct Closer {
    void operator()(fy_diag* diag) const { fy_diag_destroy(diag); }
    void operator()(fy_parser* parser) const { fy_parser_destroy(parser); }
};

std::unique_ptr<fy_diag, Closer> make_diag()
{
    fy_diag_cfg config{};
    fy_diag_cfg_default(&config);
    config.colorize = false;
    std::unique_ptr<fy_diag, Closer> diag(fy_diag_create(&config));
    if (!diag) throw std::bad_alloc();
    fy_diag_set_collect_errors(diag.get(), true);
    return diag;
}

/// libfyaml counts from 0.
Position position(const fy_mark* mark)
{
    if (!mark) return {};
    return {mark->line + 1, mark->column + 1};
}

std::string text_of(fy_token* token)
{
    if (!token) return {};
    std::size_t length = 0;
    const char* text = fy_token_get_text(token, &length);
    return text ? std::string(text, length) : std::string();
}

std::optional<YamlEvent::Type> type_of(fy_event_type type)
{
    using enum YamlEvent::Type;
    switch (type) {
        case FYET_DOCUMENT_START: return document;
        case FYET_SCALAR: return scalar;
        case FYET_ALIAS: return alias;
        case FYET_SEQUENCE_START: return list;
        case FYET_SEQUENCE_END: return list_end;
        case FYET_MAPPING_START: return map;
        case FYET_MAPPING_END: return map_end;
        default: return std::nullopt;
    }
}

YamlEvent convert(fy_event* event, YamlEvent::Type type)
{
    fy_token* token = fy_event_get_token(event);
    YamlEvent answer{
        .type = type,
        .at = position(token ? fy_token_start_mark(token) : nullptr),
        .anchor = text_of(fy_event_get_anchor_token(event)),
        .tag = text_of(fy_event_get_tag_token(event)),
    };
    if (type == YamlEvent::Type::scalar || type == YamlEvent::Type::alias)
        answer.text = text_of(token);
    if (type == YamlEvent::Type::alias && answer.at.known()) --answer.at.column;  // The star.
    if (type == YamlEvent::Type::scalar)
        answer.plain = !token || fy_token_scalar_style(token) == FYSS_PLAIN;
    return answer;
}

}  // namespace

struct YamlEvents::Parser {
    std::unique_ptr<fy_diag, Closer> diag = make_diag();
    std::unique_ptr<fy_parser, Closer> parser;

    YamlFault fault() const
    {
        void* at = nullptr;
        const fy_diag_error* error = fy_diag_errors_iterate(diag.get(), &at);
        if (!error) return {{}, "this is not YAML"};
        return {
            {error->line, error->column},
            error->msg ? error->msg : "this is not YAML"
        };
    }
};

YamlEvents::YamlEvents(std::string_view text) : parser_(std::make_unique<Parser>())
{
    fy_parse_cfg config{};
    config.flags = static_cast<fy_parse_cfg_flags>(
        FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_JSON_NONE | FYPCF_DEFAULT_VERSION_1_2
    );
    config.diag = parser_->diag.get();
    parser_->parser.reset(fy_parser_create(&config));
    if (!parser_->parser) throw std::bad_alloc();
    if (fy_parser_set_string(parser_->parser.get(), text.data(), text.size()) != 0)
        throw std::bad_alloc();
}

YamlEvents::~YamlEvents() = default;

boost::system::result<YamlEvent, YamlFault> YamlEvents::next()
{
    fy_parser* parser = parser_->parser.get();
    const auto free = [parser](fy_event* event) { fy_parser_event_free(parser, event); };
    for (;;) {
        const std::unique_ptr<fy_event, decltype(free)> event(fy_parser_parse(parser), free);
        if (!event) {
            if (fy_diag_got_error(parser_->diag.get())) return parser_->fault();
            return YamlEvent{};
        }
        if (event->type == FYET_STREAM_END) return YamlEvent{};
        if (const auto type = type_of(event->type)) return convert(event.get(), *type);
    }
}

}  // namespace diorama
