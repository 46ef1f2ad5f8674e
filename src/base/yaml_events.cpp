#include "base/yaml_events.hpp"

#include "base/yaml_scalar.hpp"

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
    config.fp = nullptr;
    config.output_fn = [](fy_diag*, void*, const char*, std::size_t) {};  // Some go out unasked.
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

std::string scalar_text(fy_token* token, std::string_view source)
{
    if (!token || fy_token_scalar_style(token) != FYSS_SINGLE_QUOTED) return text_of(token);
    const auto* begin = fy_token_start_mark(token);
    const auto* end = fy_token_end_mark(token);
    if (!begin || !end || begin->input_pos > end->input_pos || end->input_pos > source.size())
        throw std::logic_error("libfyaml gave a scalar no place");
    return yaml_single_quoted(source.substr(begin->input_pos, end->input_pos - begin->input_pos));
}

YamlEvent convert(fy_event* event, YamlEvent::Type type, std::string_view source)
{
    fy_token* token = fy_event_get_token(event);
    YamlEvent answer{
        .type = type,
        .at = position(token ? fy_token_start_mark(token) : nullptr),
        .anchor = text_of(fy_event_get_anchor_token(event)),
        .tag = text_of(fy_event_get_tag_token(event)),
    };
    if (type == YamlEvent::Type::scalar) answer.text = scalar_text(token, source);
    if (type == YamlEvent::Type::alias) answer.text = text_of(token);
    if (type == YamlEvent::Type::alias && answer.at.known()) --answer.at.column;  // The star.
    if (type == YamlEvent::Type::scalar)
        answer.plain = !token || fy_token_scalar_style(token) == FYSS_PLAIN;
    return answer;
}

}  // namespace

struct YamlEvents::Parser {
    std::string_view source;
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
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // Its marks do not count it.
    parser_->source = text;
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
        if (const auto type = type_of(event->type))
            return convert(event.get(), *type, parser_->source);
    }
}

}  // namespace diorama
