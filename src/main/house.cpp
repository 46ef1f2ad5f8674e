#include "main/house.hpp"

#include "access/access.hpp"
#include "api/endpoints.hpp"
#include "build/docker_builder.hpp"
#include "driver/docker.hpp"
#include "driver/firewall_watch.hpp"
#include "driver/owner.hpp"
#include "engine/engine.hpp"
#include "forge/github/github.hpp"
#include "gateway/gateway.hpp"
#include "git/git.hpp"
#include "logs/logs.hpp"
#include "main/data_folder.hpp"
#include "main/doctor.hpp"
#include "main/memory.hpp"
#include "main/secrets.hpp"
#include "main/settings.hpp"
#include "main/version.hpp"
#include "net/loop.hpp"
#include "net/server.hpp"
#include "routing/embedded.hpp"
#include "routing/routes.hpp"
#include "routing/visits.hpp"
#include "source/git_commits.hpp"
#include "store/settings.hpp"
#include "store/tenants.hpp"

#include <fstream>
#include <set>

namespace diorama {

namespace {

/// The house, room by room, from the ground up. Members go in the opposite order.
class House {
public:
    House(Loop& loop, const Config& config, Log& log, const Around& around)
        : loop_(loop),
          config_(config),
          log_(log),
          around_(around),
          data_(config.data),
          git_(loop, data_ / "home"),
          source_(git_, data_ / "mirrors"),
          locations_{
              .local = config.repositories.local, .plain_http = config.repositories.plain_http
          },
          commits_(source_, locations_, fetch_access(config.github))
    {}

    Result<> open()
    {
        for (const auto& folder : {data_, data_ / "home", data_ / "mirrors"}) {
            const auto made = make_folder(folder);
            if (!made) return made.error();
        }
        auto store = Store::open(loop_, *random_, (data_ / "diorama.db").string());
        if (!store) return store.error();
        store_ = *std::move(store);
        const auto listening = open_gateway();
        if (!listening) return listening.error();
        const auto settled = settle();
        if (!settled) return settled.error();
        const auto known = open_forges();
        if (!known) return known.error();
        return open_docker();
    }

    Task<Result<>> live(std::stop_token stop)
    {
        const auto filtered = co_await filter();
        if (!filtered) co_return filtered.error();
        builder_ = std::make_unique<DockerBuilder>(loop_, *engine_api_, build_settings());

        const World world = build_world();
        Engine engine(world);
        Access access(loop_, *random_, *store_, settings_.tenant);
        if (config_.api.first_token) access.trust(*config_.api.first_token);
        const auto first = co_await access.first_token(data_ / "admin.token");
        if (!first) co_return first.error();
        if (*first)
            log_.info(
                "made the first token",
                {
                    {"file", (data_ / "admin.token").string()}
            }
            );

        api::Context context{
            world,
            engine.commands(),
            engine.intake(),
            engine.poller(),
            engine.cleaner(),
            access,
            *logs_,
            locations_,
            std::string(version)
        };
        context.github = webhook_door(config_);
        context.stopping = stop;
        context.facts = [&] { return facts(); };
        context.disk = [&] { return disk_of(data_); };
        context.filtered = [&] { return !watch_ || !watch_->state().trouble; };
        context.has_room = [&] { return has_room(data_); };
        Server server(loop_, api::handler(context), server_options());
        Server webhooks(loop_, api::webhook_handler(context), server_options());
        auto ended = forward_webhooks(webhooks, !context.github.secrets.empty());
        if (ended) ended = co_await engine.open(stop);
        if (ended) ended = listen(server);
        const bool opened = ended.has_value();
        if (opened) ended = co_await run(engine, stop);
        co_await server.stop();
        co_await webhooks.stop();
        if (!opened) co_return ended;
        co_await logs_->stop();
        co_await leave();
        co_return ended;
    }

private:
    World build_world()
    {
        const World built{
            loop_,
            *random_,
            *store_,
            commits_,
            *builder_,
            *driver_,
            *router_,
            *logs_,
            settings_,
            log_,
            forges_,
            &memory_
        };
        return around_ ? around_(built) : built;
    }

    /// A door of its own for what strangers may knock at: the gateway leads nowhere else in the
    /// API, and a crowd there does not keep the API's own callers out.
    Result<> forward_webhooks(Server& server, bool wanted)
    {
        if (!wanted) return ok();
        const auto listening = server.listen(Address::tcp("127.0.0.1", 0));
        if (!listening) return listening.error();
        router_->always(own_routes(
            settings_.domain, api::webhook_paths(), {.host = "127.0.0.1", .port = server.port()}
        ));
        return ok();
    }

    Result<> listen(Server& server)
    {
        const auto address = Address::parse(config_.api.listen);
        if (!address) return address.error().during("api.listen");
        const auto listening = server.listen(*address);
        if (!listening) return listening.error();
        write_ports(server.port());
        log_.info(
            "ready",
            {
                {"api", address->host + ":" + fmt::format("{}", server.port())},
                {"gateway", settings_.entrance.port},
                {"domain", settings_.domain}
        }
        );
        return ok();
    }

    /// An engine that cannot go on takes the rest of the house with it.
    Task<Result<>> run(Engine& engine, std::stop_token stop)
    {
        VisitRecorder visits(loop_, *store_, *router_, log_);
        std::stop_source ending;
        const std::stop_callback link(stop, [ending]() mutable { ending.request_stop(); });
        TaskGroup group(loop_);
        group.spawn(visits.run(seconds{10}, ending.get_token()));
        if (watch_) group.spawn(watch_->run(minutes{1}, ending.get_token()));
        const auto ended = co_await engine.run(stop);
        ending.request_stop();
        co_await group.join();
        co_return ended;
    }

    Result<> open_gateway()
    {
        const auto wanted = gateway_settings(config_);
        if (!wanted) return wanted.error();
        auto gateway = start_gateway(*wanted, log_);
        if (!gateway) return gateway.error();
        gateway_ = *std::move(gateway);
        router_ = std::make_unique<EmbeddedRouter>(loop_, *gateway_, log_);
        return ok();
    }

    Result<> settle()
    {
        auto settings = engine_settings(config_, gateway_->ports().front());
        if (!settings) return settings.error();
        settings_ = *std::move(settings);
        if (settings_.ports) settings_.ports->reserved = own_ports();
        const auto read = [](Tx& tx) -> Result<std::pair<InstallationId, TenantId>> {
            return std::pair{settings::installation(tx), tenants::standard(tx)};
        };
        const auto ids = loop_.run(store_->transact(read));
        if (!ids) return ids.error();
        settings_.installation = ids->first;
        settings_.tenant = ids->second;
        logs_ = std::make_unique<Logs>(loop_, *store_);
        logs_->know_everywhere(known_secrets(config_));
        return ok();
    }

    /// Where we listen, or shall.
    std::set<std::uint16_t> own_ports() const
    {
        const auto gateway = gateway_->ports();
        std::set<std::uint16_t> own(gateway.begin(), gateway.end());
        if (const auto api = Address::parse(config_.api.listen)) own.insert(api->port);
        return own;
    }

    Result<> open_forges()
    {
        if (!config_.github.token) return ok();
        auto github = GitHub::open(
            loop_,
            *random_,
            {.token = *config_.github.token, .api = config_.github.api, .web = config_.github.web}
        );
        if (!github) return github.error().during("[github]");
        github_ = *std::move(github);
        forges_.push_back(github_.get());
        return ok();
    }

    Result<> open_docker()
    {
        const auto address = Address::parse(config_.docker.host);
        if (!address) return address.error().during("docker.host");
        engine_api_ = std::make_unique<docker::Engine>(loop_, *address);
        const auto answers = loop_.run(engine_api_->ping());
        if (!answers) return answers.error();
        const auto host = loop_.run(engine_api_->info());
        if (!host) return host.error();
        fill_limits(settings_.limits, config_.limits, *host);
        driver_ = std::make_unique<DockerDriver>(
            loop_,
            *engine_api_,
            DriverOptions{
                .installation = settings_.installation,
                .bridges = bridge_mark(settings_.installation),
                .require_non_root = settings_.policy.require_non_root
            }
        );
        return ok();
    }

    /// Without the filter a scene reaches what listens on this machine, so that nothing starts
    /// without it unless somebody said so.
    Task<Result<>> filter()
    {
        if (config_.network.filter == Filter::off) {
            log_.warn("no packet filter: scenes reach this machine and its networks");
            co_return ok();
        }
        firewall_ =
            std::make_unique<Firewall>(loop_, firewall_options(config_, settings_.installation));
        watch_ = std::make_unique<FirewallWatch>(loop_, *firewall_, log_);
        auto applied = co_await firewall_->apply();
        if (!applied) {
            Error error = applied.error().during("set the packet filter around scenes");
            error.mend += error.mend.empty() ? "" : " ";
            error.mend += "Or set network.filter = \"off\" where scenes may reach this machine.";
            co_return error;
        }
        co_return ok();
    }

    Task<Result<Node>> facts()
    {
        Machine::Filter filter{.wanted = false};
        if (watch_) {
            co_await watch_->look();
            filter = watch_->state();
        }
        co_return co_await doctor_facts(loop_, *engine_api_, config_, std::move(filter));
    }

    /// What only a daemon that runs needs goes. The packet filter stays as long as there is
    /// anything of a scene: scenes go on without us.
    Task<> leave()
    {
        const auto removed = co_await driver_->remove_build_network();
        if (!removed)
            log_.warn(
                "the network for builds stays",
                {
                    {"why", removed.error()}
            }
            );
        const auto found = co_await driver_->observe(std::nullopt);
        if (!firewall_ || !found || !found->empty()) co_return;
        const auto opened = co_await firewall_->remove();
        if (!opened)
            log_.warn(
                "the packet filter stays",
                {
                    {"why", opened.error()}
            }
            );
    }

    /// With port 0 the kernel chose: whoever started us finds the ports here.
    void write_ports(std::uint16_t api)
    {
        std::ofstream(data_ / "ports") << api << ' ' << gateway_->ports().front() << '\n';
    }

    ServerOptions server_options()
    {
        ServerOptions options;
        options.large_paths = api::webhook_paths();
        options.on_exception = [this](std::string_view asked, std::string_view what) {
            log_.error(
                "a request met an accident",
                {
                    {"request", asked},
                    {"what",    what }
            }
            );
        };
        return options;
    }

    BuildSettings build_settings()
    {
        BuildSettings options;
        options.network = [this] { return driver_->build_network(config_.network.subnets); };
        options.memory = config_.limits.build_memory.bytes;
        options.cpus = config_.limits.build_cpus;
        options.cpu_shares = config_.limits.build_shares;
        options.cgroup_parent = config_.limits.build_cgroup;
        options.parallel = settings_.builds;
        for (const auto& [host, login] : config_.registries)
            options.registries[host] = {login.user, login.password};
        return options;
    }

    Loop& loop_;
    const Config& config_;
    Log& log_;
    const Around& around_;
    std::filesystem::path data_;
    std::unique_ptr<Random> random_ = system_random();
    git::Git git_;
    Source source_;
    git::AllowedLocations locations_;
    GitCommits commits_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<Gateway> gateway_;
    std::unique_ptr<EmbeddedRouter> router_;
    EngineSettings settings_;
    std::unique_ptr<Logs> logs_;
    std::unique_ptr<GitHub> github_;  ///< With a token only.
    std::vector<ForgeApi*> forges_;
    ProcMemory memory_;
    std::unique_ptr<docker::Engine> engine_api_;
    std::unique_ptr<DockerDriver> driver_;
    std::unique_ptr<DockerBuilder> builder_;
    std::unique_ptr<Firewall> firewall_;  ///< None where scenes may reach this machine.
    std::unique_ptr<FirewallWatch> watch_;
};

}  // namespace

Result<> run_house(Loop& loop, const Config& config, Log& log, const Around& around)
{
    House house(loop, config, log, around);
    const auto opened = house.open();
    if (!opened) return opened.error();
    std::stop_source stopping;
    loop.on_signal([stopping, &log](int) mutable {
        if (!stopping.stop_requested()) log.info("stopping; scenes go on");
        stopping.request_stop();
    });
    return loop.run(house.live(stopping.get_token()));
}

}  // namespace diorama
