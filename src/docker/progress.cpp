#include "docker/progress.hpp"

#include "base/json.hpp"

namespace diorama::docker {

namespace {

constexpr std::size_t line_limit = 1U << 20U;

std::string text_at(const Node& node, std::string_view key)
{
    const Node* found = node.find(key);
    const std::string* text = found ? found->string() : nullptr;
    return text ? *text : std::string{};
}

std::uint64_t count_at(const Node& node, std::string_view key)
{
    const Node* found = node.find(key);
    const auto* count = found ? found->integer() : nullptr;
    return count && *count > 0 ? static_cast<std::uint64_t>(*count) : 0;
}

}  // namespace

Result<std::vector<std::string>> JsonLines::feed(std::string_view bytes)
{
    std::vector<std::string> lines;
    for (;;) {
        const auto end = bytes.find('\n');
        rest_ += bytes.substr(0, end);
        if (rest_.size() > line_limit)
            return Error{Code::invalid, "a line of the Engine is longer than 1 MiB", ""};
        if (end == std::string_view::npos) return lines;
        if (rest_.ends_with('\r')) rest_.pop_back();
        if (!rest_.empty()) lines.push_back(std::move(rest_));
        rest_.clear();
        bytes.remove_prefix(end + 1);
    }
}

Result<Progress> parse_progress(std::string_view line)
{
    const auto node = parse_json(line);
    if (!node) return node.error().during("the Engine's progress");
    if (!node->map()) return Error{Code::invalid, "the Engine's progress is no JSON object", ""};
    Progress progress{
        .stream = text_at(*node, "stream"),
        .status = text_at(*node, "status"),
        .id = text_at(*node, "id"),
        .error = text_at(*node, "error"),
    };
    if (const Node* detail = node->find("progressDetail")) {
        progress.current = count_at(*detail, "current");
        progress.total = count_at(*detail, "total");
    }
    if (const Node* detail = node->find("errorDetail"); detail && progress.error.empty())
        progress.error = text_at(*detail, "message");
    if (const Node* aux = node->find("aux")) progress.image_id = text_at(*aux, "ID");
    return progress;
}

}  // namespace diorama::docker
