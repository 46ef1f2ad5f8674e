#include "gateway/client.hpp"

#include "gateway/shard.hpp"
#include "gateway/transfer.hpp"

namespace diorama::gateway {

Task<After> answer(Shard& shard, Client& client, Page page, Rendering how)
{
    if (page.status >= 500)
        shard.counters.answered_5xx.add();
    else if (page.status >= 400)
        shard.counters.answered_4xx.add();
    how.close = how.close || shard.draining();
    const std::string text = render(page, how);
    const Tick until = shard.loop.after(shard.settings.timeouts.stall);
    const Outcome sent = co_await Write(client.socket, text, until);
    if (sent != Outcome::done) co_return After::close;
    co_return how.close ? After::linger : After::keep;
}

}  // namespace diorama::gateway
