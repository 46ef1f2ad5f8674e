#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// Secrets nobody told us about, known by their looks alone: passwords in URLs, Authorization
/// headers, private keys, JSON Web Tokens, and the tokens that GitHub, GitLab, AWS, Slack and
/// others mark with a prefix of their own. Careful rather than complete: what is only perhaps a
/// secret stays.
class Shapes {
public:
    /// Texts of which one stands at the start of each shape, or just inside it.
    static const std::vector<std::string>& triggers();

    /// A line, or its end from a trigger on, with markers for what it gave away. `before` is the
    /// character in front of it, or a line break. Lines of a private key are known by those before.
    std::string clean(std::string_view line, char before);

    /// True within a private key: then every line must be asked for.
    bool inside() const { return key_lines_ != 0; }

private:
    std::string clean_key(std::string_view line);

    std::size_t key_lines_ = 0;  ///< Lines of the key so far.
};

}  // namespace diorama
