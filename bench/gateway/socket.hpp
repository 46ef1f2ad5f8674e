#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace diorama::bench {

/// Small helpers of the peers: they measure, so a failed call ends the program with a sentence.
int must(int result, const char* what);

/// A non-blocking socket that listens on 0.0.0.0.
int listen_on(std::uint16_t port);
/// A connection to 127.0.0.1, non-blocking once it stands.
int connect_to(std::uint16_t port);
void watch(int epoll, int fd, void* who);

// The programs, by the name they are called with. Each takes the rest of the command line.
int app(const std::vector<std::string>& arguments);
int load(const std::vector<std::string>& arguments);
int lookup(const std::vector<std::string>& arguments);
int proxy(const std::vector<std::string>& arguments);
int relay(const std::vector<std::string>& arguments);

}  // namespace diorama::bench
