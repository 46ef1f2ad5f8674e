#pragma once

#include "daemon/config.hpp"

#include <map>
#include <string>
#include <vector>

namespace diorama {

/// Where each value of a configuration was written, so that a message can say so.
class Origins {
public:
    void in_file(const std::string& key, std::string place);
    void in_variable(const std::string& key, std::string variable);
    /// `diorama.toml:3:9: limits.cpus`, `DIORAMA_LIMITS_CPUS`, or the key alone for a default.
    std::string of(const std::string& key) const;
    /// Whether the table `section`, or a key in it, was written anywhere.
    bool names(std::string_view section) const;

private:
    std::map<std::string, std::string> shown_;
};

/// What the types alone cannot say: ranges, words that belong together, secrets that are none.
std::vector<Error> check_config(const Config& config, const Origins& origins);

/// A secret of our own (SEC-34): `least` characters or more, none that cannot stand in a header,
/// nothing that stands in examples, nothing that repeats itself. The error does not hold it.
Result<> check_own_secret(const Secret& secret, std::size_t least = 32);

/// What is wrong with [github] and [projects].
std::vector<Error> check_forges(const Config& config, const Origins& origins);

/// Several problems as one error, a line for each.
Error together(const std::vector<Error>& problems);

}  // namespace diorama
