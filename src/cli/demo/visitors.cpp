#include "cli/demo/visitors.hpp"

namespace diorama::cli {

namespace {

constexpr milliseconds between{10};

}  // namespace

DemoVisitors::DemoVisitors(Loop& loop, Page page)
    : loop_(loop),
      page_(std::move(page)),
      client_(loop, page_.gateway),
      group_(loop)
{}

void DemoVisitors::begin()
{
    group_.spawn(come());
}

Task<VisitTally> DemoVisitors::end()
{
    closing_.request_stop();
    co_await group_.join();
    co_return tally_;
}

/// By the clock, not after each answer: a gateway that holds everybody up would meet fewer of them.
Task<> DemoVisitors::come()
{
    Instant next = loop_.now();
    while (!closing_.stop_requested()) {
        group_.spawn(visit());
        next += between;
        const auto left = next - loop_.now();
        if (left.count() > 0) co_await sleep(loop_, left, closing_.get_token());
    }
}

Task<> DemoVisitors::visit()
{
    const Instant asked = loop_.now();
    ++tally_.asked;
    Request request{.target = "/", .headers = {{"Host", page_.host}}};
    const auto answer = co_await client_.send(std::move(request));
    tally_.slowest = std::max(tally_.slowest, loop_.now() - asked);
    note(answer);
}

void DemoVisitors::note(const Result<Response>& answer)
{
    std::string failure;
    if (!answer)
        failure = answer.error().text();
    else if (answer->status != 200)
        failure = fmt::format("HTTP {}: {}", answer->status, answer->body.substr(0, 200));
    else if (answer->body.find(page_.after) != std::string::npos)
        ++tally_.after;
    else if (answer->body.find(page_.before) != std::string::npos)
        ++tally_.before;
    else
        failure = "a page that is neither the old one nor the new one";
    if (failure.empty()) return;
    if (tally_.failed++ == 0) tally_.first_failure = failure;
}

Task<Result<std::string>> fetch(Client& client, Visit visit)
{
    Request request{
        .method = visit.method, .target = visit.path, .headers = {{"Host", visit.host}}
    };
    auto answer = co_await client.send(std::move(request));
    if (!answer) co_return answer.error().during(visit.host);
    if (answer->status == 200) co_return std::move(answer->body);
    const Code code = answer->status == 404 ? Code::not_found : Code::unavailable;
    co_return Error{
        code, fmt::format("{}{} answers {}", visit.host, visit.path, answer->status), ""
    };
}

}  // namespace diorama::cli
