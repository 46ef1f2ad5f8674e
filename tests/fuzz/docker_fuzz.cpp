#include "docker/output.hpp"
#include "docker/progress.hpp"

#include <cstdlib>

using namespace diorama;
using namespace diorama::docker;

namespace {

std::optional<std::vector<OutputLine>> lines_of(std::string_view stream, std::size_t size)
{
    std::vector<OutputLine> lines;
    FrameParser parser;
    LineAssembler assembler(true, [&](OutputLine line) { lines.push_back(std::move(line)); });
    for (std::size_t at = 0; at < stream.size(); at += size) {
        const auto frames = parser.feed(stream.substr(at, size));
        if (!frames) return std::nullopt;
        for (const Frame& frame : *frames)
            assembler.feed(frame);
    }
    assembler.finish();
    return lines;
}

}  // namespace

/// Output and progress; where the network cuts a container's output changes nothing in its lines.
extern "C" int LLVMFuzzerTestOneInput(const char* data, std::size_t size)
{
    const std::string_view text(data, size);
    const auto whole = lines_of(text, size + 1);
    if (lines_of(text, 1) != whole || lines_of(text, 7) != whole) std::abort();
    JsonLines lines;
    if (const auto found = lines.feed(text)) {
        for (const auto& line : *found)
            (void)parse_progress(line);
    }
    return 0;
}
