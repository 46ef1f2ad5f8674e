#include "simulation/people.hpp"

#include "simulation/choice.hpp"

#include <algorithm>
#include <array>

namespace diorama::simulation {

const ForgeRepository People::repository{.forge = "github", .id = "100", .name = "ann/shop"};

namespace {

constexpr std::string_view wanted_base = "main";
constexpr int versions = 4;

}  // namespace

People::People(House& house) : house_(house)
{
    auto& shop = house.forge.add(repository);
    shop.permissions = {
        {"ann", Permission::write},
        {"eve", Permission::read }
    };
    house.settings().rules["ann/shop"] = {
        .base_branches = {std::string(wanted_base)}, .labels = {"preview"}
    };
    for (int version = 0; version < versions; ++version)
        house.host.behave(fmt::format("sick:{}", version), {.well = false});
}

void People::work()
{
    static constexpr std::array choices{
        Choice<People>{14, &People::open_one          },
        Choice<People>{16, &People::push_one          },
        Choice<People>{8,  &People::close_one         },
        Choice<People>{4,  &People::reopen_one        },
        Choice<People>{3,  &People::relabel_one       },
        Choice<People>{2,  &People::retarget_one      },
        Choice<People>{4,  &People::approve_by_comment},
        Choice<People>{8,  &People::write_a_command   },
        Choice<People>{2,  &People::delete_a_comment  },
    };
    choose<People>(*this, house_.dice, choices);
}

bool People::wants_preview(const PullRequest& it) const
{
    return it.status == PullRequest::Status::open && it.base_ref == wanted_base &&
           (!by_label_ || std::ranges::find(it.labels, "preview") != it.labels.end());
}

void People::change_rules()
{
    std::vector<std::int64_t> before;
    for (const auto& [number, it] : shop().pull_requests)
        if (wants_preview(it)) before.push_back(number);
    by_label_ = !by_label_;
    house_.restart([this](EngineSettings& settings) {
        settings.rules.at("ann/shop").labels =
            by_label_ ? std::vector<std::string>{"preview"} : std::vector<std::string>{};
    });
    for (const std::int64_t number : before)
        if (!wants_preview(*find(number))) ++endings_[number];
}

const PullRequest* People::find(std::int64_t number)
{
    const auto found = shop().pull_requests.find(number);
    return found == shop().pull_requests.end() ? nullptr : &found->second;
}

PullRequest* People::some_open()
{
    std::vector<PullRequest*> open;
    for (auto& [number, it] : shop().pull_requests)
        if (it.status == PullRequest::Status::open) open.push_back(&it);
    return open.empty() ? nullptr : house_.dice.one_of(open);
}

FakeCommits::Content People::content(Quality quality)
{
    Dice& dice = house_.dice;
    const auto version = dice.below(versions);
    if (quality == Quality::broken)
        return {
            {"compose.yaml", "services: {web: {imago: 'web:1'}}"}
        };
    std::string services = fmt::format(
        "services:\n  web:\n    ports: ['8080']\n    {}\n",
        quality == Quality::sick ? fmt::format("image: 'sick:{}'", version)
        : dice.happens(50)       ? "build: ."
                                 : fmt::format("image: 'web:{}'", version)
    );
    if (dice.happens(40))
        services += fmt::format(
            "  db:\n    image: 'db:{}'\n    expose: ['5432']\n    volumes: ['data:/data']\n",
            dice.below(2)
        );
    if (dice.happens(30)) services += fmt::format("  worker:\n    image: 'worker:{}'\n", version);
    if (services.find("data:/data") != std::string::npos) services += "volumes:\n  data:\n";
    return {
        {"compose.yaml", services},
        {"Dockerfile", "FROM scratch\nCOPY page /page\nUSER 1\n"},
        {"page", fmt::format("version {}", version)}
    };
}

/// A new head of the pull request.
std::string People::push(std::int64_t number)
{
    Dice& dice = house_.dice;
    const auto commit = dice.hex(40);
    const auto roll = dice.below(100);
    const Quality quality = roll < 80 ? Quality::good : roll < 92 ? Quality::sick : Quality::broken;
    qualities_[commit] = quality;
    shop().messages[commit] = "Change something";
    house_.commits.push(
        place(), fmt::format("refs/pull/{}/head", number), commit, content(quality)
    );
    return commit;
}

/// Whatever is done to it is known to the forge at once, and told later, or never.
void People::change(PullRequest& it, std::string_view what, const std::function<void()>& change)
{
    const bool before = wants_preview(it);
    change();
    it.updated_at = house_.scheduler.now();
    if (before && !wants_preview(it)) ++endings_[it.number];
    house_.trace.say("people", fmt::format("pull request {}: {}", it.number, what));
    tell(it, what);
}

Arrival People::arrival(const PullRequest& it, std::string_view action, const std::string& sender)
{
    return {
        .hint =
            {.forge = "github",
                   .delivery = fmt::format("guid-{}", ++sent_),
                   .event = "pull_request",
                   .action = std::string(action),
                   .repository = repository,
                   .location = place(),
                   .number = it.number,
                   .sender = sender,
                   .ask = Hint::Ask::look},
        .remote = "192.0.2.1",
        .headers = "{}",
        .body = "{}"
    };
}

void People::tell(const PullRequest& it, std::string_view action)
{
    Arrival told = arrival(it, action, it.author);
    told.hint.facts = it;
    send(std::move(told));
}

void People::tell_command(const PullRequest& it, const std::string& sender, const std::string& text)
{
    Arrival told = arrival(it, "created", sender);
    told.hint.event = "issue_comment";
    told.hint.ask = Hint::Ask::command;
    told.hint.command = command_in(text).value().value();
    told.hint.comment = fmt::format("{}", ++written_);
    // A hook of the repository and one of its owner: two deliveries tell of one comment.
    Arrival again = told;
    again.hint.delivery = fmt::format("guid-{}", ++sent_);
    if (house_.dice.happens(20)) send(std::move(again));
    send(std::move(told));
}

/// The network loses some, and doubles some.
void People::send(Arrival arrival)
{
    if (house_.dice.happens(20)) return;
    if (house_.dice.happens(10)) under_way_.push_back(arrival);
    under_way_.push_back(std::move(arrival));
}

void People::deliver()
{
    if (under_way_.empty()) return;
    const auto at = static_cast<std::ptrdiff_t>(house_.dice.below(under_way_.size()));
    const Arrival arrival = under_way_.at(static_cast<std::size_t>(at));
    under_way_.erase(under_way_.begin() + at);
    const auto receipt = house_.run(house_.engine().intake().receive(arrival));
    house_.trace.say(
        "network",
        fmt::format(
            "{} of pull request {} arrives: {}",
            arrival.hint.action,
            *arrival.hint.number,
            receipt ? "taken" : receipt.error().text()
        )
    );
}

void People::deliver_the_rest()
{
    while (!under_way_.empty()) {
        if (house_.dice.happens(50)) under_way_.pop_back();
        deliver();
    }
    // A repository of which nothing ever arrived is one that nobody set up.
    if (shop().pull_requests.empty()) return;
    under_way_.clear();
    while (under_way_.empty())
        tell(shop().pull_requests.begin()->second, "edited");
    deliver();
}

void People::touch_all()
{
    for (const auto& [number, it] : shop().pull_requests) {
        const Arrival told = arrival(it, "edited", it.author);
        [[maybe_unused]] const auto taken = house_.run(house_.engine().intake().receive(told));
    }
}

void People::open_one()
{
    const auto number = static_cast<std::int64_t>(1 + house_.dice.below(pull_requests));
    if (shop().pull_requests.contains(number)) return push_one();
    PullRequest& it = shop().pull_requests[number];
    it.number = number;
    it.author = house_.dice.happens(70) ? "ann" : "eve";
    it.author_id = it.author == "ann" ? "1" : "2";
    it.head_ref = "change";
    it.head_repository = it.author == "ann" ? "100" : "200";
    it.base_ref = wanted_base;
    if (house_.dice.happens(85)) it.labels = {"preview"};
    change(it, "opened", [&] { it.head_commit = push(number); });
}

void People::push_one()
{
    PullRequest* it = some_open();
    if (!it) return;
    change(*it, "synchronize", [&] { it->head_commit = push(it->number); });
}

void People::close_one()
{
    PullRequest* it = some_open();
    if (!it) return;
    change(*it, "closed", [&] {
        it->status =
            house_.dice.happens(50) ? PullRequest::Status::closed : PullRequest::Status::merged;
    });
}

void People::reopen_one()
{
    for (auto& [number, it] : shop().pull_requests) {
        if (it.status == PullRequest::Status::open) continue;
        change(it, "reopened", [&] {
            it.status = PullRequest::Status::open;
            if (house_.dice.happens(50)) it.head_commit = push(number);
        });
        return;
    }
}

void People::relabel_one()
{
    PullRequest* it = some_open();
    if (!it) return;
    change(*it, it->labels.empty() ? "labeled" : "unlabeled", [&] {
        if (it->labels.empty())
            it->labels = {"preview"};
        else
            it->labels.clear();
    });
}

void People::retarget_one()
{
    PullRequest* it = some_open();
    if (!it) return;
    change(*it, "edited", [&] {
        it->base_ref = it->base_ref == wanted_base ? "next" : wanted_base;
    });
}

void People::approve_by_comment()
{
    PullRequest* it = some_open();
    if (!it) return;
    const bool may = house_.dice.happens(70);
    if (may) approve(it->head_commit);
    house_.trace.say("people", fmt::format("{} approves {}", may ? "ann" : "eve", it->number));
    tell_command(*it, may ? "ann" : "eve", "/preview " + it->head_commit);
}

/// Ann may, and eve may not; which of them it is, and whose pull request, is all the same.
void People::write_a_command()
{
    static constexpr std::array commands{
        "/preview",
        "/preview stop",
        "/preview sleep",
        "/preview wake",
        "/preview redeploy",
        "/preview extend 1h",
        "/preview why",
    };
    PullRequest* it = some_open();
    if (!it) return;
    const bool may = house_.dice.happens(75);
    const std::string text = house_.dice.one_of(commands);
    if (may && text == "/preview stop") stop(it->number);
    if (may && text == "/preview extend 1h") ++extensions_[it->number];
    house_.trace.say(
        "people", fmt::format("{} writes {} at {}", may ? "ann" : "eve", text, it->number)
    );
    tell_command(*it, may ? "ann" : "eve", text);
}

void People::delete_a_comment()
{
    auto& comments = shop().comments;
    if (comments.empty()) return;
    house_.trace.say("people", fmt::format("delete comment {}", comments.front().id));
    comments.erase(comments.begin());
}

}  // namespace diorama::simulation
