#pragma once

#include "docker/container_config.hpp"
#include "docker/objects.hpp"
#include "driver/docker.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// What a container keeps of root's powers unless its service asks for more. The images people
/// use start as root, make their folders, and step down to a user of their own; that takes CHOWN,
/// DAC_OVERRIDE, FOWNER, SETUID, SETGID and SETPCAP, then KILL for their workers and
/// NET_BIND_SERVICE for port 80. Of Docker's own list this leaves out raw sockets (NET_RAW), device
/// files (MKNOD), set-id bits (FSETID, SETFCAP), chroot and the audit log.
std::vector<std::string> default_capabilities();

/// The container of `intent` in the Engine's terms: the intent, the image and the rules of the
/// house, nothing else. `address` is its own on its first network.
///
/// `refused` when root is asked for and the installation does not allow it; `invalid` when content
/// would have to be written into a read-only root.
Result<docker::ContainerConfig> container_config(
    const ContainerIntent& intent,
    const docker::Image& image,
    const DriverOptions& options,
    const std::string& address
);

/// The interface of a network's bridge: `prefix` and a hash, since a name may have 15 characters.
std::string bridge_name(std::string_view prefix, std::string_view network);

/// A container's fixed address, on the container itself.
inline constexpr std::string_view address_label = "diorama.address";

}  // namespace diorama
