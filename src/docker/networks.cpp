#include "docker/api.hpp"

namespace diorama::docker {

namespace {

struct Pool {
    std::string Subnet, Gateway;
};
BOOST_DESCRIBE_STRUCT(Pool, (), (Subnet, Gateway))
struct Ipam {
    std::vector<Pool> Config;
};
BOOST_DESCRIBE_STRUCT(Ipam, (), (Config))
struct Member {
    std::string Name;
};
BOOST_DESCRIBE_STRUCT(Member, (), (Name))
struct NetworkAnswer {
    std::string Id, Name, Driver, Created;
    bool Internal = false, EnableIPv6 = false;
    std::optional<Ipam> IPAM;
    Labels Labels_;
    std::map<std::string, std::string> Options;
    std::map<std::string, Member> Containers;
};
BOOST_DESCRIBE_STRUCT(
    NetworkAnswer,
    (),
    (Id, Name, Driver, Created, Internal, EnableIPv6, IPAM, Labels_, Options, Containers)
)

struct Created {
    std::string Id;
};
BOOST_DESCRIBE_STRUCT(Created, (), (Id))

Network described(NetworkAnswer answer)
{
    Network network{
        .id = std::move(answer.Id),
        .name = std::move(answer.Name),
        .driver = std::move(answer.Driver),
        .internal = answer.Internal,
        .ipv6 = answer.EnableIPv6,
        .created = read_time(answer.Created).value_or(Instant{}),
        .labels = std::move(answer.Labels_),
        .options = std::move(answer.Options),
    };
    if (answer.IPAM) {
        for (auto& pool : answer.IPAM->Config) {
            if (!pool.Subnet.empty()) network.subnets.push_back(std::move(pool.Subnet));
            if (!pool.Gateway.empty()) network.gateways.push_back(std::move(pool.Gateway));
        }
    }
    for (auto& [id, member] : answer.Containers)
        network.containers.emplace(id, std::move(member.Name));
    return network;
}

}  // namespace

Task<Result<std::string>> Engine::create_network(NetworkConfig config)
{
    Node::Map body{
        {"Name",           config.name            },
        {"Driver",         "bridge"               },
        {"CheckDuplicate", true                   },
        {"Internal",       config.internal        },
        {"EnableIPv6",     config.ipv6            },
        {"Labels",         to_node(config.labels) },
        {"Options",        to_node(config.options)},
    };
    if (!config.subnet.empty()) {
        Node::Map pool{
            {"Subnet", config.subnet}
        };
        if (!config.gateway.empty()) pool.push_back({"Gateway", config.gateway});
        body.push_back({"IPAM", Node::Map{{"Config", Node::List{std::move(pool)}}}});
    }
    Call call{
        .method = "POST",
        .path = "/networks/create",
        .tried = fmt::format("create network '{}'", config.name)
    };
    call.body = Node(std::move(body));
    const auto created = co_await api_->ask<Created>(std::move(call));
    if (!created) co_return created.error();
    co_return created->Id;
}

Task<Result<Network>> Engine::inspect_network(Ref network)
{
    auto answer = co_await api_->ask<NetworkAnswer>(
        {.path = object_path("networks", network),
         .tried = fmt::format("inspect network '{}'", network)}
    );
    if (!answer) co_return answer.error();
    co_return described(std::move(*answer));
}

Task<Result<std::vector<Network>>> Engine::list_networks(Labels labels)
{
    Call call{
        .path = "/networks", .tried = "list networks", .query = {{"filters", label_filter(labels)}}
    };
    auto answers = co_await api_->ask<std::vector<NetworkAnswer>>(std::move(call));
    if (!answers) co_return answers.error();
    std::vector<Network> networks;
    for (auto& answer : *answers)
        networks.push_back(described(std::move(answer)));
    co_return networks;
}

Task<Result<>> Engine::connect(Ref container, Endpoint endpoint)
{
    Call call{.method = "POST", .path = object_path("networks", endpoint.network, "connect")};
    call.tried = fmt::format("connect container '{}' to network '{}'", container, endpoint.network);
    Node::Map config{
        {"Aliases", to_node(endpoint.aliases)}
    };
    if (!endpoint.address.empty())
        config.push_back({"IPAMConfig", Node::Map{{"IPv4Address", endpoint.address}}});
    call.body = Node(Node::Map{
        {"Container",      container        },
        {"EndpointConfig", std::move(config)}
    });
    return api_->tell(std::move(call));
}

Task<Result<>> Engine::disconnect(Ref container, Ref network, bool force)
{
    Call call{.method = "POST", .path = object_path("networks", network, "disconnect")};
    call.tried = fmt::format("disconnect container '{}' from network '{}'", container, network);
    call.body = Node(Node::Map{
        {"Container", container},
        {"Force",     force    }
    });
    return api_->tell(std::move(call));
}

Task<Result<>> Engine::remove_network(Ref network, std::stop_token stop)
{
    return api_->tell(
        {.method = "DELETE",
         .path = object_path("networks", network),
         .tried = fmt::format("remove network '{}'", network),
         .stop = std::move(stop)}
    );
}

}  // namespace diorama::docker
