#pragma once

#include "build/build.hpp"
#include "docker/objects.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace diorama {

/// A pull in few lines: one when a layer is complete, and one for each tenth that is downloaded.
class PullLog {
public:
    /// `image` begins the lines about layers; it may be empty.
    PullLog(std::string image, LineSink line);

    void take(const docker::Progress& progress);

private:
    struct Layer {
        std::uint64_t current = 0, total = 0;
        bool complete = false;
    };

    void tell();

    std::string image_;
    LineSink line_;
    std::map<std::string, Layer> layers_;
    std::size_t complete_ = 0;  ///< As told last.
    std::uint64_t tenths_ = 0;  ///< As told last.
};

/// The registry a reference names, as the Engine reads it: "docker.io" when it names none.
std::string registry_of(std::string_view reference);

/// Why an image could not be had, where it was looked for, and what to do.
Error not_obtained(std::string_view image, const Error& told);

}  // namespace diorama
