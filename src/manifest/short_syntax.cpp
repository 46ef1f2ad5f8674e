#include "base/text.hpp"
#include "base/unicode.hpp"
#include "manifest/long_form.hpp"
#include "manifest/units.hpp"

#include <algorithm>
#include <array>

namespace diorama::manifest {

namespace {

constexpr std::int64_t most_ports = 100;

struct Range {
    std::int64_t first = 0, last = 0;
};

std::optional<Range> parse_range(std::string_view text)
{
    const auto dash = text.find('-');
    const auto first = parse_whole(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_whole(text.substr(dash + 1));
    const bool good = first && last && *first >= 1 && *first <= *last && *last <= 65535;
    if (!good || *last - *first >= most_ports) return std::nullopt;
    return Range{*first, *last};
}

/// The part after the last ':' outside brackets, which is the container's.
std::string_view container_part(std::string_view text)
{
    const auto colon = text.rfind(':');
    return colon == std::string_view::npos ? text : text.substr(colon + 1);
}

bool is_host_part(std::string_view text)
{
    return std::ranges::all_of(text, [](char each) {
        return (each >= '0' && each <= '9') || (each >= 'a' && each <= 'z') ||
               (each >= 'A' && each <= 'Z') || std::string_view(".:[]-").contains(each);
    });
}

/// `[[ip:][published]:]target[/protocol]`, each a port or a range.
void add_port(const Node& node, Node::List& out, Findings& findings)
{
    const std::string text = node.scalar_text().value_or("");
    const auto slash = text.find('/');
    const std::string_view ports = std::string_view(text).substr(0, slash);
    const std::string protocol = slash == std::string::npos ? "tcp" : text.substr(slash + 1);
    const auto target = container_part(ports);
    const auto published = ports.substr(0, ports.size() - target.size());
    const auto range = parse_range(target);
    if (!range || !is_host_part(published)) {
        findings.wrong(
            node.at,
            fmt::format("'{}' is no port", display(text)),
            "Write it like \"8080:80\", \"80\" or \"9000-9002/udp\"."
        );
        return;
    }
    for (auto number = range->first; number <= range->last; ++number) {
        Node::Map port{
            {"target", placed(number, node.at), node.at}
        };
        port.push_back({"protocol", placed(protocol, node.at), node.at});
        out.push_back(placed(std::move(port), node.at));
    }
}

/// How the parts of a short volume begin when they are a path of the host.
bool is_path(std::string_view source)
{
    return source.starts_with('.') || source.starts_with('/') || source.starts_with('~');
}

/// `C:\x:/y`, `C:/x:/y`: the drive looks like a source, and a path follows where modes stand.
bool is_windows(std::string_view text, const std::vector<std::string_view>& parts)
{
    return text.contains('\\') || (parts.size() > 2 && parts[2].starts_with('/'));
}

/// Applies one word after the second colon: "ro", "z", "nocopy" …
bool apply_mode(std::string_view mode, Node& mount, Position at)
{
    static constexpr std::array<std::string_view, 8> meaningless{
        "rw", "z", "Z", "cached", "delegated", "consistent", "private", "rprivate"
    };
    if (std::ranges::find(meaningless, mode) != meaningless.end()) return true;
    if (mode == "ro" || mode == "readonly") {
        mount.set("read_only", placed(true, at));
    } else if (mode == "nocopy" || mode == "volume-nocopy") {
        mount.set(
            "volume",
            placed(
                Node::Map{
                    {"nocopy", placed(true, at), at}
        },
                at
            )
        );
    } else if (mode == "shared" || mode == "rshared" || mode == "slave" || mode == "rslave") {
        mount.set(
            "bind",
            placed(
                Node::Map{
                    {"propagation", placed(mode, at), at}
        },
                at
            )
        );
    } else {
        return false;
    }
    return true;
}

void wrong_volume(const Node& node, std::string_view text, Findings& findings)
{
    findings.wrong(
        node.at,
        fmt::format("'{}' is no volume", display(text)),
        "Write it like data:/var/lib/data, ./nginx.conf:/etc/nginx/nginx.conf:ro or /cache."
    );
}

/// `[source:]target[:mode]`
std::optional<Node> long_volume(const Node& node, Findings& findings)
{
    const std::string text = *node.scalar_text();
    const auto parts = split(text, ':');
    if (is_windows(text, parts)) {
        findings.refused(
            node.at,
            fmt::format("'{}' is a path of the host", display(text)),
            "Use a path inside the repository, or a named volume."
        );
        return std::nullopt;
    }
    if (parts.size() > 3 || std::ranges::any_of(parts, [](auto part) { return part.empty(); })) {
        wrong_volume(node, text, findings);
        return std::nullopt;
    }
    Node mount = placed(Node::Map{}, node.at);
    const bool bind = parts.size() > 1 && is_path(parts.front());
    mount.set("type", placed(bind ? "bind" : "volume", node.at));
    if (parts.size() > 1) mount.set("source", placed(parts.front(), node.at));
    mount.set("target", placed(parts[parts.size() > 1 ? 1 : 0], node.at));
    if (parts.size() == 3) {
        for (const std::string_view mode : split(parts[2], ',')) {
            if (!apply_mode(mode, mount, node.at)) wrong_volume(node, text, findings);
        }
    }
    for (Node::Entry& entry : std::get<Node::Map>(mount.value))
        entry.at = node.at;
    return mount;
}

}  // namespace

Node long_ports(const Node& ports, Findings& findings)
{
    if (!ports.list()) return ports;
    Node::List out;
    for (const Node& each : *ports.list()) {
        if (each.map() || each.list())
            out.push_back(each);
        else
            add_port(each, out, findings);
    }
    return placed(std::move(out), ports.at);
}

Node long_volumes(const Node& volumes, Findings& findings)
{
    if (!volumes.list()) return volumes;
    Node::List out;
    for (const Node& each : *volumes.list()) {
        if (each.map() || each.list())
            out.push_back(each);
        else if (auto mount = long_volume(each, findings))
            out.push_back(std::move(*mount));
    }
    return placed(std::move(out), volumes.at);
}

}  // namespace diorama::manifest
