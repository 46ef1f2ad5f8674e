#pragma once

#include "model/environment.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace diorama {

/// The forms in which a service's URL can be written. The gateway serves each of them that is
/// switched on; `flat` is the default, one label under one wildcard name and certificate.
/// `{slug}` is the project's, `pr-{n}` is the scene's label whatever its kind (`branch-main`).
enum class Shape {
    flat,              ///< `{slug}-pr-{n}.{domain}`, `{slug}-pr-{n}-{service}.{domain}`
    preview_cloud,     ///< `pr-{n}-{owner}.{service}.{domain}` (F01)
    preview_deployer,  ///< `{domain}/{slug}/pr-{n}/`, the main service only (F02)
    prevant,           ///< `{domain}/{environment}/{service}/` (F05)
    ephemera,          ///< `pr-{n}-{repository}.{domain}`, the main service only (F06)
    bare,              ///< `pr-{n}.{domain}`, the main service only (F04)
};

std::string_view name(Shape shape);
Result<Shape> shape_named(std::string_view text);

/// True for shapes that share one origin, and so cookies, among scenes: off until switched on.
constexpr bool is_path_shape(Shape shape)
{
    return shape == Shape::preview_deployer || shape == Shape::prevant;
}

/// Where a visitor finds a service.
struct PublicAddress {
    std::string host;        ///< Lower case, no port.
    std::string path = "/";  ///< Ends with '/'; dropped before forwarding when it is longer.

    friend auto operator<=>(const PublicAddress&, const PublicAddress&) = default;
};

/// A service that wants an address. Holds references: for the duration of a call.
struct Endpoint {
    const Project& project;
    const Environment& environment;
    std::string_view service;
    bool main = false;
};

/// Says whether another service has this address already.
using AddressTaken = std::function<bool(const PublicAddress&)>;

/// The address of `endpoint` in `shape`; nothing when the shape has no place for it. When it is
/// taken, its own part gets a hash. `domain` is as `check_domain` answers it. The environment's
/// slug is used as stored, so a hash it got is in its hosts too.
std::optional<PublicAddress>
address(Shape shape, const Endpoint& endpoint, std::string_view domain, const AddressTaken& taken);

/// How the outside reaches the gateway.
struct Entrance {
    std::string scheme = "http";
    std::uint16_t port = 80;
};

/// The address as people click it: without the port where the scheme has it by default.
std::string url(const PublicAddress& address, const Entrance& entrance);

/// The domain under which scenes appear, lower case. At most 125 characters, so that the longest
/// host stays within 253 (RFC 1035, 2.3.4); an IDN is written in its ASCII form.
Result<std::string> check_domain(std::string_view text);

}  // namespace diorama
