#include "engine/scene.hpp"

#include "engine/content.hpp"
#include "engine/fingerprint.hpp"
#include "model/labels.hpp"
#include "model/naming.hpp"

#include <algorithm>
#include <set>

namespace diorama {

namespace {

constexpr std::string_view default_network = "default";

std::vector<NetworkJoin> joins(const Service& service)
{
    if (!service.networks.empty()) return service.networks;
    return {{.network = std::string(default_network)}};
}

/// Depth first, so that each stands after what it waits for.
class Order {
public:
    explicit Order(const Plan& plan) : plan_(plan) {}

    Result<std::vector<const Service*>> all()
    {
        for (const Service& service : plan_.services) {
            const auto visited = visit(service);
            if (!visited) return visited.error();
        }
        return order_;
    }

private:
    Result<> visit(const Service& service)
    {
        if (done_.contains(service.name)) return ok();
        if (!open_.insert(service.name).second)
            return Error{
                Code::invalid,
                fmt::format(
                    "{}: service '{}' waits for itself, by way of depends_on",
                    plan_.manifest,
                    service.name
                ),
                "Break the circle."
            };
        for (const Dependency& dependency : service.depends_on) {
            const Service* other = plan_.find(dependency.service);
            if (!other) continue;  // The reader answered for required ones.
            const auto visited = visit(*other);
            if (!visited) return visited.error();
        }
        done_.insert(service.name);
        order_.push_back(&service);
        return ok();
    }

    const Plan& plan_;
    std::set<std::string> open_, done_;
    std::vector<const Service*> order_;
};

/// A volume somebody may write to must not be written to by two versions at once.
bool writes_to_volume(const Service& service)
{
    return std::ranges::any_of(service.mounts, [](const Mount& mount) {
        const auto* volume = std::get_if<VolumeMount>(&mount);
        const auto* content = std::get_if<ContentMount>(&mount);
        return (volume && !volume->read_only) || (content && !content->read_only);
    });
}

class Composer {
public:
    Composer(
        const Plan& plan,
        const std::map<std::string, Image>& images,
        Files& files,
        const SceneFacts& facts
    )
        : plan_(plan),
          images_(images),
          files_(files),
          facts_(facts),
          injected_(injected_variables(facts, plan.main))
    {}

    Result<Scene> compose()
    {
        lay_networks();
        for (const auto& [key, volume] : plan_.volumes)
            add_volume(key, volume.labels);
        const auto order = Order(plan_).all();
        if (!order) return order.error();
        for (const Service* service : *order) {
            auto composed = compose(*service);
            if (!composed) return composed.error().during("service " + service->name);
            scene_.services.push_back(*std::move(composed));
        }
        return std::move(scene_);
    }

private:
    bool is_job(const std::string& service) const
    {
        return std::ranges::any_of(plan_.services, [&](const Service& other) {
            return std::ranges::any_of(other.depends_on, [&](const Dependency& dependency) {
                return dependency.service == service &&
                       dependency.condition == Dependency::Condition::completed;
            });
        });
    }

    Labels labels(std::string_view service, Labels own = {}) const
    {
        own.merge(diorama::labels(
            ownership(facts_.settings.installation, facts_.project, facts_.environment, service)
        ));
        return own;
    }

    bool is_internal(const std::string& network) const
    {
        if (facts_.environment.wanted.untrusted && !facts_.settings.strangers.egress) return true;
        const auto planned = plan_.networks.find(network);
        return planned != plan_.networks.end() && planned->second.internal;
    }

    /// A network cannot be closed or opened as it stands: one that changes is another network, with
    /// other containers, beside the old one. No key has a colon.
    std::string real_name(const std::string& network) const
    {
        return is_internal(network) ? network + ":internal" : network;
    }

    void lay_networks()
    {
        std::set<std::string> used;
        for (const Service& service : plan_.services) {
            for (const NetworkJoin& join : joins(service))
                used.insert(join.network);
        }
        for (const std::string& key : used) {
            const auto planned = plan_.networks.find(key);
            const bool known = planned != plan_.networks.end();
            scene_.networks[key] = {
                .name = network_name(facts_.environment, real_name(key)),
                .internal = is_internal(key),
                .labels = labels("", known ? planned->second.labels : Labels{})
            };
        }
    }

    void add_volume(const std::string& key, const Labels& own)
    {
        scene_.volumes[key] = {
            .name = volume_name(facts_.environment, key), .labels = labels("", own)
        };
    }

    Result<SceneService> compose(const Service& planned)
    {
        const Image& image = images_.at(planned.name);
        SceneService made{
            .name = planned.name,
            .image = image,
            .gate =
                {.routed = planned.routed,
                       .path = planned.health ? std::optional(planned.health->path) : std::nullopt,
                       .port = planned.port(),
                       .limit = facts_.settings.deadlines.health},
            .beside = planned.port().has_value() && !writes_to_volume(planned),
            .job = is_job(planned.name),
            .main = planned.name == plan_.main,
            .depends_on = planned.depends_on,
            .replicas = planned.replicas
        };

        if (const auto where = facts_.addresses.find(planned.name); where != facts_.addresses.end())
            made.host = where->second.host;

        Service service = planned;
        service.networks = joins(planned);
        add_names(service);
        auto contents = take_contents(service, made.container);
        if (!contents) return contents.error();
        for (const NetworkJoin& join : service.networks) {
            if (is_internal(join.network)) contents->push_back(real_name(join.network));
        }
        for (const auto& [name, value] : injected_.lasting)
            service.environment.emplace(name, value);
        made.key = fingerprint(service, image.id, *contents);
        for (const auto& [name, value] : injected_.of_commit)
            service.environment.emplace(name, value);

        attach(service, made.container);
        made.container.labels = labels(service.name, service.labels);
        made.container.image = image.id;
        made.container.service = std::move(service);
        return made;
    }

    /// Moves what the commit lays into the container out of its mounts: read-only content is
    /// copied in, writable content seeds a volume. Answers what identifies it.
    Result<std::vector<std::string>> take_contents(Service& service, ContainerIntent& container)
    {
        std::vector<std::string> identity;
        std::vector<Mount> kept;
        for (const Mount& mount : service.mounts) {
            if (const auto* volume = std::get_if<VolumeMount>(&mount)) {
                container.volumes[volume->volume] = scene_.volumes.at(volume->volume).name;
            }
            const auto* content = std::get_if<ContentMount>(&mount);
            if (!content) {
                kept.push_back(mount);
                continue;
            }
            auto packed = pack(*content, files_);
            if (!packed) return packed.error();
            Content given{
                .target = packed->target, .read_only = content->read_only, .open = packed->open
            };
            if (!content->read_only && packed->folder) {
                const std::string key = fmt::format("{}{}", service.name, content->target);
                add_volume(key, {});
                given.volume = scene_.volumes.at(key).name;
                container.volumes[key] = given.volume;
                kept.push_back(
                    VolumeMount{.volume = key, .target = content->target, .no_copy = true}
                );
            }
            identity.push_back(packed->identity + (content->read_only ? ":ro" : ":rw"));
            container.contents.push_back(std::move(given));
        }
        service.mounts = std::move(kept);
        return identity;
    }

    /// What others' extra_hosts call this service, on the networks they share with it.
    void add_names(Service& service) const
    {
        for (const Service& other : plan_.services) {
            for (const auto& [name, target] : other.extra_hosts) {
                if (target != service.name) continue;
                for (NetworkJoin& join : service.networks) {
                    const auto theirs = joins(other);
                    if (std::ranges::find(theirs, join.network, &NetworkJoin::network) !=
                        theirs.end())
                        join.aliases.push_back(name);
                }
            }
        }
    }

    void attach(const Service& service, ContainerIntent& container) const
    {
        for (const NetworkJoin& join : service.networks) {
            Attachment attachment{
                .network = scene_.networks.at(join.network).name, .aliases = join.aliases
            };
            attachment.aliases.push_back(service.name);
            if (!service.container_name.empty())
                attachment.aliases.push_back(service.container_name);
            container.attachments.push_back(std::move(attachment));
        }
    }

    const Plan& plan_;
    const std::map<std::string, Image>& images_;
    Files& files_;
    const SceneFacts& facts_;
    InjectedVariables injected_;
    Scene scene_;
};

}  // namespace

InjectedVariables injected_variables(const SceneFacts& facts, const std::string& main)
{
    const Environment& environment = facts.environment;
    InjectedVariables variables;
    variables.lasting = {
        {"DIORAMA",             "true"            },
        {"DIORAMA_ENVIRONMENT", environment.slug  },
        {"DIORAMA_PROJECT",     facts.project.slug},
    };
    for (const auto& [service, address] : facts.addresses) {
        const std::string where = url(address, facts.settings.entrance);
        variables.lasting["DIORAMA_URL_" + variable_name(service)] = where;
        if (service == main) variables.lasting["DIORAMA_URL"] = where;
    }
    if (environment.pull_request) {
        variables.lasting["DIORAMA_PR"] = fmt::format("{}", *environment.pull_request);
        variables.lasting["PR_NUMBER"] = variables.lasting["DIORAMA_PR"];
    }
    if (environment.identity.kind == Kind::branch) {
        variables.lasting["DIORAMA_BRANCH"] = environment.identity.key;
        variables.lasting["BRANCH"] = environment.identity.key;
    }
    variables.of_commit = {
        {"DIORAMA_COMMIT", environment.wanted.commit},
        {"COMMIT_SHA",     environment.wanted.commit},
    };
    return variables;
}

Result<Scene> compose(
    const Plan& plan,
    const std::map<std::string, Image>& images,
    Files& files,
    const SceneFacts& facts
)
{
    return Composer(plan, images, files, facts).compose();
}

}  // namespace diorama
