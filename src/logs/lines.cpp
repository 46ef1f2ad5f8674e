#include "logs/lines.hpp"

#include "base/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

namespace diorama {

namespace {

constexpr char escape = '\x1b';

/// The length of the escape sequence at the start of `text`, which begins with ESC: CSI and OSC as
/// ECMA-48 has them, else a short one. A sequence without an end takes the rest.
std::size_t sequence_size(std::string_view text)
{
    if (text.size() < 2) return text.size();
    if (text[1] == '[') {
        const auto end =
            std::ranges::find_if(text.substr(2), [](char c) { return c >= '@' && c <= '~'; });
        return std::min<std::size_t>(static_cast<std::size_t>(end - text.begin()) + 1, text.size());
    }
    if (std::string_view("]PX^_").find(text[1]) != std::string_view::npos) {
        const auto bell = text.find('\a');
        const auto terminator = text.find("\x1b\\", 2);
        if (bell == std::string_view::npos && terminator == std::string_view::npos)
            return text.size();
        return bell < terminator ? bell + 1 : terminator + 2;
    }
    // ESC, intermediate bytes, a final byte: `ESC ( B` chooses a character set.
    const auto final_byte = text.find_first_not_of(" !\"#$%&'()*+,-./", 1);
    return final_byte == std::string_view::npos ? text.size() : final_byte + 1;
}

bool is_colour(std::string_view sequence)
{
    return sequence.size() >= 3 && sequence[1] == '[' && sequence.back() == 'm' &&
           sequence.substr(2).find_first_not_of("0123456789;:m") == std::string_view::npos;
}

std::string shown(std::string_view line, bool colours)
{
    std::string out;
    bool any = false;
    while (!line.empty()) {
        const auto text = line.substr(0, line.find(escape));
        out += display(text, std::numeric_limits<std::size_t>::max());
        line.remove_prefix(text.size());
        if (line.empty()) break;
        const auto sequence = line.substr(0, sequence_size(line));
        if (colours && is_colour(sequence)) {
            out += sequence;
            any = true;
        }
        line.remove_prefix(sequence.size());
    }
    if (any) out += "\x1b[0m";
    return out;
}

}  // namespace

void Lines::append(std::string_view text)
{
    if (text.empty()) return;
    if (returned_) {
        line_.clear();
        cut_ = 0;
        returned_ = false;
    }
    const auto room = limit_ - line_.size();
    cut_ += text.size() - std::min(room, text.size());
    line_ += text.substr(0, room);
}

std::string Lines::take()
{
    if (line_.find('\0') != std::string::npos) std::erase(line_, '\0');
    auto text = is_utf8(line_) ? std::move(line_) : clean_utf8(line_);
    if (cut_ != 0) text += fmt::format(" … [{} bytes cut]", cut_);
    line_.clear();
    cut_ = 0;
    returned_ = false;
    return text;
}

void Lines::feed(std::string_view bytes, std::vector<std::string>& out)
{
    while (!bytes.empty()) {
        auto end = std::min(bytes.find('\n'), bytes.size());
        end = std::min(bytes.substr(0, end).find('\r'), end);
        append(bytes.substr(0, end));
        if (end == bytes.size()) return;
        if (bytes[end] == '\n')
            out.push_back(take());
        else
            returned_ = true;
        bytes.remove_prefix(end + 1);
    }
}

void Lines::finish(std::vector<std::string>& out)
{
    if (!line_.empty()) out.push_back(take());
}

std::string plain(std::string_view line)
{
    return shown(line, false);
}

std::string coloured(std::string_view line)
{
    return shown(line, true);
}

}  // namespace diorama
