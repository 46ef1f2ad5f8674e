#include "hub/hooks.hpp"

#include "base/id.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace diorama::hub {

namespace {

constexpr std::size_t most_kept = 20'000;
constexpr milliseconds patience = seconds{10};

/// The path and query of an http address.
std::string path_of(std::string_view url)
{
    const auto authority = url.find("//");
    const auto path = authority == url.npos ? url.npos : url.find('/', authority + 2);
    return path == url.npos ? "/" : std::string(url.substr(path));
}

}  // namespace

void Hooks::set_faults(const HookFaults& faults)
{
    faults_ = faults;
    chance_ = SeededRandom(faults.seed);
}

bool Hooks::happens(int percent)
{
    return percent > 0 && chance_.number() % 100 < static_cast<std::uint64_t>(percent);
}

Delivery* Hooks::find(Number id)
{
    const auto found = std::ranges::lower_bound(deliveries_, id, {}, &Delivery::id);
    return found == deliveries_.end() || found->id != id ? nullptr : &*found;
}

void Hooks::tell(const Repository& repository, std::string event, Node payload)
{
    for (const Hook& hook : repository.hooks) {
        if (hook.events.empty() || hook.events.contains(event))
            tell(repository, hook, event, payload);
    }
}

void Hooks::tell(const Repository& repository, const Hook& hook, std::string event, Node payload)
{
    const Node* action = payload.find("action");
    deliveries_.push_back({
        .id = ++last_,
        .guid = Uuid::make(loop_.now(), random_).text(),
        .hook = hook.id,
        .url = hook.url,
        .secret = hook.secret,
        .repository = repository.full_name(),
        .event = std::move(event),
        .action = action && action->string() ? *action->string() : "",
        .body = write_json(payload),
    });
    if (deliveries_.size() > most_kept) deliveries_.pop_front();
    if (happens(faults_.drop))
        deliveries_.back().dropped = true;
    else if (faults_.hold)
        held_.push_back(last_);
    else
        send(last_);
}

void Hooks::send(Number id)
{
    const int copies = happens(faults_.duplicate) ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
        if (faults_.delay > milliseconds{0}) {
            const auto most = static_cast<std::uint64_t>(faults_.delay.count());
            const milliseconds delay{chance_.number() % (most + 1)};
            tasks_.spawn(deliver(id, delay));
        } else {
            queue_.push_back(id);
        }
    }
    if (!queue_.empty() && !pumping_) tasks_.spawn(pump());
}

void Hooks::release(bool newest_first)
{
    auto held = std::exchange(held_, {});
    if (newest_first) std::ranges::reverse(held);
    for (const Number id : held)
        send(id);
}

bool Hooks::redeliver(Number id)
{
    if (!find(id)) return false;
    queue_.push_back(id);
    if (!pumping_) tasks_.spawn(pump());
    return true;
}

Task<> Hooks::deliver(Number id, milliseconds delay)
{
    const bool slept = co_await sleep(loop_, delay, stop_.get_token());
    if (slept) co_await attempt(id);
}

Task<> Hooks::pump()
{
    pumping_ = true;
    // Whoever told of the event still answers its own request: let that go first.
    co_await yield(loop_);
    while (!queue_.empty() && !stop_.stop_requested()) {
        const Number id = queue_.front();
        queue_.pop_front();
        co_await attempt(id);
    }
    pumping_ = false;
}

Client& Hooks::client(const Address& address)
{
    auto& slot = clients_[address.text()];
    if (!slot) slot = std::make_unique<Client>(loop_, address);
    return *slot;
}

Request Hooks::request(const Delivery& delivery, std::string path)
{
    std::string signature = hmac_sha256(delivery.secret.reveal(), delivery.body);
    if (happens(faults_.forge)) signature.front() = signature.front() == '0' ? '1' : '0';
    Request request{.method = "POST", .target = std::move(path), .body = delivery.body};
    request.headers = {
        {"User-Agent",                             "GitHub-Hookshot/d10ra3a"    },
        {"Accept",                                 "*/*"                        },
        {"Content-Type",                           "application/json"           },
        {"X-GitHub-Delivery",                      delivery.guid                },
        {"X-GitHub-Event",                         delivery.event               },
        {"X-GitHub-Hook-ID",                       std::to_string(delivery.hook)},
        {"X-GitHub-Hook-Installation-Target-Type", "repository"                 },
    };
    if (!delivery.secret.empty()) request.headers.add("X-Hub-Signature-256", "sha256=" + signature);
    return request;
}

Task<> Hooks::attempt(Number id)
{
    const Delivery* delivery = find(id);
    if (!delivery) co_return;
    Attempt made{.at = loop_.now()};
    const auto address = Address::parse(delivery->url);
    if (address) {
        const auto answer = co_await client(*address).send(
            request(*delivery, path_of(delivery->url)),
            {.stop = stop_.get_token(), .timeout = patience}
        );
        if (answer) {
            made.status = answer->status;
            made.answer = answer->body.substr(0, 500);
        } else {
            made.problem = answer.error().text();
        }
    } else {
        made.problem = address.error().text();
    }
    if (Delivery* kept = find(id)) kept->attempts.push_back(std::move(made));
}

Task<> Hooks::settled()
{
    co_await tasks_.join();
}

Task<> Hooks::stop()
{
    stop_.request_stop();
    queue_.clear();
    co_await tasks_.join();
}

}  // namespace diorama::hub
