#pragma once

#include "model/ids.hpp"
#include "store/tx.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Which environment owns which host name. First come, first served: a later one that would
/// collide is told so, and takes a name with a hash.
namespace diorama::hosts {

struct Claim {
    std::string host;        ///< Lower case, no port.
    std::string path = "/";  ///< A prefix that ends with '/': several may share one host by it.
    EnvironmentId environment;
    std::string service;

    friend bool operator==(const Claim&, const Claim&) = default;
};

/// Claiming again changes the service. `conflict` when another environment has the host and path,
/// or one of the two would have all of the host ("/").
Result<> claim(Tx& tx, const Claim& claim, Instant now);

Result<Claim> find(Tx& tx, std::string_view host, std::string_view path);
std::vector<Claim> of_environment(Tx& tx, EnvironmentId environment);
/// By environment, host and path.
std::vector<Claim> list_all(Tx& tx);

/// Gives one back, if the environment has it.
void release(Tx& tx, const Claim& claim);
/// Gives all its hosts back.
void release(Tx& tx, EnvironmentId environment);

}  // namespace diorama::hosts
