#pragma once

#include "engine/test_world.hpp"
#include "forge/fake_api.hpp"
#include "store/deliveries.hpp"
#include "store/projects.hpp"
#include "store/pull_requests.hpp"

namespace diorama {

/// TestWorld and a forge with an API: ann/shop, where ann may write and eve may not.
class ForgeWorld : public TestWorld {
public:
    explicit ForgeWorld(bool with_api = true)
    {
        shop().permissions = {
            {"ann", Permission::write},
            {"eve", Permission::read }
        };
        if (with_api) forges.push_back(&forge);
    }
    ~ForgeWorld() { stop(); }

    FakeForgeApi forge{scheduler};
    ForgeRepository repository{.forge = "github", .id = "100", .name = "ann/shop"};

    FakeForgeApi::Repository& shop() { return forge.add(repository); }

    static std::string commit(char letter) { return std::string(40, letter); }

    /// Makes or moves a pull request on the forge; nobody is told.
    PullRequest& pull(std::int64_t number, char head, const std::string& author = "ann")
    {
        PullRequest& it = shop().pull_requests[number];
        it.number = number;
        it.title = "A change";
        it.author = author;
        it.author_id = author == "ann" ? "1" : "2";
        it.head_commit = commit(head);
        it.head_ref = "change";
        it.head_repository = author == "ann" ? "100" : "200";
        it.base_ref = "main";
        it.status = PullRequest::Status::open;
        it.updated_at = scheduler.now();
        shop().messages[it.head_commit] = "Change something";
        commits.push(
            forge.location(repository),
            fmt::format("refs/pull/{}/head", number),
            it.head_commit,
            {
                {"compose.yaml", "services: {web: {image: 'web:1', ports: [80]}}"}
        }
        );
        return it;
    }
    void close(std::int64_t number)
    {
        shop().pull_requests.at(number).status = PullRequest::Status::closed;
        shop().pull_requests.at(number).updated_at = scheduler.now();
    }

    /// A webhook about it, as the forge sends one now.
    Arrival arrival(std::int64_t number, const std::string& action = "synchronize")
    {
        return {
            .hint =
                {.forge = "github",
                       .delivery = fmt::format("guid-{}", ++sent_),
                       .event = "pull_request",
                       .action = action,
                       .repository = repository,
                       .location = forge.location(repository),
                       .number = number,
                       .sender = "ann",
                       .ask = Hint::Ask::look,
                       .facts = shop().pull_requests.at(number)},
            .remote = "192.0.2.1",
            .headers = "{}",
            .body = "{}"
        };
    }
    /// What `sender` writes at it; a command.
    Arrival comment(std::int64_t number, const std::string& sender, const std::string& text)
    {
        Arrival it = arrival(number, "created");
        it.hint.event = "issue_comment";
        it.hint.sender = sender;
        it.hint.ask = Hint::Ask::command;
        it.hint.command = command_in(text).value().value();
        it.hint.comment = fmt::format("{}", 1000 + sent_);
        it.hint.facts.reset();
        return it;
    }
    /// Somebody asks for it by its number: `diorama up --pr 7`.
    Result<Environment> put_up(std::int64_t number, const std::string& commit = "")
    {
        start();
        const DeployRequest request{
            .repository = forge.location(repository),
            .name = repository.name,
            .kind = Kind::pull_request,
            .key = std::to_string(number),
            .commit = commit
        };
        const auto answer = scheduler.run(engine().commands().deploy(admin(), request));
        scheduler.run_for(seconds{30});
        return answer;
    }
    /// `diorama redeploy`
    Result<Environment> ask_again(std::int64_t number)
    {
        const auto answer =
            scheduler.run(engine().commands().redeploy(admin(), preview(number)->id));
        scheduler.run_for(seconds{30});
        return answer;
    }
    Receipt tell(const Arrival& it)
    {
        start();
        return scheduler.run(engine().intake().receive(it)).value();
    }
    void tell_and_settle(const Arrival& it)
    {
        tell(it);
        scheduler.run_for(seconds{30});
    }

    /// Its environment; nothing when it has none.
    std::optional<Environment> preview(std::int64_t number)
    {
        const auto found = query([=, this](Tx& tx) -> Result<Environment> {
            const auto project =
                projects::find_by_forge(tx, engine_settings.tenant, "github", "100");
            if (!project) return project.error();
            return environments::find(
                tx, engine_settings.tenant, pull_request_identity(project->id, number)
            );
        });
        return found ? std::optional(*found) : std::nullopt;
    }
    pull_requests::Record record(std::int64_t number)
    {
        return query(
                   [=, this](Tx& tx) -> Result<pull_requests::Record> {
                       const auto project =
                           projects::find_by_forge(tx, engine_settings.tenant, "github", "100");
                       return pull_requests::find(tx, project.value().id, number);
                   }
        ).value();
    }
    std::vector<deliveries::Delivery> all_deliveries()
    {
        return query([this](Tx& tx) {
                   return deliveries::list(tx, engine_settings.tenant, {}, "", 100);
               })
            .value()
            .items;
    }
    deliveries::Delivery last_delivery()
    {
        return query([this](Tx& tx) {
                   return deliveries::list(tx, engine_settings.tenant, {}, "", 1);
               })
            .value()
            .items.at(0);
    }
    State state(std::int64_t number) { return preview(number).value().state; }

private:
    int sent_ = 0;
};

}  // namespace diorama
