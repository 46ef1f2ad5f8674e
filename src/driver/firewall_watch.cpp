#include "driver/firewall_watch.hpp"

namespace diorama {

Task<> FirewallWatch::run(milliseconds every, std::stop_token stop)
{
    for (;;) {
        const bool slept = co_await sleep(scheduler_, every, stop);
        if (!slept) co_return;
        co_await look(stop);
    }
}

Task<> FirewallWatch::look(std::stop_token stop)
{
    const auto stands = co_await firewall_.check(stop);
    Result<> mended = stands;
    if (!stands && stands.error().code == Code::conflict) {
        log_.warn("the packet filter around scenes was taken away; putting it back");
        mended = co_await firewall_.apply(stop);
        if (mended) ++state_.put_back;
    }
    if (stop.stop_requested()) co_return;
    state_.trouble.reset();
    if (mended) co_return;
    state_.trouble = mended.error();
    log_.error(
        "the packet filter around scenes does not stand",
        {
            {"why", mended.error()}
    }
    );
}

}  // namespace diorama
