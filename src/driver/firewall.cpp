#include "driver/firewall.hpp"

#include "base/json.hpp"
#include "base/spawn.hpp"
#include "model/addresses.hpp"

#include <fmt/ranges.h>

#include <fstream>
#include <iterator>

namespace diorama {

namespace {

/// Everything that is not the public internet (RFC 6890): this host, private networks, carrier
/// NAT, loopback, link-local with the clouds' metadata, protocol assignments, benchmarks,
/// multicast, reserved and broadcast.
constexpr std::string_view closed =
    "{ 0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, "
    "192.0.0.0/24, 192.168.0.0/16, 198.18.0.0/15, 224.0.0.0/4, 240.0.0.0/4 }";

bool is_word(std::string_view text)
{
    return !text.empty() && text.size() <= 32 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

Result<> check_options(const FirewallOptions& options)
{
    if (!is_word(options.table) || options.table.front() == '-')
        return Error{Code::invalid, fmt::format("'{}' cannot name a table", options.table)};
    if (!is_word(options.bridges))
        return Error{Code::invalid, fmt::format("'{}' cannot begin a bridge", options.bridges)};
    for (const std::string& range : options.allowed) {
        const auto parsed = Subnet::parse(range);
        if (!parsed) return parsed.error().during("allow a private range");
    }
    for (const std::string& server : options.resolvers) {
        const auto parsed = Ipv4::parse(server);
        if (!parsed) return parsed.error().during("allow a DNS server");
    }
    return ok();
}

std::string set_of(const std::vector<std::string>& elements)
{
    return fmt::format("{{ {} }}", fmt::join(elements, ", "));
}

/// Rules for DNS servers that stand where scenes may not go otherwise.
void add_resolvers(
    std::vector<FirewallRule>& rules,
    std::string chain,
    std::string from,
    const std::vector<std::string>& servers
)
{
    if (servers.empty()) return;
    for (const std::string_view protocol : {"udp", "tcp"})
        rules.push_back(
            {chain,
             fmt::format("{}ip daddr {} {} dport 53", from, set_of(servers), protocol),
             "accept",
             fmt::format("{} to the machine's DNS servers", protocol)}
        );
}

Task<Result<Finished>> run_nft(
    Scheduler& scheduler, std::vector<std::string> words, std::string input, std::stop_token stop
)
{
    Command command;
    command.argv = {"nft"};
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    command.input = std::move(input);
    command.limits.time = seconds{20};
    command.package = "nftables";
    co_return co_await run_command(scheduler, std::move(command), stop);
}

Error failure(const Finished& finished)
{
    const std::string words = finished.errors.substr(0, finished.errors.find('\n'));
    if (finished.errors.find("not permitted") != std::string::npos)
        return {
            Code::forbidden,
            "this process may not change the packet filter: " + words,
            "Run Diorama as root, or give it CAP_NET_ADMIN (AmbientCapabilities=CAP_NET_ADMIN in "
            "its systemd unit)."
        };
    return {
        Code::invalid,
        "nft refused the packet filter: " + words,
        "Use a kernel of 5.10 or newer with nf_tables and nft_fib_inet."
    };
}

/// "chain: comment: verdict" of each rule that nft printed as JSON (libnftables-json(5)).
std::vector<std::string> rules_of(const Node& listing)
{
    std::vector<std::string> found;
    const Node* objects = listing.find("nftables");
    if (!objects || !objects->list()) return found;
    for (const Node& object : *objects->list()) {
        const Node* rule = object.find("rule");
        const Node* expressions = rule ? rule->find("expr") : nullptr;
        if (!expressions || !expressions->list() || expressions->list()->empty()) continue;
        const auto text = [&](std::string_view key) {
            const Node* value = rule->find(key);
            return value && value->string() ? *value->string() : std::string{};
        };
        const auto* last = expressions->list()->back().map();
        const std::string verdict = last && !last->empty() ? last->front().key : "";
        found.push_back(fmt::format("{}: {}: {}", text("chain"), text("comment"), verdict));
    }
    return found;
}

/// The base chains with hook, priority and policy, each as one line.
std::vector<std::string> hooks_of(const Node& listing)
{
    std::vector<std::string> found;
    const Node* objects = listing.find("nftables");
    if (!objects || !objects->list()) return found;
    for (const Node& object : *objects->list()) {
        const Node* chain = object.find("chain");
        if (!chain || !chain->find("hook")) continue;
        std::vector<std::string> words;
        for (const std::string_view key : {"hook", "prio", "policy"}) {
            const Node* value = chain->find(key);
            words.push_back(value ? value->scalar_text().value_or("") : "");
        }
        found.push_back(fmt::format("{}", fmt::join(words, " ")));
    }
    std::ranges::sort(found);
    return found;
}

/// In the order in which the ruleset makes them, which is that in which nft prints them.
constexpr std::array<std::string_view, 3> chains{"from_scene", "input", "forward"};

std::vector<std::string> wanted_rules(const std::vector<FirewallRule>& rules)
{
    std::vector<std::string> lines;
    for (const std::string_view chain : chains) {
        for (const auto& [at, match, verdict, why] : rules) {
            const auto word = verdict.substr(0, verdict.find(' '));
            if (at == chain) lines.push_back(fmt::format("{}: {}: {}", chain, why, word));
        }
    }
    return lines;
}

const std::vector<std::string> wanted_hooks{"forward -10 accept", "input -10 accept"};

}  // namespace

Result<std::vector<FirewallRule>> firewall_rules(const FirewallOptions& options)
{
    const auto sound = check_options(options);
    if (!sound) return sound.error();
    const std::string from = fmt::format("iifname \"{}*\" ", options.bridges);
    const std::string to = fmt::format("oifname \"{}*\" ", options.bridges);
    const std::string answers = "ct state established,related";

    std::vector<FirewallRule> rules{
        {"input", from + answers, "accept", "answers to the host"}
    };
    add_resolvers(rules, "input", from, options.resolvers);
    rules.push_back({"input", from + "counter", "drop", "scene to host"});

    rules.push_back({"forward", from, "jump from_scene", "what a scene sends"});
    rules.push_back({"forward", to + answers, "accept", "answers to a scene"});
    rules.push_back({"forward", to + "counter", "drop", "stranger to scene"});

    rules.push_back({"from_scene", answers, "accept", "answers of a scene"});
    rules.push_back(
        {"from_scene", "fib daddr . iif oif exists", "accept", "within the scene's network"}
    );
    rules.push_back({"from_scene", to + "counter", "drop", "scene to scene"});
    rules.push_back({"from_scene", "meta nfproto ipv6 counter", "drop", "scene to IPv6"});
    add_resolvers(rules, "from_scene", "", options.resolvers);
    if (!options.allowed.empty())
        rules.push_back(
            {"from_scene", "ip daddr " + set_of(options.allowed), "accept", "allowed ranges"}
        );
    rules.push_back(
        {"from_scene",
         fmt::format("ip daddr {} counter", closed),
         "drop",
         "scene to private and special addresses"}
    );
    if (!options.egress) rules.push_back({"from_scene", "counter", "drop", "scene to internet"});
    return rules;
}

Result<std::string> firewall_ruleset(const FirewallOptions& options)
{
    const auto rules = firewall_rules(options);
    if (!rules) return rules.error();
    std::string body;
    for (const std::string_view chain : chains) {
        body += fmt::format("  chain {} {{\n", chain);
        if (chain != "from_scene")
            body += fmt::format(
                "    type filter hook {} priority filter - 10; policy accept;\n", chain
            );
        for (const auto& [at, match, verdict, why] : *rules) {
            if (at == chain) body += fmt::format("    {} {} comment \"{}\"\n", match, verdict, why);
        }
        body += "  }\n";
    }
    // A table must exist before it can be deleted, and the whole text is one transaction.
    return fmt::format(
        "table inet {0} {{}}\ndelete table inet {0}\ntable inet {0} {{\n{1}}}\n",
        options.table,
        body
    );
}

std::vector<std::string> resolvers(std::string_view resolv_conf)
{
    std::vector<std::string> found;
    while (!resolv_conf.empty()) {
        const auto end = std::min(resolv_conf.find('\n'), resolv_conf.size());
        std::string_view line = resolv_conf.substr(0, end);
        resolv_conf.remove_prefix(std::min(resolv_conf.size(), end + 1));
        constexpr std::string_view key = "nameserver";
        if (!line.starts_with(key) || line.size() == key.size()) continue;
        line.remove_prefix(key.size());
        const auto begin = line.find_first_not_of(" \t");
        if (begin == 0 || begin == std::string_view::npos) continue;
        line.remove_prefix(begin);
        const auto address = Ipv4::parse(line.substr(0, line.find_first_of(" \t\r")));
        if (address && address->value >> 24 != 127) found.push_back(address->text());
    }
    return found;
}

std::vector<std::string> machine_resolvers()
{
    for (const char* path : {"/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"}) {
        std::ifstream file(path);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        auto found = resolvers(text);
        if (!found.empty()) return found;
    }
    return {};
}

Task<Result<>> Firewall::apply(std::stop_token stop)
{
    const auto text = firewall_ruleset(options_);
    if (!text) co_return text.error();
    const auto finished = co_await run_nft(scheduler_, {"-f", "-"}, *text, stop);
    if (!finished) co_return finished.error().during("set up the packet filter");
    if (!finished->succeeded()) co_return failure(*finished);
    co_return co_await check(stop);
}

Task<Result<>> Firewall::check(std::stop_token stop)
{
    const auto wanted = firewall_rules(options_);
    if (!wanted) co_return wanted.error();
    const std::vector<std::string> words{"-j", "list", "table", "inet", options_.table};
    const auto finished = co_await run_nft(scheduler_, words, "", stop);
    if (!finished) co_return finished.error().during("read the packet filter");
    if (!finished->succeeded() && finished->errors.find("No such file") == std::string::npos)
        co_return failure(*finished);
    const auto listing = parse_json(finished->succeeded() ? finished->output : "{}");
    if (!listing) co_return listing.error().during("read the packet filter");
    if (hooks_of(*listing) == wanted_hooks && rules_of(*listing) == wanted_rules(*wanted))
        co_return ok();
    co_return Error{
        Code::conflict,
        fmt::format("table inet {} is missing or was changed by somebody", options_.table),
        "Restart Diorama, or look with `nft list table inet " + options_.table + "`."
    };
}

Task<Result<>> Firewall::remove(std::stop_token stop)
{
    if (const auto sound = check_options(options_); !sound) co_return sound.error();
    const std::string text =
        fmt::format("table inet {0} {{}}\ndelete table inet {0}\n", options_.table);
    const auto finished = co_await run_nft(scheduler_, {"-f", "-"}, text, stop);
    if (!finished) co_return finished.error().during("remove the packet filter");
    if (!finished->succeeded()) co_return failure(*finished);
    co_return ok();
}

}  // namespace diorama
