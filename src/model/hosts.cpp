#include "model/hosts.hpp"

#include "model/naming.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace diorama {

namespace {

constexpr std::size_t domain_limit = 125;

std::string_view owner_of(const Project& project)
{
    const auto slash = project.name.rfind('/');
    if (slash == std::string::npos) return project.name;
    return std::string_view(project.name).substr(0, slash);
}

std::string_view repository_of(const Project& project)
{
    return std::string_view(project.name).substr(project.name.rfind('/') + 1);
}

/// The part of an address that is a service's own, and what surrounds it.
struct Pattern {
    std::string own;  ///< A label: hashed when taken.
    std::string host_after, path_before;
    bool in_path = false;

    PublicAddress with(std::string_view own_label) const
    {
        if (in_path) return {host_after, fmt::format("{}{}/", path_before, own_label)};
        return {fmt::format("{}.{}", own_label, host_after), "/"};
    }
};

Pattern in_host(const std::string& own, std::string_view after)
{
    return {.own = label(own), .host_after = std::string(after)};
}

Pattern in_path(std::string_view domain, std::string_view before, std::string own)
{
    return {std::move(own), std::string(domain), fmt::format("/{}/", before), true};
}

std::optional<Pattern> pattern(Shape shape, const Endpoint& endpoint, std::string_view domain)
{
    const auto& [project, environment, service, main] = endpoint;
    const auto& who = environment.identity;
    const auto scene = scene_label(who.kind, who.key);
    switch (shape) {
        case Shape::flat:
            return in_host(
                main ? environment.slug : fmt::format("{}-{}", environment.slug, service), domain
            );
        case Shape::preview_cloud:
            return in_host(
                fmt::format("{}-{}", scene, owner_of(project)),
                fmt::format("{}.{}", label(service), domain)
            );
        case Shape::preview_deployer:
            if (!main) return std::nullopt;
            return in_path(domain, project.slug, scene);
        case Shape::prevant: return in_path(domain, environment.slug, label(service));
        case Shape::ephemera:
            if (!main) return std::nullopt;
            return in_host(fmt::format("{}-{}", scene, repository_of(project)), domain);
        case Shape::bare:
            if (!main) return std::nullopt;
            return in_host(scene, domain);
    }
    std::abort();
}

bool is_label(std::string_view text)
{
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !text.empty() && text.size() <= label_limit && std::ranges::all_of(text, fits) &&
           !text.starts_with('-') && !text.ends_with('-');
}

/// The label of `domain` that is wrong, or nothing. A last label of digits would be an address.
std::optional<std::string_view> wrong_label(std::string_view domain)
{
    while (true) {
        const auto dot = domain.find('.');
        const auto first = domain.substr(0, dot);
        if (!is_label(first)) return first;
        if (dot == std::string_view::npos) {
            const bool number = first.find_first_not_of("0123456789") == std::string_view::npos;
            return number ? std::optional(first) : std::nullopt;
        }
        domain.remove_prefix(dot + 1);
    }
}

}  // namespace

std::string_view name(Shape shape)
{
    switch (shape) {
        case Shape::flat: return "flat";
        case Shape::preview_cloud: return "preview_cloud";
        case Shape::preview_deployer: return "preview_deployer";
        case Shape::prevant: return "prevant";
        case Shape::ephemera: return "ephemera";
        case Shape::bare: return "bare";
    }
    std::abort();
}

Result<Shape> shape_named(std::string_view text)
{
    using enum Shape;
    for (const Shape shape : {flat, preview_cloud, preview_deployer, prevant, ephemera, bare}) {
        if (name(shape) == text) return shape;
    }
    return Error{
        Code::invalid,
        fmt::format("{:?} is not a shape of URL", text),
        "Use flat, preview_cloud, preview_deployer, prevant, ephemera or bare."
    };
}

std::optional<PublicAddress>
address(Shape shape, const Endpoint& endpoint, std::string_view domain, const AddressTaken& taken)
{
    const auto found = pattern(shape, endpoint, domain);
    if (!found) return std::nullopt;
    // Diorama's own hosts and paths (www, api) count as taken by somebody.
    const auto is_taken = [&](std::string_view own) {
        return (!found->in_path && is_reserved_word(own)) || taken(found->with(own));
    };
    // The main service's hash is the scene's own: it can be told before the service is known.
    const auto own = endpoint.main ? std::string_view() : endpoint.service;
    const auto full = fmt::format("{}/{}", endpoint.environment.id.text(), own);
    return found->with(unique_label(found->own, full, is_taken));
}

std::string url(const PublicAddress& address, const Entrance& entrance)
{
    const bool usual = entrance.port == (entrance.scheme == "https" ? 443 : 80);
    if (usual) return fmt::format("{}://{}{}", entrance.scheme, address.host, address.path);
    return fmt::format("{}://{}:{}{}", entrance.scheme, address.host, entrance.port, address.path);
}

Result<std::string> check_domain(std::string_view text)
{
    std::string domain;
    for (const char c : text)
        domain.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    const std::string mend =
        "Write a plain domain such as preview.example.com: no scheme, port, '*.' or "
        "final dot, and an IDN in its xn-- form.";
    if (domain.size() > domain_limit)
        return Error{
            Code::invalid,
            fmt::format(
                "the domain has {} characters; hosts of services leave room for {}",
                domain.size(),
                domain_limit
            ),
            "Use a shorter domain."
        };
    if (const auto wrong = wrong_label(domain))
        return Error{
            Code::invalid, fmt::format("{:?} is not a domain: {:?} is wrong", text, *wrong), mend
        };
    return domain;
}

}  // namespace diorama
