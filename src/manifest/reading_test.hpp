#pragma once

#include "base/fake_scheduler.hpp"
#include "manifest/manifest.hpp"
#include "model/files_fake.hpp"

namespace diorama::testing {

using Content = std::map<std::string, std::string>;

/// Reads the manifest of a commit that holds `content`.
inline Result<Plan> read(Content content, ManifestOptions options = {})
{
    FakeFiles files(std::move(content));
    FakeScheduler scheduler;
    return scheduler.run(read_manifest(files, std::move(options)));
}

/// Reads `compose` as the commit's compose.yaml.
inline Result<Plan>
read_compose(std::string compose, Content others = {}, ManifestOptions options = {})
{
    others["compose.yaml"] = std::move(compose);
    return read(std::move(others), std::move(options));
}

/// A file with one service, `web`, and these lines in it, from line 4 on.
inline std::string service_with(std::string_view lines)
{
    std::string text = "services:\n  web:\n    image: nginx\n";
    while (!lines.empty()) {
        const auto end = lines.find('\n');
        text += fmt::format("    {}\n", lines.substr(0, end));
        lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    }
    return text;
}

/// The one service of a plan that must be there.
inline Service service_of(std::string_view lines, Content others = {})
{
    const auto plan = read_compose(service_with(lines), std::move(others));
    if (!plan) throw std::runtime_error(plan.error().text());
    return plan->services.at(0);
}

}  // namespace diorama::testing
