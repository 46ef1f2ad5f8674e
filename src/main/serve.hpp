#pragma once

#include <string>

namespace diorama {

struct ServeArguments {
    std::string config;
    std::string data;
};

/// `diorama serve`: reads the configuration, runs the daemon until a signal ends it; the exit code.
int serve(const ServeArguments& arguments);

}  // namespace diorama
