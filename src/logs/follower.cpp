#include "logs/follower.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace diorama {

Follower::Follower(Store& store, std::shared_ptr<Channel> channel, log_lines::Query query)
    : store_(store),
      channel_(std::move(channel)),
      query_(std::move(query))
{
    query_.limit = page_size(query_.limit);
    query_.before.reset();
    channel_->enter();
}

Follower::~Follower()
{
    if (channel_) channel_->leave();
}

bool Follower::wanted(const LogLine& line) const
{
    if (query_.deployment && line.deployment != query_.deployment) return false;
    if (query_.service && line.service != *query_.service) return false;
    if (!query_.types.empty() && std::ranges::find(query_.types, line.type) == query_.types.end())
        return false;
    return query_.search.empty() ||
           lower(line.message).find(lower(query_.search)) != std::string::npos;
}

void Follower::read_channel()
{
    for (auto& line : channel_->after(query_.after.value_or(0)))
        if (wanted(line)) ready_.push_back(std::move(line));
    seen_ = channel_->last();
    query_.after = seen_;
}

Task<Result<>> Follower::read_store()
{
    // Published means committed: a page asked for now holds all of that.
    const auto published = channel_->last();
    const auto work = [query = query_](Tx& tx) { return log_lines::page(tx, query); };
    const auto page = co_await store_.read(work);
    if (!page) co_return page.error();

    // The newest lines have none behind them; a page that is not full is the last one.
    in_step_ = !query_.after || page->size() < query_.limit;
    seen_ = published;
    auto after = query_.after.value_or(0);
    if (!page->empty()) after = std::max(after, page->back().sequence);
    query_.after = in_step_ ? std::max(after, published) : after;
    ready_.insert(ready_.end(), page->begin(), page->end());
    co_return ok();
}

Task<Result<std::optional<LogLine>>> Follower::next(std::stop_token stop)
{
    while (ready_.empty()) {
        if (stop.stop_requested()) co_return std::nullopt;
        if (in_step_ && channel_->last() == seen_) {
            co_await channel_->wait(stop);
        } else if (in_step_ && channel_->covers(*query_.after)) {
            read_channel();
        } else {
            const auto read = co_await read_store();
            if (!read) co_return read.error();
        }
    }
    std::optional<LogLine> line = std::move(ready_.front());
    ready_.pop_front();
    co_return line;
}

}  // namespace diorama
