#pragma once

#include "model/policy.hpp"

namespace diorama {

using Labels = std::map<std::string, std::string>;

/// The rules for one service, volume or network: collects refusals below its path of the manifest.
/// Within the room only; `judge` of policy.hpp is the door.
class Judge {
public:
    Judge(const Policy& policy, std::vector<Refusal>& found, std::vector<std::string> path)
        : policy_(policy),
          found_(found),
          path_(std::move(path))
    {}

    void service(const Service& service);
    void labels(const Labels& labels);
    void refuse(std::vector<std::string> below, std::string what, std::string mend);
    void name(std::string_view kind, const std::string& name);
    void at_most(std::string key, std::size_t count, std::size_t most);

private:
    void image(const ImageRef& image);
    void build(const BuildSpec& build);
    void environment(const Service& service);
    void mounts(const Service& service);
    void mount(const VolumeMount& mount);
    void mount(const ContentMount& mount);
    void mount(const TmpfsMount& mount);
    void target(const std::string& key, const std::string& path);
    void names(const Service& service);
    void privileges(const Service& service);
    void ulimits(const Service& service);
    void limits(const Service& service);
    void hosts(const Service& service);
    void words(const Service& service);

    const Policy& policy_;
    std::vector<Refusal>& found_;
    std::vector<std::string> path_;
};

}  // namespace diorama
