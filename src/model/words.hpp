#pragma once

#include <string_view>

namespace diorama {

/// What a word from a manifest may look like before it goes to an engine. Each is a plain test of
/// characters, and none of them says where the word came from.

bool has_control(std::string_view text);

bool is_name(std::string_view text);              ///< Services, volumes, networks, aliases, stages.
bool is_variable(std::string_view text);          ///< [A-Za-z_][A-Za-z0-9_]*
bool is_environment_name(std::string_view text);  ///< What execve(2) and a person can live with.
bool is_host_name(std::string_view text);         ///< RFC 1123, and '_' as Docker allows.
bool is_image_reference(std::string_view text);   ///< [host[:port]/]path[:tag][@digest]
bool is_tree_path(std::string_view text);         ///< "." or parts without "..", ".git" and NUL.
bool is_container_path(std::string_view text);    ///< Absolute, not "/", without "..".
bool is_kernel_path(std::string_view text);       ///< /proc, /sys, /dev (but /dev/shm).
bool is_capability(std::string_view text);        ///< NET_ADMIN, ALL
bool is_sysctl_value(std::string_view text);      ///< Digits and blanks.
bool is_user(std::string_view text);              ///< "", user, user:group, uid:gid
bool is_owner(std::string_view text);             ///< "" or uid:gid in digits
bool is_restart_policy(std::string_view text);    ///< no | always | unless-stopped | on-failure[:n]
bool is_signal(std::string_view text);            ///< "", SIGTERM, TERM, 15, SIGRTMIN+3
bool is_platform(std::string_view text);          ///< "", linux[/arch[/variant]]
bool is_url_path(std::string_view text);          ///< Begins with '/', visible ASCII only.

/// A service's name, or an IP address that is neither link-local (cloud metadata lives there),
/// unspecified nor multicast. Docker's "host-gateway" is not one.
bool is_scene_address(std::string_view text);

}  // namespace diorama
