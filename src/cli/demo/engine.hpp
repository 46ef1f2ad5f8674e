#pragma once

#include "base/error.hpp"
#include "base/node.hpp"
#include "net/client.hpp"

#include <map>
#include <string>
#include <string_view>

namespace diorama::cli {

/// What stands on the Docker Engine under one installation's labels: the demo's own look at the
/// truth, which the daemon has no part in.
class DemoEngine {
public:
    struct Objects {
        std::map<std::string, std::string> containers;  ///< Id by service, stopped ones too.
        std::size_t container_count = 0;
        std::size_t networks = 0;
        std::size_t volumes = 0;
        std::size_t images = 0;

        bool none() const { return container_count + networks + volumes + images == 0; }
        /// "3 containers, 1 network, 1 volume, 3 images".
        std::string text() const;
    };

    DemoEngine(Loop& loop, Address address) : client_(loop, std::move(address)) {}

    /// Of one environment when it is given; images are always the whole installation's.
    Task<Result<Objects>> objects(std::string installation, std::string environment = "");
    /// A range for scenes that overlaps none of the Engine's networks, tried from `first` on:
    /// "10.213.0.0/16" for 213.
    Task<Result<std::string>> free_range(int first);

private:
    Task<Result<Node>> get(std::string target);

    Client client_;
};

}  // namespace diorama::cli
