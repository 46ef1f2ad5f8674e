#pragma once

#include "engine/forge_world.hpp"
#include "store/feedback.hpp"
#include "store/log_lines.hpp"

namespace diorama {

/// A ForgeWorld, and the eyes of somebody who looks at pull request 7.
class FeedbackWorld : public ForgeWorld {
public:
    ~FeedbackWorld() { stop(); }

    std::string location() { return forge.location(repository); }

    /// A push of these files to pull request 7.
    void push(char letter, std::map<std::string, std::string> files)
    {
        pull(7, letter);
        commits.push(location(), "refs/pull/7/head", commit(letter), std::move(files));
    }
    /// A push whose manifest cannot be read.
    void push_broken(char letter)
    {
        push(
            letter,
            {
                {"compose.yaml", "services: ["}
        }
        );
    }
    /// Each call to the host takes a while from now on.
    void slowly() { driver->latency(seconds{5}); }
    /// Until all that happened has happened and was told.
    void settle() { scheduler.run_for(minutes{2}); }

    std::size_t comments() { return shop().comments.size(); }
    std::string text() { return shop().comments.empty() ? "" : shop().comments.front().text; }
    bool has(std::string_view part) { return text().contains(part); }
    auto asked(std::string_view question) const
    {
        return std::ranges::count(forge.questions, question);
    }
    /// What stands on a commit; the newest word counts.
    CommitStatus status(char letter)
    {
        CommitStatus newest{.context = "none"};
        for (const auto& [on, told] : shop().statuses)
            if (on == commit(letter)) newest = told;
        return newest;
    }
    /// How the deployment of a commit stands; nothing when there is none.
    std::optional<ForgeDeployment> deployment(char letter)
    {
        for (const auto& each : shop().deployments)
            if (each.commit == commit(letter) && !each.states.empty()) return each.states.back();
        return std::nullopt;
    }
    std::string marker()
    {
        return fmt::format(
            "<!-- diorama:{}:{} -->", engine_settings.installation.text(), preview(7)->id.text()
        );
    }
    feedback::Record feedback()
    {
        return query(
                   [id = preview(7)->id](Tx& tx) -> Result<feedback::Record> {
                       return feedback::find(tx, id);
                   }
        ).value();
    }
    /// Lines of the last deployment, as they came.
    void append(const std::vector<std::string>& messages)
    {
        const auto id = preview(7)->id;
        const auto deployment = latest(id).id;
        const auto work = [=, now = scheduler.now()](Tx& tx) {
            std::vector<LogLine> lines;
            for (const std::string& message : messages)
                lines.push_back(
                    {.environment = id,
                     .deployment = deployment,
                     .type = LogType::deploy,
                     .message = message,
                     .at = now}
                );
            return log_lines::append(tx, id, std::move(lines));
        };
        scheduler.run(store->transact(work)).value();
    }
};

}  // namespace diorama
