#include "cli/demo/traces.hpp"

#include "cli/demo/visitors.hpp"

namespace diorama::cli {

namespace {

constexpr seconds settling_limit{20};  ///< Images go at leisure, after the scenes.
constexpr milliseconds glance{25};

}  // namespace

DemoTraces::DemoTraces(
    Loop& loop, ApiClient& api, DemoEngine& engine, Client& gateway, std::string installation
)
    : loop_(loop),
      api_(api),
      engine_(engine),
      gateway_(gateway),
      installation_(std::move(installation))
{}

Task<Result<DemoEngine::Objects>> DemoTraces::wait_until_none()
{
    const Instant end = loop_.now() + settling_limit;
    for (;;) {
        const auto seen = co_await look();
        if (seen || loop_.now() > end) co_return seen;
        co_await sleep(loop_, glance);
    }
}

Task<Result<DemoEngine::Objects>> DemoTraces::look()
{
    const auto seen = co_await engine_.objects(installation_);
    if (!seen) co_return seen.error();
    if (!seen->none())
        co_return Error{Code::conflict, "left on the Docker Engine: " + seen->text(), ""};
    for (const std::string& host : hosts_) {
        const auto page = co_await fetch(gateway_, {.host = host});
        if (page || page.error().code != Code::not_found)
            co_return Error{Code::conflict, "the gateway still knows " + host, ""};
    }
    const auto inventory = co_await api_.list("/api/v1/inventory");
    if (!inventory) co_return inventory.error();
    if (inventory->empty()) co_return *seen;
    co_return Error{
        Code::conflict, fmt::format("the inventory still has {} rows", inventory->size()), ""
    };
}

}  // namespace diorama::cli
