#pragma once

#include "base/error.hpp"
#include "docker/objects.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The Engine's streams of JSON values, one a line: pure functions over bytes cut anywhere.
namespace diorama::docker {

/// Cuts a stream into its lines, without blank ones.
class JsonLines {
public:
    /// `invalid` when a line is longer than 1 MiB.
    Result<std::vector<std::string>> feed(std::string_view bytes);

private:
    std::string rest_;
};

/// One line of a build or a pull; `invalid` when it is no JSON object.
Result<Progress> parse_progress(std::string_view line);

}  // namespace diorama::docker
