#pragma once

#include "simulation/house.hpp"

#include <map>
#include <set>

namespace diorama::simulation {

/// What becomes of a commit when it is put up.
enum class Quality {
    good,
    sick,    ///< It never passes its gate.
    broken,  ///< Its Compose file is none.
};

/// Who works at the repository ann/shop, and the network between its forge and the daemon. Ann may
/// write; eve may not, and works in a fork. What they did is remembered here, apart from the
/// daemon's own memory of it.
class People {
public:
    static constexpr std::int64_t pull_requests = 6;
    static const ForgeRepository repository;

    explicit People(House& house);

    /// Somebody works on a pull request; its forge knows at once, and tells later, or never.
    void work();
    /// A webhook that is under way arrives, seldom the oldest.
    void deliver();
    /// What is still under way arrives, or is lost for good.
    void deliver_the_rest();
    /// Somebody touches each pull request, and the forge tells of it; nothing else changes.
    void touch_all();

    const PullRequest* find(std::int64_t number);
    /// An open one, at random; null when there is none.
    PullRequest* some_open();
    Quality quality(const std::string& commit) const { return qualities_.at(commit); }
    /// Whether the rules of the repository ask for a preview of it now.
    bool wants_preview(const PullRequest& it) const;
    /// The repository's rules ask for the label from now on, or do no longer.
    void change_rules();
    /// Whether somebody with the right to it ever tried to let that commit run.
    void approve(const std::string& commit) { approved_.insert(commit); }
    bool may_run(const PullRequest& it, const std::string& commit) const
    {
        return it.author == "ann" || approved_.contains(commit);
    }
    /// How often it stopped being wanted: so often its preview may have been taken down.
    int endings(std::int64_t number) const
    {
        const auto found = endings_.find(number);
        return found == endings_.end() ? 0 : found->second;
    }
    /// Somebody with the right to it takes its preview down.
    void stop(std::int64_t number) { ++stops_[number]; }
    int stops(std::int64_t number) const
    {
        const auto found = stops_.find(number);
        return found == stops_.end() ? 0 : found->second;
    }
    /// How often somebody with the right to it asked for a longer life, in comments.
    int extensions(std::int64_t number) const
    {
        const auto found = extensions_.find(number);
        return found == extensions_.end() ? 0 : found->second;
    }
    std::string place() const { return house_.forge.location(repository); }
    FakeForgeApi::Repository& shop() { return house_.forge.at(repository.id); }

private:
    std::string push(std::int64_t number);
    FakeCommits::Content content(Quality quality);
    void change(PullRequest& it, std::string_view what, const std::function<void()>& change);
    Arrival arrival(const PullRequest& it, std::string_view action, const std::string& sender);
    void tell(const PullRequest& it, std::string_view action);
    void tell_command(const PullRequest& it, const std::string& sender, const std::string& text);
    void send(Arrival arrival);

    void open_one();
    void push_one();
    void close_one();
    void reopen_one();
    void relabel_one();
    void retarget_one();
    void approve_by_comment();
    void write_a_command();
    void delete_a_comment();

    House& house_;
    bool by_label_ = true;                      ///< Whether the rules ask for one.
    std::map<std::string, Quality> qualities_;  ///< By commit.
    std::set<std::string> approved_;            ///< Commits.
    std::map<std::int64_t, int> endings_;
    std::map<std::int64_t, int> stops_;
    std::map<std::int64_t, int> extensions_;
    std::vector<Arrival> under_way_;
    int sent_ = 0;
    int written_ = 0;  ///< Comments with commands.
};

}  // namespace diorama::simulation
