#pragma once

#include "docker/objects.hpp"

#include <map>
#include <string>
#include <string_view>

namespace diorama::docker {

/// RFC 4648, 5, with padding, as the Engine wants its headers.
std::string base64url(std::string_view bytes);

/// The X-Registry-Auth header of a pull.
std::string registry_auth(const RegistryLogin& login);
/// The X-Registry-Config header of a build.
std::string registry_config(const std::map<std::string, RegistryLogin>& logins);

/// "nginx" and "latest" of "nginx"; "host:5000/app" and "v1" of "host:5000/app:v1". A reference by
/// digest keeps it, and has no tag.
std::pair<std::string, std::string> split_reference(std::string_view reference);

}  // namespace diorama::docker
